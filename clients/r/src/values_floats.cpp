// float16 and float32 to doubles and back, to the bit: what processors do, but for the bits of a NaN, which stay.
#include "values.h"

#include <cmath>

namespace values {

namespace {

constexpr std::uint64_t kExponent = 0x7FF0000000000000u;
constexpr std::uint64_t kFraction = 0x000FFFFFFFFFFFFFu;

std::uint64_t bits_of(double element) { return load<std::uint64_t>(&element, 0); }

double double_of(std::uint64_t bits) { return load<double>(&bits, 0); }

bool is_nan_bits(std::uint64_t bits) { return (bits & kExponent) == kExponent && (bits & kFraction) != 0; }

}  // namespace

double from_single(std::uint32_t single) {
  if ((single & 0x7F800000u) == 0x7F800000u && (single & 0x007FFFFFu) != 0) {
    const std::uint64_t sign = static_cast<std::uint64_t>(single >> 31) << 63;
    return double_of(sign | kExponent | static_cast<std::uint64_t>(single & 0x007FFFFFu) << 29);
  }
  return static_cast<double>(load<float>(&single, 0));
}

bool to_single(double element, std::uint32_t &single) {
  const std::uint64_t bits = bits_of(element);
  if (is_nan_bits(bits)) {
    single = static_cast<std::uint32_t>(bits >> 63) << 31 | 0x7F800000u |
             static_cast<std::uint32_t>((bits & kFraction) >> 29);
    return (bits & ((std::uint64_t{1} << 29) - 1)) == 0;
  }
  const float rounded = static_cast<float>(element);
  single = load<std::uint32_t>(&rounded, 0);
  return static_cast<double>(rounded) == element;
}

double from_half(std::uint16_t half) {
  const std::uint64_t sign = static_cast<std::uint64_t>(half >> 15) << 63;
  const int exponent = half >> 10 & 0x1F;
  const std::uint64_t fraction = half & 0x3FFu;
  if (exponent == 0x1F) return double_of(sign | kExponent | fraction << 42);
  if (exponent != 0) return double_of(sign | static_cast<std::uint64_t>(exponent - 15 + 1023) << 52 | fraction << 42);
  const double tiny = std::ldexp(static_cast<double>(fraction), -24);
  return sign != 0 ? -tiny : tiny;
}

bool to_half(double element, std::uint16_t &half) {
  const std::uint64_t bits = bits_of(element);
  const auto sign = static_cast<std::uint16_t>(bits >> 63 << 15);
  if ((bits & kExponent) == kExponent) {
    half = static_cast<std::uint16_t>(sign | 0x7C00u | (bits & kFraction) >> 42);
    return (bits & ((std::uint64_t{1} << 42) - 1)) == 0;
  }
  const double size = std::fabs(element);
  if (size >= 65520.0) {  // from here on the nearest float16 is infinite
    half = static_cast<std::uint16_t>(sign | 0x7C00u);
    return false;
  }
  int exponent = 0;
  std::frexp(size, &exponent);
  // The distance of float16s around it; the least is 2^-24. Scaling by powers of 2 is exact.
  const int step = exponent - 11 < -24 ? -24 : exponent - 11;
  const double rounded = std::nearbyint(std::ldexp(size, -step));
  const double value = std::ldexp(rounded, step);
  if (value < std::ldexp(1.0, -14)) {
    half = static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::ldexp(value, 24)));
  } else if (value >= 65536.0) {
    half = static_cast<std::uint16_t>(sign | 0x7C00u);
  } else {
    const std::uint64_t whole = bits_of(value);
    half = static_cast<std::uint16_t>(sign | ((whole >> 52) - 1023 + 15) << 10 | (whole >> 42 & 0x3FFu));
  }
  return value == size;
}

}  // namespace values
