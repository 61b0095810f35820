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

  void cancel() { context.TryCancel(); }

  // Whether gRPC is done with all operations; waits for that, but no longer than `time`.
  bool done_within(std::chrono::milliseconds time);

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

// Bytes as a raw vector.
Rcpp::RawVector raw_of(const grpc::ByteBuffer& buffer);

#endif
