#include "outgoing.h"

#include <algorithm>
#include <utility>

#include "crc32c.h"
#include "values.h"

namespace {

constexpr std::uint64_t chunk_bytes = 1 << 20;
constexpr std::size_t shared = 64 * 1024;  // a message that is shorter takes in the next chunk as well

void put_varint(std::vector<unsigned char>& bytes, std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) bytes.push_back(static_cast<unsigned char>(value | 0x80));
  bytes.push_back(static_cast<unsigned char>(value));
}

std::size_t varint_length(std::uint64_t value) {
  std::size_t length = 1;
  for (; value > 0x7f; value >>= 7) ++length;
  return length;
}

void release(void* bytes) { delete static_cast<std::vector<unsigned char>*>(bytes); }

// Whether there is an NA among doubles, which are in the cache.
bool has_missing(const unsigned char* data, std::uint64_t bytes) {
  return values::any_na_real(reinterpret_cast<const double*>(data), static_cast<R_xlen_t>(bytes / sizeof(double)));
}

// What stands between places.
unsigned char zeros[4096];

}  // namespace

Outgoing::Outgoing(std::vector<unsigned char> first, Rcpp::List values) : values_(values), copied_(std::move(first)) {
  for (R_xlen_t at = 0; at < values.size(); ++at) {
    Rcpp::List value(values[at]);
    std::uint64_t bytes = bytes_of(value["body_bytes"]);
    bodies_.push_back({bytes, places_of(value["pieces"], bytes)});
    total_ += bytes;
  }
  skip_ended();
}

grpc::ByteBuffer Outgoing::next() {
  while (body_ < bodies_.size()) {
    add_chunk();
    if (!message_.empty() || copied_.size() >= shared) break;
  }
  more_ = body_ < bodies_.size();
  add_copied();
  grpc::ByteBuffer message(message_.data(), message_.size());
  message_.clear();
  return message;
}

void Outgoing::skip_ended() {
  while (body_ < bodies_.size() && position_ == bodies_[body_].bytes) {
    ++body_;
    position_ = 0;
    place_ = 0;
  }
}

// Appends the next chunk: its prefix and its bytes.
void Outgoing::add_chunk() {
  const std::size_t body = body_;
  const std::uint64_t start = position_;
  const std::uint64_t length = std::min(chunk_bytes, bodies_[body].bytes - start);
  const std::vector<Part> parts = parts_until(start + length);
  std::uint32_t crc = 0;
  for (const Part& part : parts) {
    crc = crc32c(part.data, part.bytes, crc);
    if (part.unseen && has_missing(part.data, part.bytes)) throw MissingFound();
  }

  std::size_t inner = 5 + 2 + varint_length(length) + length;
  if (body > 0) inner += 1 + varint_length(body);
  if (start > 0) inner += 1 + varint_length(start);
  copied_.insert(copied_.end(), {0xc2, 0x3e});
  put_varint(copied_, inner);
  if (body > 0) {
    copied_.push_back(0x08);
    put_varint(copied_, body);
  }
  if (start > 0) {
    copied_.push_back(0x10);
    put_varint(copied_, start);
  }
  copied_.push_back(0x1d);
  for (int byte = 0; byte < 4; ++byte) copied_.push_back(static_cast<unsigned char>(crc >> (8 * byte)));
  copied_.insert(copied_.end(), {0xc2, 0x3e});
  put_varint(copied_, length);
  for (const Part& part : parts) add(part);
  framed_ += length;
  skip_ended();
}

// The bytes of the body up to `end`, which is reached by that.
std::vector<Outgoing::Part> Outgoing::parts_until(std::uint64_t end) {
  const std::vector<Place>& places = bodies_[body_].places;
  std::vector<Part> parts;
  while (position_ < end) {
    while (place_ < places.size() && places[place_].offset + places[place_].bytes <= position_) ++place_;
    const bool within = place_ < places.size() && places[place_].offset <= position_;
    if (within) {
      const Place& place = places[place_];
      parts.push_back({place.data + (position_ - place.offset), std::min(place.offset + place.bytes, end) - position_,
                       place.unseen});
    } else {
      const std::uint64_t stop = place_ < places.size() ? std::min(places[place_].offset, end) : end;
      parts.push_back({zeros, std::min<std::uint64_t>(stop - position_, sizeof zeros), false});
    }
    position_ += parts.back().bytes;
  }
  return parts;
}

void Outgoing::add(const Part& part) {
  if (part.bytes < shared) {
    copied_.insert(copied_.end(), part.data, part.data + part.bytes);
    return;
  }
  add_copied();
  message_.push_back(lent_.slice(part.data, part.bytes));
}

// What was copied becomes a part of the message. gRPC gets the bytes themselves, and lets go of them when it likes.
void Outgoing::add_copied() {
  if (copied_.empty()) return;
  auto* bytes = new std::vector<unsigned char>(std::move(copied_));
  copied_ = {};
  message_.emplace_back(bytes->data(), bytes->size(), release, bytes);
}
