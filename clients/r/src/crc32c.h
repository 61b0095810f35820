#ifndef RJAZZ_CRC32C_H
#define RJAZZ_CRC32C_H

#include <cstddef>
#include <cstdint>

// The CRC-32C (Castagnoli) of some bytes; `before` is that of the bytes before them.
std::uint32_t crc32c(const void* data, std::size_t length, std::uint32_t before = 0);

#endif
