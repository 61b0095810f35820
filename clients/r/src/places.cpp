#include "places.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace {

// An R vector's memory and its length in bytes.
std::pair<unsigned char*, std::uint64_t> memory_of(SEXP vector) {
  auto length = static_cast<std::uint64_t>(Rf_xlength(vector));
  switch (TYPEOF(vector)) {
    case LGLSXP:
      return {reinterpret_cast<unsigned char*>(LOGICAL(vector)), length * sizeof(int)};
    case INTSXP:
      return {reinterpret_cast<unsigned char*>(INTEGER(vector)), length * sizeof(int)};
    case REALSXP:
      return {reinterpret_cast<unsigned char*>(REAL(vector)), length * sizeof(double)};
    case CPLXSXP:
      return {reinterpret_cast<unsigned char*>(COMPLEX(vector)), length * sizeof(Rcomplex)};
    case RAWSXP:
      return {RAW(vector), length};
  }
  throw std::logic_error("a piece of a body is no vector of numbers or bytes");
}

// Asks for large pages under memory that is about to be filled: most of the time that new memory takes is that of its
// pages, one by one.
void prefer_large_pages(unsigned char* data, std::uint64_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr std::uint64_t page = 4096, least = 4 << 20;
  if (bytes < least) return;
  std::uint64_t skipped = (page - reinterpret_cast<std::uintptr_t>(data) % page) % page;
  madvise(data + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE);  // advice: there is no harm if it is not taken
#endif
}

}  // namespace

std::uint64_t bytes_of(SEXP number) {
  double value = Rf_asReal(number);
  if (!(value >= 0 && value <= 9007199254740992.0) || value != std::trunc(value))
    throw std::logic_error("a length or an offset in bytes is not a whole number");
  return static_cast<std::uint64_t>(value);
}

std::vector<Place> places_of(Rcpp::List pieces, std::uint64_t body_bytes) {
  std::vector<Place> places;
  std::uint64_t end = 0;
  for (R_xlen_t at = 0; at < pieces.size(); ++at) {
    Rcpp::List piece(pieces[at]);
    std::uint64_t offset = bytes_of(piece["offset"]), bytes = bytes_of(piece["bytes"]);
    std::uint64_t from = piece.containsElementNamed("from") ? bytes_of(piece["from"]) : 0;
    bool unseen = piece.containsElementNamed("unseen") && Rf_asLogical(piece["unseen"]) == 1;
    auto [data, length] = memory_of(piece["vector"]);
    if (offset < end || bytes > body_bytes || offset > body_bytes - bytes || from > length || bytes > length - from)
      throw std::logic_error("pieces of a body overlap, or are longer than it or their vectors");
    end = offset + bytes;
    if (bytes > 0) places.push_back({offset, data + from, bytes, unseen});
  }
  return places;
}

// A vector of a type, such as "double", to receive into: it must be filled, for its elements are whatever was there.
// [[Rcpp::export(rng = false)]]
SEXP unfilled_vector(SEXP type, double length) {
  if (!(length >= 0 && length <= static_cast<double>(R_XLEN_T_MAX))) throw std::length_error("a vector of that length");
  SEXP vector = Rf_allocVector(Rf_str2type(CHAR(STRING_ELT(type, 0))), static_cast<R_xlen_t>(length));
  auto [data, bytes] = memory_of(vector);
  prefer_large_pages(data, bytes);
  return vector;
}

// The body of a value, `list(body_bytes =, pieces =)`, as one raw vector.
// [[Rcpp::export(rng = false)]]
Rcpp::RawVector gather_body(Rcpp::List value) {
  std::uint64_t bytes = bytes_of(value["body_bytes"]);
  Rcpp::RawVector body(static_cast<R_xlen_t>(bytes));
  for (const auto& place : places_of(value["pieces"], bytes))
    std::memcpy(RAW(body) + place.offset, place.data, place.bytes);
  return body;
}

// Copies a body to where it is wanted: vectors of `list(offset =, vector =, bytes =)`.
// [[Rcpp::export(rng = false)]]
void scatter_body(Rcpp::RawVector body, Rcpp::List targets) {
  for (const auto& place : places_of(targets, static_cast<std::uint64_t>(body.size())))
    std::memcpy(place.data, RAW(body) + place.offset, place.bytes);
}
