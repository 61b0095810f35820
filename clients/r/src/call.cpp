#include "call.h"

#include <cmath>

namespace {

constexpr std::chrono::milliseconds interval(50);

void check_interrupt(void*) { R_CheckUserInterrupt(); }

}  // namespace

Method::Method(const std::string& name)
    : path("/jazz.v1." + name),
      request("jazz.v1." + name.substr(name.find('/') + 1) + "Request"),
      response("jazz.v1." + name.substr(name.find('/') + 1) + "Response") {}

Call::Call(Channel& channel, double timeout) : looked_(std::chrono::steady_clock::now()) {
  if (std::isfinite(timeout) && timeout < 3e8)
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::duration_cast<std::chrono::system_clock::duration>(
                             std::chrono::duration<double>(timeout < 0 ? 0 : timeout)));
  for (const auto& [key, value] : channel.metadata) context.AddMetadata(key, value);
}

Call::~Call() {
  queue.Shutdown();
  void* tag;
  bool well;
  while (queue.Next(&tag, &well)) {
  }
}

void* Call::expect(int operation) {
  ++pending_;
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(operation));
}

bool Call::done_within(std::chrono::milliseconds time) {
  const auto end = std::chrono::system_clock::now() + time;
  void* tag;
  bool well;
  for (; pending_ > 0; --pending_)
    if (queue.AsyncNext(&tag, &well, end) != grpc::CompletionQueue::GOT_EVENT) return false;
  return true;
}

int Call::wait(bool& well) {
  void* tag = nullptr;
  while (queue.AsyncNext(&tag, &well, std::chrono::system_clock::now() + interval) !=
         grpc::CompletionQueue::GOT_EVENT)
    look_for_interrupt();
  --pending_;
  if (std::chrono::steady_clock::now() - looked_ > interval) look_for_interrupt();
  return static_cast<int>(reinterpret_cast<std::intptr_t>(tag));
}

void Call::look_for_interrupt() {
  looked_ = std::chrono::steady_clock::now();
  if (interrupted_ || R_ToplevelExec(check_interrupt, nullptr)) return;
  interrupted_ = true;
  context.TryCancel();
}

void Call::finish() const {
  if (interrupted_) throw Rcpp::internal::InterruptedException();
}

Rcpp::List Call::failure() const {
  Rcpp::CharacterVector text(1);
  text[0] = Rf_mkCharLenCE(status.error_message().data(), static_cast<int>(status.error_message().size()), CE_UTF8);
  std::string details = status.error_details();
  return Rcpp::List::create(Rcpp::_["code"] = static_cast<int>(status.error_code()), Rcpp::_["text"] = text,
                            Rcpp::_["details"] = Rcpp::RawVector(details.begin(), details.end()));
}

std::vector<unsigned char> bytes_in(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  buffer.Dump(&slices);
  std::vector<unsigned char> bytes;
  bytes.reserve(buffer.Length());
  for (const auto& slice : slices) bytes.insert(bytes.end(), slice.begin(), slice.end());
  return bytes;
}

Rcpp::RawVector raw_of(const grpc::ByteBuffer& buffer) {
  const auto bytes = bytes_in(buffer);
  return Rcpp::RawVector(bytes.begin(), bytes.end());
}

// Seconds on a clock that only goes forward.
// [[Rcpp::export(rng = false)]]
double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
