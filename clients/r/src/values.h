// What the functions over elements share: sizes of types on the wire, missing elements, bits of an int64 in a double.
#ifndef RJAZZ_VALUES_H
#define RJAZZ_VALUES_H

#include <Rcpp.h>

#include <cstdint>
#include <cstring>
#include <string>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Jazz's buffers are little-endian, and so must the machine be"
#endif

namespace values {

// The int64 that R (package bit64) and this package keep in the eight bytes of a double.
constexpr std::int64_t kMissingInt64 = INT64_MIN;

// The largest integer below which a double holds every integer.
constexpr std::int64_t kExactInt64 = std::int64_t{1} << 53;

template <typename T>
inline T load(const void *from, R_xlen_t place) {
  T element;
  std::memcpy(&element, static_cast<const char *>(from) + place * static_cast<R_xlen_t>(sizeof(T)), sizeof(T));
  return element;
}

template <typename T>
inline void store(void *to, R_xlen_t place, T element) {
  std::memcpy(static_cast<char *>(to) + place * static_cast<R_xlen_t>(sizeof(T)), &element, sizeof(T));
}

// The lower word of R's NA_real_.
constexpr std::uint32_t kMissingWord = 1954;

// Whether a double is R's NA_real_: a NaN with that lower word, quiet or signalling, of either sign.
inline bool is_na_real(double element) {
  const auto bits = load<std::uint64_t>(&element, 0);
  return (bits & 0x7FF0000000000000u) == 0x7FF0000000000000u && (bits & 0xFFFFFFFFu) == kMissingWord;
}

// Whether any of some doubles is R's NA_real_. May be called in any thread.
bool any_na_real(const double *elements, R_xlen_t count);

// The memory of an atomic vector. The vectors that are written to were allocated by this package for that.
void *memory(SEXP vector);

// float16 and float32 in the bits of a double and back; all bits of a NaN stay. The way back says whether it fits.
double from_half(std::uint16_t half);
double from_single(std::uint32_t single);
bool to_half(double element, std::uint16_t &half);
bool to_single(double element, std::uint32_t &single);

}  // namespace values

#endif
