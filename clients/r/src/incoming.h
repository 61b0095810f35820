#ifndef RJAZZ_INCOMING_H
#define RJAZZ_INCOMING_H

#include <Rcpp.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "places.h"

// An answer that is not what was sent; `what` says how.
struct Damaged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A stream of messages on arrival: the fields of the first of them, and the bodies that it announces.
//
// Every chunk is checked: that it is the next of its body, that it fits, and its checksum; then its bytes go to where
// they are wanted. Every legal encoding of a message is taken.
class Incoming {
 public:
  // What to do with the bytes of the fields of the first message that are no chunks: gives a list with
  // `list(body_bytes =, targets =)` for each value that follows.
  using Announce = std::function<Rcpp::List(const std::string& fields)>;

  explicit Incoming(Announce announce) : announce_(std::move(announce)) {}

  // Takes in the next message; throws `Damaged`. Only the first one touches R.
  void take(const grpc::ByteBuffer& message);

  // Whether the first message was taken in.
  bool begun() const { return begun_; }

  // What was announced, with all bodies complete; throws `Damaged`.
  void finish() const;

  Rcpp::List values() const { return values_; }

  // Bytes of all bodies, and those that are where they are wanted; the latter may be asked for while another thread is in
  // `take`.
  double total() const { return static_cast<double>(total_); }
  double done() const { return static_cast<double>(done_); }

 private:
  struct Body {
    std::uint64_t bytes;
    std::uint64_t filled;
    std::vector<Place> places;
    std::size_t place;
  };

  class Reader;
  struct Chunk;

  void begin(const std::string& fields);
  void take(const Chunk& chunk);

  Announce announce_;
  bool begun_ = false;
  Rcpp::List values_;  // keeps the vectors that bodies go to
  std::vector<Body> bodies_;
  std::uint64_t total_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
};

#endif
