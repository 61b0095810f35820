#ifndef RJAZZ_PLACES_H
#define RJAZZ_PLACES_H

#include <Rcpp.h>

#include <cstdint>
#include <vector>

// Where some bytes of a body lie in the memory of an R vector.
struct Place {
  std::uint64_t offset;
  unsigned char* data;
  std::uint64_t bytes;
  bool unseen;  // doubles of which nobody has looked at all for NA
};

// The places of a list of `list(offset =, vector =, from =, bytes =, unseen =)`, in order, inside of a body of that length.
// `from` is the first byte in the vector, 0 when it is left out; so is `unseen`, for false.
std::vector<Place> places_of(Rcpp::List pieces, std::uint64_t body_bytes);

// A length or an offset in bytes.
std::uint64_t bytes_of(SEXP number);

#endif
