// What tests look at.
#include <Rcpp.h>

#include "crc32c.h"

// [[Rcpp::export]]
double cpp_crc32c(Rcpp::RawVector data) { return crc32c(RAW(data), data.size()); }
