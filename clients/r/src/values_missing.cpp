// Missing elements: R's NA to bitmaps and back.
#include "lane.h"
#include "values.h"

namespace values {

void *memory(SEXP vector) {
  switch (TYPEOF(vector)) {
    case LGLSXP:
      return LOGICAL(vector);
    case INTSXP:
      return INTEGER(vector);
    case REALSXP:
      return REAL(vector);
    case CPLXSXP:
      return COMPLEX(vector);
    case RAWSXP:
      return RAW(vector);
    default:
      Rcpp::stop("internal: a vector without plain memory");
  }
}

namespace {

// Calls `found(place)` for each missing element; `int64` says that doubles hold int64s.
template <typename Found>
void each_missing(SEXP x, bool int64, Found found) {
  const R_xlen_t count = Rf_xlength(x);
  switch (TYPEOF(x)) {
    case LGLSXP:
    case INTSXP: {
      const int *elements = TYPEOF(x) == LGLSXP ? LOGICAL(x) : INTEGER(x);
      for (R_xlen_t place = 0; place < count; ++place)
        if (elements[place] == NA_INTEGER) found(place);
      return;
    }
    case REALSXP: {
      const double *elements = REAL(x);
      for (R_xlen_t place = 0; place < count; ++place)
        if (int64 ? load<std::int64_t>(elements, place) == kMissingInt64 : is_na_real(elements[place])) found(place);
      return;
    }
    case CPLXSXP: {
      const Rcomplex *elements = COMPLEX(x);
      for (R_xlen_t place = 0; place < count; ++place)
        if (is_na_real(elements[place].r) || is_na_real(elements[place].i)) found(place);
      return;
    }
    case STRSXP:
      for (R_xlen_t place = 0; place < count; ++place)
        if (STRING_ELT(x, place) == NA_STRING) found(place);
      return;
    case VECSXP:
      for (R_xlen_t place = 0; place < count; ++place)
        if (VECTOR_ELT(x, place) == R_NilValue) found(place);
      return;
    default:
      return;
  }
}

// Whether the number of R's NA is among words. This runs over all that is sent and received; it is a loop that compilers
// make vector instructions of.
constexpr R_xlen_t kBlock = 2048;
inline __attribute__((always_inline)) bool any_missing_word(const double *block) {
  std::uint32_t found = 0;
  for (R_xlen_t word = 0; word < 2 * kBlock; ++word)
    found |= static_cast<std::uint32_t>(load<std::uint32_t>(block, word) == kMissingWord);
  return found != 0;
}

bool by_baseline(const double *block) { return any_missing_word(block); }

#if defined(__x86_64__) && defined(__GNUC__) && !defined(_WIN32)
__attribute__((target("avx2"))) bool by_avx2(const double *block) { return any_missing_word(block); }
const auto any_missing_in = (__builtin_cpu_init(), __builtin_cpu_supports("avx2")) ? by_avx2 : by_baseline;
#else
const auto any_missing_in = by_baseline;
#endif

}  // namespace

bool any_na_real(const double *elements, R_xlen_t count) {
  auto any = [&](R_xlen_t from, R_xlen_t to) {
    for (R_xlen_t place = from; place < to; ++place)
      if (is_na_real(elements[place])) return true;
    return false;
  };
  R_xlen_t start = 0;
  for (; start + kBlock <= count; start += kBlock)
    if (any_missing_in(elements + start) && any(start, start + kBlock)) return true;
  return any(start, count);
}

namespace {

// The same for what is longer than caches, by two threads.
bool any_na_real_in_two(const double *elements, R_xlen_t count) {
  constexpr R_xlen_t kLong = R_xlen_t{1} << 20;
  if (count < kLong) return any_na_real(elements, count);
  Lane other;
  other.start();
  auto first = other([=] { return any_na_real(elements, count / 2); });
  const bool second = any_na_real(elements + count / 2, count - count / 2);
  return first.get() || second;
}

}  // namespace

}  // namespace values

// Whether a long vector of doubles or complex numbers seems to have no missing elements, by a look at one block in 64.
// FALSE for what is short: to look at all of that takes no time.
// [[Rcpp::export(rng = false)]]
bool seems_whole(SEXP x) {
  using namespace values;
  constexpr R_xlen_t kShort = R_xlen_t{1} << 17, kStep = 64 * kBlock;
  if (TYPEOF(x) != REALSXP && TYPEOF(x) != CPLXSXP) return false;
  const auto *elements = static_cast<const double *>(memory(x));
  const R_xlen_t count = Rf_xlength(x) * (TYPEOF(x) == CPLXSXP ? 2 : 1);
  if (count < kShort) return false;
  for (R_xlen_t start = 0; start + kBlock <= count; start += kStep)
    if (any_na_real(elements + start, kBlock)) return false;
  return true;
}

// The missing elements of a vector: how many, and the bitmap (NULL when there are none).
// [[Rcpp::export(rng = false)]]
Rcpp::List missing_elements(SEXP x, bool int64) {
  using namespace values;
  double missing = 0;
  const bool none = (TYPEOF(x) == REALSXP && !int64 && !any_na_real_in_two(REAL(x), Rf_xlength(x))) ||
                    (TYPEOF(x) == CPLXSXP &&
                     !any_na_real_in_two(reinterpret_cast<double *>(COMPLEX(x)), 2 * Rf_xlength(x)));
  if (!none) each_missing(x, int64, [&](R_xlen_t) { ++missing; });
  if (missing == 0) return Rcpp::List::create(Rcpp::_["count"] = 0.0, Rcpp::_["validity"] = R_NilValue);
  const R_xlen_t count = Rf_xlength(x);
  Rcpp::RawVector validity((count + 7) / 8);
  unsigned char *bits = RAW(validity);
  std::memset(bits, 0xFF, validity.size());
  if (count % 8 != 0) bits[count / 8] = static_cast<unsigned char>((1u << (count % 8)) - 1);
  each_missing(x, int64, [&](R_xlen_t place) { bits[place / 8] &= static_cast<unsigned char>(~(1u << (place % 8))); });
  return Rcpp::List::create(Rcpp::_["count"] = missing, Rcpp::_["validity"] = validity);
}

// A copy of numbers whose missing elements are zero bytes, without attributes.
// [[Rcpp::export(rng = false)]]
SEXP zeroed_missing(SEXP x, bool int64) {
  using namespace values;
  const R_xlen_t count = Rf_xlength(x);
  Rcpp::Shield<SEXP> copy(Rf_allocVector(TYPEOF(x), count));
  const std::size_t size = TYPEOF(x) == CPLXSXP ? 16 : TYPEOF(x) == REALSXP ? 8 : 4;
  char *bytes = static_cast<char *>(memory(copy));
  if (count > 0) std::memcpy(bytes, memory(x), size * count);
  each_missing(x, int64, [&](R_xlen_t place) { std::memset(bytes + size * place, 0, size); });
  return copy;
}

// Makes elements of a vector that was received NA, in place, where the bitmap has a 0.
// [[Rcpp::export(rng = false)]]
void set_missing(SEXP x, Rcpp::RawVector validity, bool int64) {
  using namespace values;
  const R_xlen_t count = Rf_xlength(x);
  if (validity.size() < (count + 7) / 8) Rcpp::stop("internal: a bitmap that is too short");
  const unsigned char *bits = RAW(validity);
  for (R_xlen_t place = 0; place < count; ++place) {
    if (place % 8 == 0 && bits[place / 8] == 0xFF) {
      place += 7;
      continue;
    }
    if (bits[place / 8] >> (place % 8) & 1) continue;
    switch (TYPEOF(x)) {
      case LGLSXP:
        LOGICAL(x)[place] = NA_LOGICAL;
        break;
      case INTSXP:
        INTEGER(x)[place] = NA_INTEGER;
        break;
      case REALSXP:
        if (int64)
          store(REAL(x), place, kMissingInt64);
        else
          REAL(x)[place] = NA_REAL;
        break;
      case CPLXSXP:
        COMPLEX(x)[place].r = COMPLEX(x)[place].i = NA_REAL;
        break;
      case STRSXP:
        SET_STRING_ELT(x, place, NA_STRING);
        break;
      case VECSXP:
        SET_VECTOR_ELT(x, place, R_NilValue);
        break;
      default:
        Rcpp::stop("internal: a vector without NA");
    }
  }
}

// The place (from 1) of the first NaN that R would take for NA, or 0. `replace`: makes all of them NaN, in place.
// [[Rcpp::export(rng = false)]]
double seeming_missing(SEXP x, bool replace) {
  using namespace values;
  const bool pairs = TYPEOF(x) == CPLXSXP;
  double *elements = pairs ? reinterpret_cast<double *>(COMPLEX(x)) : REAL(x);
  const R_xlen_t count = Rf_xlength(x) * (pairs ? 2 : 1);
  if (!any_na_real_in_two(elements, count)) return 0;
  double first = 0;
  for (R_xlen_t place = 0; place < count; ++place) {
    if (!is_na_real(elements[place])) continue;
    if (first == 0) first = static_cast<double>(pairs ? place / 2 : place) + 1;
    if (!replace) break;
    elements[place] = R_NaN;
  }
  return first;
}
