#include "outgoing.h"

#include <algorithm>

#include "crc32c.h"

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

void release(void* message) { delete static_cast<std::vector<unsigned char>*>(message); }

}  // namespace

Outgoing::Outgoing(const Rcpp::RawVector& first, Rcpp::List values) : waiting_(first.begin(), first.end()) {
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
    if (waiting_.size() >= shared) break;
  }
  more_ = body_ < bodies_.size();
  // gRPC gets the bytes themselves, and lets go of them when it likes, perhaps after the call
  auto* message = new std::vector<unsigned char>(std::move(waiting_));
  waiting_ = {};
  grpc::Slice slice(message->data(), message->size(), release, message);
  return grpc::ByteBuffer(&slice, 1);
}

void Outgoing::skip_ended() {
  while (body_ < bodies_.size() && position_ == bodies_[body_].bytes) {
    ++body_;
    position_ = 0;
    place_ = 0;
  }
}

// Appends the next chunk: its prefix, whose checksum is filled in at the end, and its bytes.
void Outgoing::add_chunk() {
  const Body& body = bodies_[body_];
  std::uint64_t length = std::min(chunk_bytes, body.bytes - position_);
  std::size_t inner = 5 + 2 + varint_length(length) + length;
  if (body_ > 0) inner += 1 + varint_length(body_);
  if (position_ > 0) inner += 1 + varint_length(position_);
  waiting_.reserve(waiting_.size() + inner + 16);
  waiting_.insert(waiting_.end(), {0xc2, 0x3e});
  put_varint(waiting_, inner);
  if (body_ > 0) {
    waiting_.push_back(0x08);
    put_varint(waiting_, body_);
  }
  if (position_ > 0) {
    waiting_.push_back(0x10);
    put_varint(waiting_, position_);
  }
  waiting_.push_back(0x1d);
  std::size_t crc_at = waiting_.size();
  waiting_.insert(waiting_.end(), {0, 0, 0, 0, 0xc2, 0x3e});
  put_varint(waiting_, length);

  std::uint32_t crc = 0;
  std::uint64_t end = position_ + length;
  auto append = [&](const unsigned char* data, std::uint64_t bytes) {
    std::size_t at = waiting_.size();
    if (data == nullptr)
      waiting_.insert(waiting_.end(), bytes, 0);
    else
      waiting_.insert(waiting_.end(), data, data + bytes);
    crc = crc32c(waiting_.data() + at, bytes, crc);
  };
  while (position_ < end) {
    while (place_ < body.places.size() && body.places[place_].offset + body.places[place_].bytes <= position_) ++place_;
    if (place_ == body.places.size() || body.places[place_].offset >= end) {
      append(nullptr, end - position_);
      position_ = end;
      break;
    }
    const Place& place = body.places[place_];
    if (place.offset > position_) {
      append(nullptr, place.offset - position_);
      position_ = place.offset;
    }
    std::uint64_t bytes = std::min(place.offset + place.bytes, end) - position_;
    append(place.data + (position_ - place.offset), bytes);
    position_ += bytes;
  }
  for (int byte = 0; byte < 4; ++byte) waiting_[crc_at + byte] = static_cast<unsigned char>(crc >> (8 * byte));
  done_ += length;
  skip_ended();
}
