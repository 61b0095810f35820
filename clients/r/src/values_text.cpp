// Texts and bytes: R's strings and lists of raw vectors to offsets and data and back.
#include "values.h"

#include <vector>

using values::load;
using values::store;

namespace {

// Why a string of R is none of Jazz; the words are in R.
enum Refusal { kFine = 0, kBytes = 1, kInvalid = 2, kUntranslatable = 3 };

bool ascii(const char *text, std::size_t length) {
  unsigned char all = 0;
  for (std::size_t place = 0; place < length; ++place) all |= static_cast<unsigned char>(text[place]);
  return all < 0x80;
}

bool valid_utf8(const char *text, std::size_t length) {
  const auto *at = reinterpret_cast<const unsigned char *>(text);
  const auto *end = at + length;
  while (at < end) {
    const unsigned char lead = *at++;
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    const int further = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (end - at < further) return false;
    const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (*at < least || *at > most) return false;
    for (int count = 1; count < further; ++count)
      if ((at[count] & 0xC0) != 0x80) return false;
    at += further;
  }
  return true;
}

// A text of R as UTF-8: where it lies, and how long it is.
struct Text {
  const char *start;
  std::size_t length;
  Refusal refusal;
};

Text as_utf8(SEXP text, bool native_is_utf8) {
  const char *start = CHAR(text);
  const auto length = static_cast<std::size_t>(LENGTH(text));
  if (ascii(start, length)) return {start, length, kFine};
  const cetype_t encoding = Rf_getCharCE(text);
  if (encoding == CE_BYTES) return {start, length, kBytes};
  if (encoding == CE_UTF8 || (encoding == CE_NATIVE && native_is_utf8))
    return {start, length, valid_utf8(start, length) ? kFine : kInvalid};
  if (encoding == CE_LATIN1) {
    // R reads latin1 as Windows-1252, which lacks these five; it would write "<81>" for them.
    for (std::size_t place = 0; place < length; ++place)
      if (std::strchr("\x81\x8d\x8f\x90\x9d", start[place]) != nullptr) return {start, length, kUntranslatable};
  }
  // In R's transient memory; the caller frees it.
  const char *translated = Rf_translateCharUTF8(text);
  return {translated, std::strlen(translated), kFine};
}

Rcpp::List refused(R_xlen_t place, int refusal) {
  return Rcpp::List::create(Rcpp::_["bad"] = static_cast<double>(place) + 1, Rcpp::_["why"] = refusal);
}

}  // namespace

// The offsets (int64s in doubles) and the data (raw) of texts in UTF-8; missing ones are empty. Or `bad`, the place
// (from 1) of the first text that is not text, and `why`: 1 it is marked as bytes, 2 it is not valid, 3 it has bytes
// that latin1 lacks.
// [[Rcpp::export(rng = false)]]
Rcpp::List text_to_utf8(Rcpp::CharacterVector x, bool native_is_utf8) {
  const R_xlen_t count = x.size();
  Rcpp::NumericVector offsets(Rcpp::no_init(count + 1));
  std::int64_t end = 0;
  store(REAL(offsets), 0, end);
  const void *top = vmaxget();
  for (R_xlen_t place = 0; place < count; ++place) {
    SEXP element = STRING_ELT(x, place);
    if (element != NA_STRING) {
      const Text text = as_utf8(element, native_is_utf8);
      if (text.refusal != kFine) return refused(place, text.refusal);
      end += static_cast<std::int64_t>(text.length);
      vmaxset(top);
    }
    store(REAL(offsets), place + 1, end);
  }
  Rcpp::RawVector data(Rcpp::no_init(end));
  auto *to = reinterpret_cast<char *>(RAW(data));
  for (R_xlen_t place = 0; place < count; ++place) {
    SEXP element = STRING_ELT(x, place);
    if (element == NA_STRING) continue;
    const Text text = as_utf8(element, native_is_utf8);
    std::memcpy(to, text.start, text.length);
    to += text.length;
    vmaxset(top);
  }
  return Rcpp::List::create(Rcpp::_["offsets"] = offsets, Rcpp::_["data"] = data);
}

// The same of a list of raw vectors and NULLs.
// [[Rcpp::export(rng = false)]]
Rcpp::List blobs_to_bytes(Rcpp::List x) {
  const R_xlen_t count = x.size();
  Rcpp::NumericVector offsets(Rcpp::no_init(count + 1));
  std::int64_t end = 0;
  store(REAL(offsets), 0, end);
  for (R_xlen_t place = 0; place < count; ++place) {
    SEXP element = VECTOR_ELT(x, place);
    if (element != R_NilValue && TYPEOF(element) != RAWSXP) return refused(place, 0);
    end += element == R_NilValue ? 0 : static_cast<std::int64_t>(Rf_xlength(element));
    store(REAL(offsets), place + 1, end);
  }
  Rcpp::RawVector data(Rcpp::no_init(end));
  auto *to = RAW(data);
  for (R_xlen_t place = 0; place < count; ++place) {
    SEXP element = VECTOR_ELT(x, place);
    if (element == R_NilValue || Rf_xlength(element) == 0) continue;
    std::memcpy(to, RAW(element), Rf_xlength(element));
    to += Rf_xlength(element);
  }
  return Rcpp::List::create(Rcpp::_["offsets"] = offsets, Rcpp::_["data"] = data);
}

namespace {

// Whether offsets begin at 0, do not decrease and end at the length of the data: nothing is read beyond it.
bool sound(const Rcpp::NumericVector &offsets, R_xlen_t length) {
  if (offsets.size() < 1 || load<std::int64_t>(offsets.begin(), 0) != 0) return false;
  const R_xlen_t last = offsets.size() - 1;
  for (R_xlen_t place = 0; place < last; ++place)
    if (load<std::int64_t>(offsets.begin(), place + 1) < load<std::int64_t>(offsets.begin(), place)) return false;
  return load<std::int64_t>(offsets.begin(), last) == length;
}

}  // namespace

// Texts of offsets and data. Or a number: the place (from 1) of the first that R cannot hold, as it has a U+0000
// inside or is too long; 0 when the offsets are not sound or the data is not UTF-8.
// [[Rcpp::export(rng = false)]]
SEXP utf8_to_text(Rcpp::NumericVector offsets, Rcpp::RawVector data) {
  const char *from = reinterpret_cast<const char *>(data.begin());
  if (!sound(offsets, data.size())) return Rcpp::wrap(0.0);
  const R_xlen_t count = offsets.size() - 1;
  Rcpp::Shield<SEXP> texts(Rf_allocVector(STRSXP, count));
  for (R_xlen_t place = 0; place < count; ++place) {
    const auto start = load<std::int64_t>(offsets.begin(), place);
    const auto length = load<std::int64_t>(offsets.begin(), place + 1) - start;
    if (length > INT32_MAX) return Rcpp::wrap(static_cast<double>(place) + 1);
    if (length > 0 && std::memchr(from + start, 0, length) != nullptr) return Rcpp::wrap(static_cast<double>(place) + 1);
    if (!valid_utf8(from + start, length)) return Rcpp::wrap(0.0);
    SET_STRING_ELT(texts, place, Rf_mkCharLenCE(from + start, static_cast<int>(length), CE_UTF8));
    if (place % 65536 == 65535) Rcpp::checkUserInterrupt();
  }
  return texts;
}

// A list of raw vectors of offsets and data, or 0 when the offsets are not sound.
// [[Rcpp::export(rng = false)]]
SEXP bytes_to_blobs(Rcpp::NumericVector offsets, Rcpp::RawVector data) {
  if (!sound(offsets, data.size())) return Rcpp::wrap(0.0);
  const R_xlen_t count = offsets.size() - 1;
  Rcpp::Shield<SEXP> blobs(Rf_allocVector(VECSXP, count));
  for (R_xlen_t place = 0; place < count; ++place) {
    const auto start = load<std::int64_t>(offsets.begin(), place);
    const auto length = load<std::int64_t>(offsets.begin(), place + 1) - start;
    SEXP blob = Rf_allocVector(RAWSXP, length);
    SET_VECTOR_ELT(blobs, place, blob);
    if (length > 0) std::memcpy(RAW(blob), data.begin() + start, length);
  }
  return blobs;
}
