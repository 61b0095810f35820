// What tests look at: the parts of a call without a server.
#include <Rcpp.h>

#include "call.h"
#include "crc32c.h"
#include "incoming.h"
#include "outgoing.h"

// [[Rcpp::export(rng = false)]]
double check_crc32c(Rcpp::RawVector data, double before = 0) {
  return crc32c(RAW(data), data.size(), static_cast<std::uint32_t>(before));
}

// The messages in which values go out; or that there is an NA in an unseen piece, in a word.
// [[Rcpp::export(rng = false)]]
SEXP check_outgoing(Rcpp::RawVector first, Rcpp::List values) {
  Outgoing outgoing(std::vector<unsigned char>(first.begin(), first.end()), values);
  Rcpp::List messages;
  try {
    do {
      messages.push_back(raw_of(outgoing.next()));
    } while (outgoing.more());
  } catch (const MissingFound&) {
    return Rcpp::wrap("missing");
  }
  return messages;
}

// Takes in messages, each of them in slices of some bytes: the fields of the first; or what is wrong with them, in words.
// [[Rcpp::export(rng = false)]]
SEXP check_incoming(Rcpp::List messages, int slice_bytes, Rcpp::Function announce) {
  Rcpp::RawVector head;
  Incoming incoming([&](const std::string& fields) -> Rcpp::List {
    head = Rcpp::RawVector(fields.begin(), fields.end());
    return announce(head);
  });
  try {
    for (R_xlen_t at = 0; at < messages.size(); ++at) {
      Rcpp::RawVector message(messages[at]);
      std::vector<grpc::Slice> slices;
      for (R_xlen_t begin = 0; begin < message.size(); begin += slice_bytes)
        slices.emplace_back(RAW(message) + begin, std::min<R_xlen_t>(slice_bytes, message.size() - begin));
      incoming.take(grpc::ByteBuffer(slices.data(), slices.size()));
    }
    incoming.finish();
  } catch (const Damaged& damaged) {
    return Rcpp::wrap(std::string(damaged.what()));
  }
  return head;
}
