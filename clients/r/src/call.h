#ifndef RJAZZ_CALL_H
#define RJAZZ_CALL_H

#include <chrono>
#include <string>
#include <vector>

#include "channel.h"

// A method of the service, from its name such as "Blocks/PutBlock": where it is called, and the types of its messages.
struct Method {
  explicit Method(const std::string& name);

  std::string path;
  std::string request;
  std::string response;
};

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

  // To be called when all operations have ended: throws when Ctrl-C was pressed.
  void finish() const;

  // A status that is not OK, for R.
  Rcpp::List failure() const;

  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Status status;

 private:
  void look_for_interrupt();

  int pending_ = 0;
  bool interrupted_ = false;
  std::chrono::steady_clock::time_point looked_;
};

// Bytes as a vector of R's or of C++'s.
Rcpp::RawVector raw_of(const grpc::ByteBuffer& buffer);
std::vector<unsigned char> bytes_in(const grpc::ByteBuffer& buffer);

#endif
