// Numbers: R's types to those of the wire and back.
#include "values.h"

#include <cmath>
#include <limits>

using values::load;
using values::store;

namespace {

// The element as an integer of type T, if it is one.
template <typename T>
bool to_integer(double element, T &integer) {
  // Limits of 64 bits are not doubles: the first double above each is, for all types.
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!(element >= static_cast<double>(std::numeric_limits<T>::min()) && element < above)) return false;
  integer = static_cast<T>(element);
  // A negative zero is not the integer 0: it would come back as another number.
  return static_cast<double>(integer) == element && !(element == 0 && std::signbit(element));
}

// Writes all elements as T; `element` gives each as a double. NULL when one does not fit.
template <typename T, typename Element>
SEXP integers(R_xlen_t count, Element element) {
  Rcpp::RawVector data(Rcpp::no_init(count * static_cast<R_xlen_t>(sizeof(T))));
  for (R_xlen_t place = 0; place < count; ++place) {
    T integer = 0;
    const double number = element(place);
    if (!values::is_na_real(number) && !to_integer(number, integer)) return R_NilValue;
    store(RAW(data), place, integer);
  }
  return data;
}

template <typename Element>
SEXP numbers(R_xlen_t count, const std::string &type, bool round, Element element) {
  if (type == "int8") return integers<std::int8_t>(count, element);
  if (type == "int16") return integers<std::int16_t>(count, element);
  if (type == "int32") return integers<std::int32_t>(count, element);
  if (type == "int64") return integers<std::int64_t>(count, element);
  if (type == "uint8") return integers<std::uint8_t>(count, element);
  if (type == "uint16") return integers<std::uint16_t>(count, element);
  if (type == "uint32") return integers<std::uint32_t>(count, element);
  if (type == "uint64") return integers<std::uint64_t>(count, element);
  if (type == "float64") {
    Rcpp::NumericVector data(Rcpp::no_init(count));
    for (R_xlen_t place = 0; place < count; ++place) {
      const double number = element(place);
      REAL(data)[place] = values::is_na_real(number) ? 0.0 : number;
    }
    return data;
  }
  if (type == "float32") {
    Rcpp::RawVector data(Rcpp::no_init(count * 4));
    for (R_xlen_t place = 0; place < count; ++place) {
      std::uint32_t single = 0;
      const double number = element(place);
      if (!values::is_na_real(number) && !values::to_single(number, single) && !round) return R_NilValue;
      store(RAW(data), place, single);
    }
    return data;
  }
  if (type == "float16") {
    Rcpp::RawVector data(Rcpp::no_init(count * 2));
    for (R_xlen_t place = 0; place < count; ++place) {
      std::uint16_t half = 0;
      const double number = element(place);
      if (!values::is_na_real(number) && !values::to_half(number, half) && !round) return R_NilValue;
      store(RAW(data), place, half);
    }
    return data;
  }
  Rcpp::stop("internal: no number type '%s'", type);
}

template <typename T>
void widen_integers(int *to, R_xlen_t count) {
  for (R_xlen_t place = count; place-- > 0;) to[place] = load<T>(to, place);
}

template <typename T>
void widen_doubles(double *to, R_xlen_t count) {
  for (R_xlen_t place = count; place-- > 0;) to[place] = static_cast<double>(load<T>(to, place));
}

}  // namespace

// Numbers or truth values as the bytes of a type of the wire, missing ones as zero bytes; NULL when one is not exactly
// of that type. `round`: floats and complex numbers are rounded instead.
// [[Rcpp::export(rng = false)]]
SEXP wire_numbers(SEXP x, std::string type, bool round) {
  const R_xlen_t count = Rf_xlength(x);
  if (type == "bool") {
    if (TYPEOF(x) != LGLSXP) return R_NilValue;
    Rcpp::RawVector data(Rcpp::no_init(count));
    for (R_xlen_t place = 0; place < count; ++place)
      RAW(data)[place] = LOGICAL(x)[place] != 0 && LOGICAL(x)[place] != NA_LOGICAL;
    return data;
  }
  if (type == "complex64") {
    if (TYPEOF(x) != CPLXSXP) return R_NilValue;
    Rcpp::RawVector data(Rcpp::no_init(count * 8));
    for (R_xlen_t place = 0; place < count; ++place) {
      const Rcomplex number = COMPLEX(x)[place];
      std::uint32_t real = 0, imaginary = 0;
      if (!values::is_na_real(number.r) && !values::is_na_real(number.i)) {
        const bool first = values::to_single(number.r, real), second = values::to_single(number.i, imaginary);
        if (!(first && second) && !round) return R_NilValue;
      }
      store(RAW(data), 2 * place, real);
      store(RAW(data), 2 * place + 1, imaginary);
    }
    return data;
  }
  if (TYPEOF(x) == INTSXP) {
    const int *elements = INTEGER(x);
    return numbers(count, type, round, [&](R_xlen_t place) {
      return elements[place] == NA_INTEGER ? NA_REAL : static_cast<double>(elements[place]);
    });
  }
  if (TYPEOF(x) == REALSXP) {
    const double *elements = REAL(x);
    return numbers(count, type, round, [&](R_xlen_t place) { return elements[place]; });
  }
  return R_NilValue;
}

// Whether int64s (in doubles) are all 0 or more, or missing: whether they are uint64s, too.
// [[Rcpp::export(rng = false)]]
bool none_negative(Rcpp::NumericVector x) {
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const auto element = load<std::int64_t>(REAL(x), place);
    if (element < 0 && element != values::kMissingInt64) return false;
  }
  return true;
}

// Widens elements that were received into the front of their vector, in place: from the last to the first, so that
// none is overwritten before it was read. Gives false when an element is none of the type.
// [[Rcpp::export(rng = false)]]
bool widen(SEXP x, std::string type) {
  const R_xlen_t count = Rf_xlength(x);
  if (type == "bool") {
    int *to = LOGICAL(x);
    unsigned char largest = 0;
    for (R_xlen_t place = count; place-- > 0;) {
      const auto byte = load<std::uint8_t>(to, place);
      largest |= byte;
      to[place] = byte;
    }
    return largest <= 1;
  }
  if (type == "complex64") {
    auto *to = reinterpret_cast<double *>(COMPLEX(x));
    for (R_xlen_t place = 2 * count; place-- > 0;) to[place] = values::from_single(load<std::uint32_t>(to, place));
    return true;
  }
  if (type == "int8") return widen_integers<std::int8_t>(INTEGER(x), count), true;
  if (type == "int16") return widen_integers<std::int16_t>(INTEGER(x), count), true;
  if (type == "uint8") return widen_integers<std::uint8_t>(INTEGER(x), count), true;
  if (type == "uint16") return widen_integers<std::uint16_t>(INTEGER(x), count), true;
  if (type == "uint32") return widen_doubles<std::uint32_t>(REAL(x), count), true;
  if (type == "date") return widen_doubles<std::int32_t>(REAL(x), count), true;
  if (type == "float32" || type == "float16") {
    double *to = REAL(x);
    for (R_xlen_t place = count; place-- > 0;)
      to[place] = type == "float32" ? values::from_single(load<std::uint32_t>(to, place))
                                    : values::from_half(load<std::uint16_t>(to, place));
    return true;
  }
  Rcpp::stop("internal: nothing to widen in '%s'", type);
}

// Integers as doubles when one of them is R's NA_integer_, else NULL. What is missing was not marked yet.
// [[Rcpp::export(rng = false)]]
SEXP doubles_if_lowest(Rcpp::IntegerVector x) {
  const int *elements = INTEGER(x);
  const R_xlen_t count = x.size();
  bool lowest = false;
  for (R_xlen_t place = 0; place < count; ++place) lowest |= elements[place] == NA_INTEGER;
  if (!lowest) return R_NilValue;
  Rcpp::NumericVector doubles(Rcpp::no_init(count));
  for (R_xlen_t place = 0; place < count; ++place) REAL(doubles)[place] = elements[place];
  return doubles;
}

// Makes the int64s or uint64s in a vector of doubles doubles, in place. Gives the place (from 1) of the first that is
// beyond 2^53, or 0; `round` says to go on all the same. Nothing is changed when one is and `round` is false.
// [[Rcpp::export(rng = false)]]
double int64_to_doubles(Rcpp::NumericVector x, bool is_unsigned, bool round) {
  double *elements = REAL(x);
  const R_xlen_t count = x.size();
  double first = 0;
  for (R_xlen_t place = 0; place < count && first == 0; ++place) {
    const auto element = load<std::int64_t>(elements, place);
    const bool far = element > values::kExactInt64 || element < (is_unsigned ? 0 : -values::kExactInt64);
    if (far) first = static_cast<double>(place) + 1;
  }
  if (first != 0 && !round) return first;
  for (R_xlen_t place = 0; place < count; ++place)
    elements[place] = is_unsigned ? static_cast<double>(load<std::uint64_t>(elements, place))
                                  : static_cast<double>(load<std::int64_t>(elements, place));
  return first;
}

// The place (from 1) of the first element that an integer64 does not hold: the lowest int64, which is its NA, or a
// uint64 of 2^63 or more. 0 when there is none. What is missing was not marked yet.
// [[Rcpp::export(rng = false)]]
double beyond_integer64(Rcpp::NumericVector x, bool is_unsigned) {
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const auto element = load<std::int64_t>(REAL(x), place);
    if (is_unsigned ? element < 0 : element == values::kMissingInt64) return static_cast<double>(place) + 1;
  }
  return 0;
}

// int64s or uint64s (in doubles) as texts of decimal digits.
// [[Rcpp::export(rng = false)]]
Rcpp::CharacterVector int64_to_text(Rcpp::NumericVector x, bool is_unsigned) {
  Rcpp::CharacterVector texts(x.size());
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const std::string text = is_unsigned ? std::to_string(load<std::uint64_t>(REAL(x), place))
                                         : std::to_string(load<std::int64_t>(REAL(x), place));
    SET_STRING_ELT(texts, place, Rf_mkChar(text.c_str()));
  }
  return texts;
}

// Texts of decimal digits, as the function above writes them, as int64s or uint64s; NULL when one is another text.
// [[Rcpp::export(rng = false)]]
SEXP text_to_int64(Rcpp::CharacterVector x, bool is_unsigned) {
  Rcpp::NumericVector integers(Rcpp::no_init(x.size()));
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    std::uint64_t size = 0;
    if (STRING_ELT(x, place) != NA_STRING) {
      const char *text = CHAR(STRING_ELT(x, place));
      const bool negative = *text == '-';
      if (negative) ++text;
      const std::size_t digits = std::strlen(text);
      if (digits == 0 || (*text == '0' && (digits > 1 || negative)) || (negative && is_unsigned)) return R_NilValue;
      for (; *text != '\0'; ++text) {
        if (*text < '0' || *text > '9') return R_NilValue;
        const auto digit = static_cast<std::uint64_t>(*text - '0');
        if (size > (UINT64_MAX - digit) / 10) return R_NilValue;
        size = size * 10 + digit;
      }
      const std::uint64_t limit = is_unsigned ? UINT64_MAX : static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
      if (size > limit) return R_NilValue;
      if (negative) size = ~size + 1;
    }
    store(REAL(integers), place, size);
  }
  return integers;
}

// The codes of a factor from 0, missing ones as 0; NULL when one is outside of its levels.
// [[Rcpp::export(rng = false)]]
SEXP factor_to_codes(Rcpp::IntegerVector x, int levels) {
  Rcpp::IntegerVector codes(Rcpp::no_init(x.size()));
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const int code = INTEGER(x)[place];
    if (code != NA_INTEGER && (code < 1 || code > levels)) return R_NilValue;
    INTEGER(codes)[place] = code == NA_INTEGER ? 0 : code - 1;
  }
  return codes;
}

// Makes codes from 0 codes from 1, in place; those outside of the levels NA (they must be missing). Gives how many.
// [[Rcpp::export(rng = false)]]
double codes_to_factor(Rcpp::IntegerVector x, int levels) {
  double outside = 0;
  int *codes = INTEGER(x);
  for (R_xlen_t place = 0; place < x.size(); ++place) {
    const bool known = codes[place] >= 0 && codes[place] < levels;
    outside += !known;
    codes[place] = known ? codes[place] + 1 : NA_INTEGER;
  }
  return outside;
}

namespace {

std::uint64_t mixed_with(std::uint64_t mixed, const void *memory, std::size_t bytes) {
  const auto *from = static_cast<const char *>(memory);
  for (std::size_t place = 0; place + 4 <= bytes; place += 4) {
    mixed = (mixed ^ load<std::uint32_t>(from + place, 0)) * 0xFF51AFD7ED558CCDu;
    mixed ^= mixed >> 32;
  }
  return mixed ^ bytes;
}

}  // namespace

// A number that stands for all elements of a vector: another vector has another one, all but surely. Texts are digits
// here, of integers in `bigint = "character"`.
// [[Rcpp::export(rng = false)]]
std::string fingerprint(SEXP x) {
  std::uint64_t mixed = 0x9E3779B97F4A7C15u;
  if (TYPEOF(x) == STRSXP) {
    for (R_xlen_t place = 0; place < Rf_xlength(x); ++place) {
      const SEXP text = STRING_ELT(x, place);
      std::uint32_t digits[8] = {};
      std::memcpy(digits, CHAR(text), LENGTH(text) < 32 ? LENGTH(text) : 32);
      mixed = mixed_with(mixed, digits, sizeof digits);
    }
  } else {
    const std::size_t size = TYPEOF(x) == REALSXP ? 8 : TYPEOF(x) == CPLXSXP ? 16 : 4;
    if (Rf_xlength(x) > 0) mixed = mixed_with(mixed, values::memory(x), size * Rf_xlength(x));
  }
  return std::to_string(mixed);
}

// Copies bytes to the front of a vector, as if it had received them.
// [[Rcpp::export(rng = false)]]
SEXP receive_into(Rcpp::RawVector data, SEXP x) {
  if (data.size() > 0) std::memcpy(values::memory(x), RAW(data), data.size());
  return x;
}

// The memory of a vector as raw bytes.
// [[Rcpp::export(rng = false)]]
Rcpp::RawVector bytes_in(SEXP x) {
  const std::size_t size = TYPEOF(x) == RAWSXP ? 1 : TYPEOF(x) == REALSXP ? 8 : TYPEOF(x) == CPLXSXP ? 16 : 4;
  Rcpp::RawVector bytes(Rcpp::no_init(size * Rf_xlength(x)));
  if (bytes.size() > 0) std::memcpy(RAW(bytes), values::memory(x), bytes.size());
  return bytes;
}
