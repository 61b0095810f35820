#include "crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define RJAZZ_SSE42 1
#include <nmmintrin.h>
#endif

namespace {

// eight tables, for eight bytes at a time
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    tables[0][byte] = crc;
  }
  for (std::uint32_t byte = 0; byte < 256; ++byte)
    for (int table = 1; table < 8; ++table)
      tables[table][byte] = tables[table - 1][byte] >> 8 ^ tables[0][tables[table - 1][byte] & 0xff];
  return tables;
}

const Tables tables = make_tables();

std::uint32_t by_table(std::uint32_t crc, const unsigned char* data, std::size_t length) {
  for (; length >= 8; data += 8, length -= 8) {
    std::uint32_t low = crc ^ (data[0] | data[1] << 8 | data[2] << 16 | static_cast<std::uint32_t>(data[3]) << 24);
    crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^ tables[4][low >> 24] ^
          tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]] ^ tables[0][data[7]];
  }
  for (; length > 0; ++data, --length) crc = crc >> 8 ^ tables[0][(crc ^ *data) & 0xff];
  return crc;
}

#ifdef RJAZZ_SSE42

// The instruction takes three cycles and begins one each cycle: three strips of the data are summed up side by side, and
// joined by tables that append `strip` zero bytes to a sum.
constexpr std::size_t strip = 2048;

using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

Shift make_shift() {
  Shift shift{};
  for (int place = 0; place < 4; ++place)
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t crc = byte << (8 * place);
      for (std::size_t count = 0; count < strip; ++count) crc = crc >> 8 ^ tables[0][crc & 0xff];
      shift[place][byte] = crc;
    }
  return shift;
}

const Shift shift = make_shift();

std::uint64_t shifted(std::uint64_t crc) {
  return shift[0][crc & 0xff] ^ shift[1][crc >> 8 & 0xff] ^ shift[2][crc >> 16 & 0xff] ^ shift[3][crc >> 24 & 0xff];
}

std::uint64_t eight(const unsigned char* data) {
  std::uint64_t word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc, const unsigned char* data,
                                                               std::size_t length) {
  std::uint64_t first = crc;
  for (; length >= 3 * strip; data += 3 * strip, length -= 3 * strip) {
    std::uint64_t second = 0, third = 0;
    for (std::size_t at = 0; at < strip; at += 8) {
      first = _mm_crc32_u64(first, eight(data + at));
      second = _mm_crc32_u64(second, eight(data + strip + at));
      third = _mm_crc32_u64(third, eight(data + 2 * strip + at));
    }
    first = shifted(shifted(first) ^ second) ^ third;
  }
  for (; length >= 8; data += 8, length -= 8) first = _mm_crc32_u64(first, eight(data));
  auto rest = static_cast<std::uint32_t>(first);
  for (; length > 0; ++data, --length) rest = _mm_crc32_u8(rest, *data);
  return rest;
}

const bool has_instruction = (__builtin_cpu_init(), __builtin_cpu_supports("sse4.2"));

#endif

}  // namespace

std::uint32_t crc32c(const void* data, std::size_t length, std::uint32_t before) {
  const auto* bytes = static_cast<const unsigned char*>(data);
#ifdef RJAZZ_SSE42
  if (has_instruction) return ~by_instruction(~before, bytes, length);
#endif
  return ~by_table(~before, bytes, length);
}
