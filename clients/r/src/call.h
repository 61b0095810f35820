#ifndef RJAZZ_CALL_H
#define RJAZZ_CALL_H

#include <chrono>

#include "channel.h"

// One call under way: its context, its queue of events, and how it ended.
//
// Waiting looks for Ctrl-C every 50 ms; one calls the call off, and is raised by `finish` when gRPC has let go of it.
class Call {
 public:
  Call(Channel& channel, double timeout);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // A tag for an operation that is about to be started.
  void* expect(int operation);

  // The operation that has ended next, and whether it went well.
  int wait(bool& well);

  bool idle() const { return pending_ == 0; }
  void cancel() { context.TryCancel(); }

  // Cancels what is not through, and waits until gRPC is done with it.
  void settle();

  // The status for R: `code`, `text`, `details`. Throws when Ctrl-C was pressed.
  Rcpp::List finish();

  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Status status;

 private:
  void look_for_interrupt();

  int pending_ = 0;
  bool interrupted_ = false;
  std::chrono::steady_clock::time_point looked_;
};

// Settles a call when its scope is left, by an exception or an error of R as well. Declared after all that operations
// refer to, so that it goes first.
class Settled {
 public:
  explicit Settled(Call& call) : call_(call) {}
  ~Settled() { call_.settle(); }
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;

 private:
  Call& call_;
};

// Bytes as a raw vector.
Rcpp::RawVector raw_of(const grpc::ByteBuffer& buffer);

#endif
