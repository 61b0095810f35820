#ifndef RJAZZ_OUTGOING_H
#define RJAZZ_OUTGOING_H

#include <Rcpp.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "lent.h"
#include "places.h"

// There is an NA in what is sent as doubles without missing elements.
struct MissingFound {};

// The messages of a stream that goes out: the first carries the header, all of them chunks, small chunks share one.
//
// What is long is sent straight from R's vectors, what is short is copied into the message.
class Outgoing {
 public:
  // `first` is the first message without chunks, `values` are lists with `body_bytes` and `pieces`.
  Outgoing(std::vector<unsigned char> first, Rcpp::List values);

  // Whether there is another message.
  bool more() const { return more_; }

  // The next message. Throws `MissingFound`.
  grpc::ByteBuffer next();

  // Whether gRPC is done with the bytes of all messages; waits for that, but no longer than `time`. Until then they must not
  // go away.
  bool done_within(std::chrono::milliseconds time) { return lent_.back_within(time); }

  // Bytes of all bodies, and those that were framed; the latter may be asked for while another thread is in `next`.
  double total() const { return static_cast<double>(total_); }
  double framed() const { return static_cast<double>(framed_); }

 private:
  struct Body {
    std::uint64_t bytes;
    std::vector<Place> places;
  };

  struct Part {
    unsigned char* data;
    std::uint64_t bytes;
    bool unseen;
  };

  void add_chunk();
  std::vector<Part> parts_until(std::uint64_t end);
  void add(const Part& part);
  void add_copied();
  void skip_ended();

  Rcpp::List values_;  // keeps the vectors, and has R copy those that are changed
  std::vector<Body> bodies_;
  Lent lent_;
  std::size_t body_ = 0;        // the body that comes next
  std::uint64_t position_ = 0;  // its first byte that comes next
  std::size_t place_ = 0;       // its first place that is not through
  std::vector<unsigned char> copied_;
  std::vector<grpc::Slice> message_;  // what of the next message comes before `copied_`
  std::uint64_t total_ = 0;
  std::atomic<std::uint64_t> framed_ = 0;
  bool more_ = true;
};

#endif
