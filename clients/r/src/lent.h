#ifndef RJAZZ_LENT_H
#define RJAZZ_LENT_H

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>

// Memory of R's that gRPC sends straight from. It stays where it is until all of it was given back.
class Lent {
 public:
  Lent();

  // Bytes for gRPC. May be called in any thread.
  grpc::Slice slice(unsigned char* data, std::size_t bytes);

  // Whether gRPC has given all back; waits for it, but no longer than that.
  bool back_within(std::chrono::milliseconds time);

 private:
  struct Count;

  static void give_back(void* count);

  std::shared_ptr<Count> count_;
};

#endif
