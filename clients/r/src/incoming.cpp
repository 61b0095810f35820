#include "incoming.h"

#include <cstring>

#include "crc32c.h"

// Reads a message that lies in several slices.
class Incoming::Reader {
 public:
  explicit Reader(const std::vector<grpc::Slice>& slices) : slices_(&slices) {
    for (const auto& slice : slices) left_ += slice.size();
    skip_empty();
  }

  // The next `length` bytes of another one, with nothing after them.
  Reader part(std::uint64_t length) const {
    Reader part(*this);
    part.left_ = length;
    return part;
  }

  std::uint64_t left() const { return left_; }

  unsigned char byte() {
    if (left_ == 0) throw Damaged("a message that ends too early");
    unsigned char value = (*slices_)[slice_].begin()[at_];
    advance(1);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      unsigned char next = byte();
      if (shift < 64) value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    throw Damaged("a message with a number of more than ten bytes");
  }

  std::uint64_t length() {
    std::uint64_t value = varint();
    if (value > left_) throw Damaged("a message with a field that goes beyond its end");
    return value;
  }

  // Hands `length` bytes to a function, slice by slice.
  template <typename Take>
  void each(std::uint64_t length, Take take) {
    if (length > left_) throw Damaged("a message with a field that goes beyond its end");
    while (length > 0) {
      const auto& slice = (*slices_)[slice_];
      std::uint64_t count = std::min<std::uint64_t>(length, slice.size() - at_);
      take(slice.begin() + at_, count);
      advance(count);
      length -= count;
    }
  }

  void skip(std::uint64_t length) {
    each(length, [](const unsigned char*, std::uint64_t) {});
  }

  // Skips the content of a field.
  void skip_field(std::uint64_t tag, int depth = 0) {
    if (tag < 8 || tag > 0xffffffffu || depth > 100) throw Damaged("a message with a tag that is none");
    switch (tag & 7) {
      case 0:
        varint();
        return;
      case 1:
        return skip(8);
      case 2:
        return skip(length());
      case 3:
        for (std::uint64_t inner = varint(); inner != tag + 1; inner = varint()) skip_field(inner, depth + 1);
        return;
      case 5:
        return skip(4);
    }
    throw Damaged("a message with a field of an unknown form");
  }

 private:
  void advance(std::uint64_t count) {
    at_ += count;
    left_ -= count;
    skip_empty();
  }

  void skip_empty() {
    while (slice_ < slices_->size() && at_ == (*slices_)[slice_].size()) {
      ++slice_;
      at_ = 0;
    }
  }

  const std::vector<grpc::Slice>* slices_;
  std::size_t slice_ = 0;
  std::size_t at_ = 0;
  std::uint64_t left_ = 0;
};

struct Incoming::Chunk {
  explicit Chunk(Reader reader) : data(reader.part(0)) {
    while (reader.left() > 0) {
      std::uint64_t tag = reader.varint();
      switch (tag) {
        case 1 << 3:
          value_index = static_cast<std::uint32_t>(reader.varint());
          break;
        case 2 << 3:
          offset = reader.varint();
          break;
        case 3 << 3 | 5:
          crc = 0;
          for (int byte = 0; byte < 4; ++byte) crc |= static_cast<std::uint32_t>(reader.byte()) << (8 * byte);
          break;
        case 1000 << 3 | 2: {
          std::uint64_t length = reader.length();
          data = reader.part(length);
          reader.skip(length);
          break;
        }
        default:
          reader.skip_field(tag);
      }
    }
  }

  std::uint32_t value_index = 0;
  std::uint64_t offset = 0;
  std::uint32_t crc = 0;
  Reader data;
};

void Incoming::take(const grpc::ByteBuffer& message) {
  std::vector<grpc::Slice> slices;
  message.Dump(&slices);
  std::string fields;
  std::vector<Chunk> chunks;
  Reader reader(slices);
  while (reader.left() > 0) {
    Reader field = reader;
    std::uint64_t tag = reader.varint();
    if (tag == (1000 << 3 | 2)) {
      std::uint64_t length = reader.length();
      chunks.emplace_back(reader.part(length));
      reader.skip(length);
    } else {
      reader.skip_field(tag);
      field.each(field.left() - reader.left(), [&](const unsigned char* data, std::uint64_t count) {
        fields.append(reinterpret_cast<const char*>(data), count);
      });
    }
  }
  if (!begun_) begin(fields);
  for (const auto& chunk : chunks) take(chunk);
}

void Incoming::begin(const std::string& fields) {
  begun_ = true;
  values_ = announce_(fields);
  for (R_xlen_t at = 0; at < values_.size(); ++at) {
    Rcpp::List value(values_[at]);
    std::uint64_t bytes = bytes_of(value["body_bytes"]);
    bodies_.push_back({bytes, 0, places_of(value["targets"], bytes), 0});
    total_ += bytes;
  }
}

void Incoming::take(const Chunk& chunk) {
  std::string value = " of value " + std::to_string(chunk.value_index);
  if (chunk.value_index >= bodies_.size()) throw Damaged("a chunk" + value + ", which was not announced");
  Body& body = bodies_[chunk.value_index];
  std::uint64_t length = chunk.data.left();
  if (chunk.offset != body.filled)
    throw Damaged("a chunk at byte " + std::to_string(chunk.offset) + value + " instead of " +
                  std::to_string(body.filled));
  if (length > body.bytes - body.filled)
    throw Damaged(std::to_string(body.filled + length) + " bytes" + value + " instead of " +
                  std::to_string(body.bytes));
  std::uint32_t crc = 0;
  Reader data = chunk.data;
  data.each(length, [&](const unsigned char* from, std::uint64_t count) {
    crc = crc32c(from, count, crc);
    while (count > 0) {
      while (body.place < body.places.size() &&
             body.places[body.place].offset + body.places[body.place].bytes <= body.filled)
        ++body.place;
      std::uint64_t step = count;
      if (body.place < body.places.size()) {
        const Place& place = body.places[body.place];
        if (place.offset > body.filled) {
          step = std::min(count, place.offset - body.filled);
        } else {
          step = std::min(count, place.offset + place.bytes - body.filled);
          std::memcpy(place.data + (body.filled - place.offset), from, step);
        }
      }
      from += step;
      count -= step;
      body.filled += step;
      done_ += step;
    }
  });
  if (crc != chunk.crc) throw Damaged("a wrong checksum of bytes up to " + std::to_string(body.filled) + value);
}

void Incoming::finish() const {
  if (!begun_) throw Damaged("no answer at all");
  for (std::size_t at = 0; at < bodies_.size(); ++at)
    if (bodies_[at].filled != bodies_[at].bytes)
      throw Damaged(std::to_string(bodies_[at].filled) + " bytes of value " + std::to_string(at) + " instead of " +
                    std::to_string(bodies_[at].bytes));
}
