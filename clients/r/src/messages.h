#ifndef RJAZZ_MESSAGES_H
#define RJAZZ_MESSAGES_H

#include <Rcpp.h>

#include <string>
#include <vector>

// Messages of the contract, by the full names of their types, from and to lists of R; messages.cpp says how those look.

// The bytes of a message from a list of its fields.
std::vector<unsigned char> message_bytes(const std::string& type, SEXP fields);

// A list of the fields of a message from its bytes; NULL when they are no such message.
SEXP message_fields(const std::string& type, const void* bytes, std::size_t length);

#endif
