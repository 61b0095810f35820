#ifndef RJAZZ_TYPES_H
#define RJAZZ_TYPES_H

#include <google/protobuf/message.h>

#include <memory>
#include <string>

// An empty message of the contract by the full name of its type, such as "jazz.v1.BlockInfo".
//
// The types live in a pool of this library alone, so that any number of packages, and copies of this one, can know the
// same contract in one process.
std::unique_ptr<google::protobuf::Message> new_message(const std::string& type);

#endif
