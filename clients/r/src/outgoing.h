#ifndef RJAZZ_OUTGOING_H
#define RJAZZ_OUTGOING_H

#include <Rcpp.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "places.h"

// The messages of a stream that goes out: the first carries the header, all of them chunks, small chunks share one.
//
// Bodies are copied chunk by chunk into messages of gRPC's own, so that it never refers to memory of R.
class Outgoing {
 public:
  // `values` are lists with `body_bytes` and `pieces`.
  Outgoing(const Rcpp::RawVector& first, Rcpp::List values);

  // Whether there is another message.
  bool more() const { return more_; }

  // The next message.
  grpc::ByteBuffer next();

  // Bytes of all bodies, and those that were framed; the latter may be asked for while another thread is in `next`.
  double total() const { return static_cast<double>(total_); }
  double done() const { return static_cast<double>(done_); }

 private:
  struct Body {
    std::uint64_t bytes;
    std::vector<Place> places;
  };

  void add_chunk();
  void skip_ended();

  std::vector<Body> bodies_;
  std::size_t body_ = 0;        // the body that comes next
  std::uint64_t position_ = 0;  // its first byte that comes next
  std::size_t place_ = 0;       // its first place that is not through
  std::vector<unsigned char> waiting_;
  std::uint64_t total_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  bool more_ = true;
};

#endif
