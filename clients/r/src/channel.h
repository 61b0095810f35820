#ifndef RJAZZ_CHANNEL_H
#define RJAZZ_CHANNEL_H

#include <Rcpp.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// A connection: gRPC's channel with what every call over it carries.
struct Channel {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
  std::vector<std::pair<std::string, std::string>> metadata;
};

// The channel behind an external pointer. Throws when it is closed, or came out of a file.
Channel& channel_of(SEXP pointer);

#endif
