#include <deque>
#include <memory>

#include "call.h"
#include "incoming.h"
#include "lane.h"
#include "leftovers.h"
#include "outgoing.h"

namespace {

enum Operation { writing, reading, finishing };

// Bytes from which on copying and checksums have a thread of their own, beside the one that gRPC sends and receives in.
constexpr double long_transfer = 4 << 20;

// How many messages are framed, and how many wait to be stored, at a time. Most of what is framed still lies where R has
// it, so that many take no memory, and what sends them seldom waits for a thread.
constexpr std::size_t most_framed = 32;
constexpr std::size_t most_waiting = 4;

// The messages of a stream that goes out, framed while those before them travel.
class Framed {
 public:
  explicit Framed(Outgoing& outgoing) : outgoing_(outgoing) {
    if (outgoing.total() >= long_transfer) lane_.start();
    fill();
  }

  // The next message; whether there is another one after it is said by `more`. Throws `MissingFound`.
  grpc::ByteBuffer next() {
    Frame frame = ahead_.front().get();
    ahead_.pop_front();
    more_ = frame.more;
    fill();
    return frame.message;
  }

  bool more() const { return more_; }

 private:
  struct Frame {
    grpc::ByteBuffer message;
    bool more;
  };

  // There may be more frames than messages: those at the end are empty, and nobody asks for them.
  void fill() {
    while (more_ && ahead_.size() < most_framed)
      ahead_.push_back(lane_([this] {
        Frame frame{outgoing_.more() ? outgoing_.next() : grpc::ByteBuffer(), false};
        frame.more = outgoing_.more();
        return frame;
      }));
  }

  Outgoing& outgoing_;
  std::deque<std::future<Frame>> ahead_;
  bool more_ = true;
  Lane lane_;
};

// Takes in the messages of a stream, and stores what they carry while those after them travel.
class Stored {
 public:
  explicit Stored(Incoming& incoming) : incoming_(incoming) {}

  // Takes in the next message; throws `Damaged`, for this or an earlier one.
  void operator()(const grpc::ByteBuffer& message) {
    if (!incoming_.begun()) {
      incoming_.take(message);  // asks R what to do with it
      if (incoming_.total() >= long_transfer) lane_.start();
      return;
    }
    waiting_.push_back(lane_([this, message] { incoming_.take(message); }));
    if (waiting_.size() > most_waiting) wait();
  }

  // Waits until all is stored; throws `Damaged`.
  void finish() {
    while (!waiting_.empty()) wait();
    incoming_.finish();
  }

 private:
  void wait() {
    std::future<void> first = std::move(waiting_.front());
    waiting_.pop_front();
    first.get();
  }

  Incoming& incoming_;
  std::deque<std::future<void>> waiting_;
  Lane lane_;
};

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

// A call with all that gRPC refers to.
struct Exchange {
  Exchange(Channel& channel, const Rcpp::RawVector& first, Rcpp::List values, double timeout)
      : outgoing(first, values), call(channel, timeout) {}

  bool done_within(std::chrono::milliseconds time) { return call.done_within(time) && outgoing.done_within(time); }

  Outgoing outgoing;
  Call call;
  grpc::ByteBuffer arrived;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
};

// Cancels what of a call is not through when its scope is left, by an exception or an error of R as well.
class Leaving {
 public:
  explicit Leaving(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~Leaving() {
    if (exchange_->done_within(std::chrono::milliseconds(0))) return;
    exchange_->call.cancel();
    if (exchange_->done_within(std::chrono::milliseconds(100))) return;
    keep_until([exchange = exchange_] { return exchange->done_within(std::chrono::milliseconds(0)); });
  }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  std::shared_ptr<Exchange> exchange_;
};

std::shared_ptr<Exchange> begin(SEXP channel, const std::string& path, const Rcpp::RawVector& first, Rcpp::List values,
                                double timeout) {
  drop_leftovers();
  Channel& open = channel_of(channel);
  auto exchange = std::make_shared<Exchange>(open, first, values, timeout);
  exchange->call.context.set_initial_metadata_corked(true);
  exchange->stream = open.stub->PrepareCall(&exchange->call.context, path, &exchange->call.queue);
  exchange->stream->StartCall(nullptr);
  return exchange;
}

// Sends all messages that go out, hands each that arrives to `take`, until there is a status. Throws `MissingFound`, when
// the call is cancelled.
template <typename Take, typename Tell>
void carry_out(std::shared_ptr<Exchange> exchange, Take take, Tell tell) {
  Call& call = exchange->call;
  auto& stream = exchange->stream;
  grpc::ByteBuffer& arrived = exchange->arrived;
  Leaving leaving(exchange);
  Framed framed(exchange->outgoing);
  bool ended = false;
  auto write = [&] {
    grpc::ByteBuffer message = framed.next();
    if (framed.more()) {
      stream->Write(message, call.expect(writing));
    } else {
      stream->WriteLast(message, grpc::WriteOptions(), call.expect(writing));
      ended = true;
    }
  };
  write();
  stream->Read(&arrived, call.expect(reading));
  for (bool finished = false; !finished;) {
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
      case finishing:
        finished = true;
        break;
    }
    tell();
  }
}

}  // namespace

// A message and values there, one message back: the status, with the message as `answer` when all went well. `first` is
// the first message without chunks, `values` a list of lists with `body_bytes` and `pieces`. `missing` instead of all that
// when there is an NA in an unseen piece; the server then has nothing.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_upload(SEXP channel, std::string path, Rcpp::RawVector first, Rcpp::List values, double timeout,
                       Rcpp::Nullable<Rcpp::Function> progress) {
  auto exchange = begin(channel, path, first, values, timeout);
  Progress told(progress);
  grpc::ByteBuffer answer;
  try {
    carry_out(
        exchange, [&](const grpc::ByteBuffer& message) { answer = message; },
        [&] { told(exchange->outgoing.framed(), exchange->outgoing.total()); });
  } catch (const MissingFound&) {
    return Rcpp::List::create(Rcpp::_["missing"] = true);
  }
  Rcpp::List outcome = exchange->call.finish();
  if (exchange->call.status.ok()) outcome["answer"] = raw_of(answer);
  return outcome;
}

// Values there and values back: the status; when all went well, the fields of the first message as `answer`, and in
// `values` what `announce` gave for it, filled. `damage` says what was wrong with messages that arrived.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_exchange(SEXP channel, std::string path, Rcpp::RawVector first, Rcpp::List values,
                         Rcpp::Function announce, double timeout, Rcpp::Nullable<Rcpp::Function> progress) {
  auto exchange = begin(channel, path, first, values, timeout);
  Incoming incoming(announce);
  Stored stored(incoming);
  Progress told(progress);
  std::string damage;
  carry_out(
      exchange,
      [&](const grpc::ByteBuffer& message) {
        if (!damage.empty()) return;
        try {
          stored(message);
        } catch (const Damaged& damaged) {
          damage = damaged.what();
          exchange->call.cancel();
        }
      },
      [&] { told(exchange->outgoing.framed() + incoming.done(), exchange->outgoing.total() + incoming.total()); });
  Rcpp::List outcome = exchange->call.finish();
  if (damage.empty() && exchange->call.status.ok()) {
    try {
      stored.finish();
    } catch (const Damaged& damaged) {
      damage = damaged.what();
    }
  }
  if (!damage.empty()) outcome["damage"] = damage;
  outcome["answer"] = incoming.head();
  outcome["values"] = incoming.values();
  return outcome;
}
