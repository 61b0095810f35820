#include "call.h"
#include "incoming.h"
#include "outgoing.h"

namespace {

enum Operation { writing, reading, finishing };

// Tells R how far a transfer is, ten times a second at most.
class Progress {
 public:
  explicit Progress(Rcpp::Nullable<Rcpp::Function> tell) : tell_(tell) {}

  void operator()(double done, double total) {
    if (tell_.isNull()) return;
    auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::milliseconds(100)) return;
    told_ = now;
    Rcpp::Function(tell_.get())(done, total);
  }

 private:
  Rcpp::Nullable<Rcpp::Function> tell_;
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

// Makes the call: sends all messages that go out, hands each that arrives to `take`.
template <typename Take, typename Tell>
void exchange(Channel& channel, Call& call, const std::string& path, Outgoing& outgoing, Take take, Tell tell) {
  call.context.set_initial_metadata_corked(true);
  auto stream = channel.stub->PrepareCall(&call.context, path, &call.queue);
  stream->StartCall(nullptr);
  grpc::ByteBuffer ahead = outgoing.next(), arrived;
  Settled settled(call);
  bool ended = false;
  auto write = [&] {
    if (outgoing.more()) {
      stream->Write(ahead, call.expect(writing));
      ahead = outgoing.next();  // is framed while the one before it travels
    } else {
      stream->WriteLast(ahead, grpc::WriteOptions(), call.expect(writing));
      ended = true;
    }
  };
  write();
  stream->Read(&arrived, call.expect(reading));
  while (!call.idle()) {
    bool well;
    switch (call.wait(well)) {
      case writing:
        if (well && !ended) write();
        break;
      case reading:
        if (well) {
          take(arrived);
          stream->Read(&arrived, call.expect(reading));
        } else {
          ended = true;  // nobody listens any more
          stream->Finish(&call.status, call.expect(finishing));
        }
        break;
    }
    tell();
  }
}

}  // namespace

// Values there, one message back: the status, with the message as `answer` when all went well. `first` is the first
// message without chunks, `values` a list of lists with `body_bytes` and `pieces`.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_upload(SEXP channel, std::string path, Rcpp::RawVector first, Rcpp::List values, double timeout,
                       Rcpp::Nullable<Rcpp::Function> progress) {
  Channel& open = channel_of(channel);
  Outgoing outgoing(first, values);
  Progress told(progress);
  grpc::ByteBuffer answer;
  Call call(open, timeout);
  exchange(
      open, call, path, outgoing, [&](const grpc::ByteBuffer& message) { answer = message; },
      [&] { told(outgoing.done(), outgoing.total()); });
  Rcpp::List outcome = call.finish();
  if (call.status.ok()) outcome["answer"] = raw_of(answer);
  return outcome;
}

// Values there and values back: the status; when all went well, the fields of the first message as `answer`, and in
// `values` what `announce` gave for it, filled. `damage` says what was wrong with messages that arrived.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_exchange(SEXP channel, std::string path, Rcpp::RawVector first, Rcpp::List values,
                         Rcpp::Function announce, double timeout, Rcpp::Nullable<Rcpp::Function> progress) {
  Channel& open = channel_of(channel);
  Outgoing outgoing(first, values);
  Incoming incoming(announce);
  Progress told(progress);
  std::string damage;
  Call call(open, timeout);
  exchange(
      open, call, path, outgoing,
      [&](const grpc::ByteBuffer& message) {
        if (!damage.empty()) return;
        try {
          incoming.take(message);
        } catch (const Damaged& damaged) {
          damage = damaged.what();
          call.cancel();
        }
      },
      [&] { told(outgoing.done() + incoming.done(), outgoing.total() + incoming.total()); });
  Rcpp::List outcome = call.finish();
  if (damage.empty() && call.status.ok()) {
    try {
      incoming.finish();
    } catch (const Damaged& damaged) {
      damage = damaged.what();
    }
  }
  if (!damage.empty()) outcome["damage"] = damage;
  outcome["answer"] = incoming.head();
  outcome["values"] = incoming.values();
  return outcome;
}
