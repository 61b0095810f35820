#include <deque>
#include <memory>

#include "call.h"
#include "incoming.h"
#include "lane.h"
#include "leftovers.h"
#include "messages.h"
#include "outgoing.h"

namespace {

enum Operation { writing, reading, finishing };

// Bytes from which on copying and checksums have a thread of their own, beside the one that gRPC sends and receives in.
constexpr double long_transfer = 4 << 20;

// How many messages of a long transfer are framed, and how many wait to be stored, at a time. Most of what is framed still
// lies where R has it, so that many take no memory, and what sends them seldom waits for a thread.
constexpr std::size_t most_framed = 32;
constexpr std::size_t most_waiting = 4;

// The messages of a stream that goes out, framed while those before them travel.
class Framed {
 public:
  explicit Framed(Outgoing& outgoing) : outgoing_(outgoing) {
    if (outgoing.total() >= long_transfer) {
      lane_.start();
      most_ = most_framed;
    }
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

  // A thread may make more frames than there are messages: those at the end are empty, and nobody asks for them.
  void fill() {
    while (more_ && ahead_.size() < most_)
      ahead_.push_back(lane_([this] {
        Frame frame{outgoing_.more() ? outgoing_.next() : grpc::ByteBuffer(), false};
        frame.more = outgoing_.more();
        return frame;
      }));
  }

  Outgoing& outgoing_;
  std::deque<std::future<Frame>> ahead_;
  std::size_t most_ = 1;
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
  Exchange(Channel& channel, const Method& method, Rcpp::List request, Rcpp::List values, double timeout)
      : stub(*channel.stub),
        path(method.path),
        outgoing(message_bytes(method.request, request), values),
        call(channel, timeout) {}

  bool done_within(std::chrono::milliseconds time) { return call.done_within(time) && outgoing.done_within(time); }

  grpc::GenericStub& stub;  // for the begin: the channel may go before gRPC is done with the call
  std::string path;
  Outgoing outgoing;
  Call call;
  grpc::ByteBuffer arrived;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;  // of a call with one message each way
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

std::shared_ptr<Exchange> begin(SEXP channel, const Method& method, Rcpp::List request, Rcpp::List values,
                                double timeout) {
  drop_leftovers();
  return std::make_shared<Exchange>(channel_of(channel), method, request, values, timeout);
}

// One message there and one back, in one operation of gRPC's, which costs less than a stream of one.
template <typename Take>
void carry_out_single(Exchange& exchange, const grpc::ByteBuffer& message, Take take) {
  Call& call = exchange.call;
  exchange.reader = exchange.stub.PrepareUnaryCall(&call.context, exchange.path, message, &call.queue);
  exchange.reader->StartCall();
  exchange.reader->Finish(&exchange.arrived, &call.status, call.expect(finishing));
  bool well;
  call.wait(well);
  take(exchange.arrived);
}

// Sends `message` and all those after it, hands each that arrives to `take`, until there is a status.
template <typename Take, typename Tell>
void carry_out_stream(Exchange& exchange, grpc::ByteBuffer message, Framed& framed, Take take, Tell tell) {
  Call& call = exchange.call;
  grpc::ByteBuffer& arrived = exchange.arrived;
  call.context.set_initial_metadata_corked(true);
  exchange.stream = exchange.stub.PrepareCall(&call.context, exchange.path, &call.queue);
  auto& stream = exchange.stream;
  stream->StartCall(nullptr);
  bool ended = false;
  auto write = [&] {
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
        if (!well || ended) break;
        message = framed.next();
        write();
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

// A call from its begin to its status; `single` says that one message comes back. Throws `MissingFound`, when the call is
// cancelled, if it was begun.
template <typename Take, typename Tell>
void carry_out(std::shared_ptr<Exchange> exchange, bool single, Take take, Tell tell) {
  Leaving leaving(exchange);
  Framed framed(exchange->outgoing);
  const grpc::ByteBuffer first = framed.next();
  if (single && !framed.more())
    carry_out_single(*exchange, first, take);
  else
    carry_out_stream(*exchange, first, framed, take, tell);
}

// What a call that went well gave: `more` of it.
template <typename... More>
Rcpp::List success(const More&... more) {
  return Rcpp::List::create(Rcpp::_["code"] = 0, more...);
}

Rcpp::List damaged(const std::string& damage) { return success(Rcpp::_["damage"] = damage); }

}  // namespace

// A message and values there, one message back. `request` has the fields of the first message but its chunks, `values` is
// a list of lists with `body_bytes` and `pieces`. Gives a list with gRPC's `code` of how it ended, and
// - when all went well, the fields of the `answer`;
// - when it did not, the `text` and the `details` of the status;
// - when the answer is none, `damage`: what was wrong with it, in words.
// Or only `missing`, when there is an NA in an unseen piece; the server then has nothing.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_upload(SEXP channel, std::string method, Rcpp::List request, Rcpp::List values, double timeout,
                       Rcpp::Nullable<Rcpp::Function> progress) {
  const Method named(method);
  auto exchange = begin(channel, named, request, values, timeout);
  Progress told(progress);
  grpc::ByteBuffer arrived;
  try {
    carry_out(
        exchange, true, [&](const grpc::ByteBuffer& message) { arrived = message; },
        [&] { told(exchange->outgoing.framed(), exchange->outgoing.total()); });
  } catch (const MissingFound&) {
    return Rcpp::List::create(Rcpp::_["missing"] = true);
  }
  exchange->call.finish();
  if (!exchange->call.status.ok()) return exchange->call.failure();
  const auto bytes = bytes_in(arrived);
  Rcpp::RObject answer = message_fields(named.response, bytes.data(), bytes.size());
  if (answer.isNULL()) return damaged("no " + named.response);
  return success(Rcpp::_["answer"] = answer);
}

// Values there and values back: a list as that of `call_upload`. `announce` takes the fields of the first message, the
// `answer`, and gives a list with `body_bytes` and `targets` for each value that follows: the `values`, filled.
// [[Rcpp::export(rng = false)]]
Rcpp::List call_exchange(SEXP channel, std::string method, Rcpp::List request, Rcpp::List values,
                         Rcpp::Function announce, double timeout, Rcpp::Nullable<Rcpp::Function> progress) {
  const Method named(method);
  auto exchange = begin(channel, named, request, values, timeout);
  Rcpp::RObject answer;
  Incoming incoming([&](const std::string& fields) -> Rcpp::List {
    answer = message_fields(named.response, fields.data(), fields.size());
    if (answer.isNULL()) throw Damaged("no " + named.response);
    return announce(answer);
  });
  Stored stored(incoming);
  Progress told(progress);
  std::string damage;
  carry_out(
      exchange, false,
      [&](const grpc::ByteBuffer& message) {
        if (!damage.empty()) return;
        try {
          stored(message);
        } catch (const Damaged& found) {
          damage = found.what();
          exchange->call.cancel();
        }
      },
      [&] { told(exchange->outgoing.framed() + incoming.done(), exchange->outgoing.total() + incoming.total()); });
  exchange->call.finish();
  if (damage.empty()) {
    if (!exchange->call.status.ok()) return exchange->call.failure();
    try {
      stored.finish();
    } catch (const Damaged& found) {
      damage = found.what();
    }
  }
  if (!damage.empty()) return damaged(damage);
  return success(Rcpp::_["answer"] = answer, Rcpp::_["values"] = incoming.values());
}
