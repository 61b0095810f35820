#include "channel.h"

#include <grpc/grpc.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <random>

namespace {

// The process that uses gRPC: its threads do not survive a fork, and in the child everything of it would hang.
int grpc_process = 0;

bool is_forked() { return grpc_process != 0 && grpc_process != getpid(); }

// An environment variable that is set for a while.
class Setting {
 public:
  Setting(const char* name, const char* value) : name_(name) {
    const char* before = std::getenv(name);
    had_ = before != nullptr;
    if (had_) before_ = before;
    set(value);
  }
  ~Setting() { set(had_ ? before_.c_str() : nullptr); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  void set(const char* value) {
#ifdef _WIN32
    _putenv_s(name_, value == nullptr ? "" : value);
#else
    value == nullptr ? unsetenv(name_) : setenv(name_, value, 1);
#endif
  }
  const char* name_;
  bool had_;
  std::string before_;
};

// Starts gRPC once and for good, without its handlers of forks, which would hang or log in children that never use it;
// and silent, since errors say what it would log.
void start_grpc() {
  if (grpc_process != 0) return;
  Setting forks("GRPC_ENABLE_FORK_SUPPORT", "0");
  const char* verbosity = std::getenv("GRPC_VERBOSITY");
  Setting log("GRPC_VERBOSITY", verbosity == nullptr ? "NONE" : verbosity);
  grpc_init();
  grpc_process = getpid();
}

void finalize(SEXP pointer) {
  auto* channel = static_cast<Channel*>(R_ExternalPtrAddr(pointer));
  R_ClearExternalPtr(pointer);
  if (!is_forked()) delete channel;
}

// The machine's random numbers. It is opened once: that takes longer than a UUID.
std::random_device& chance() {
  static std::random_device source;
  return source;
}

std::string text_of(SEXP bytes) {
  if (TYPEOF(bytes) != RAWSXP) return "";
  return std::string(reinterpret_cast<const char*>(RAW(bytes)), Rf_xlength(bytes));
}

std::shared_ptr<grpc::ChannelCredentials> credentials_of(Rcpp::Nullable<Rcpp::List> tls) {
  if (tls.isNull()) return grpc::InsecureChannelCredentials();
  Rcpp::List given(tls.get());
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = text_of(given["ca"]);
  options.pem_cert_chain = text_of(given["cert"]);
  options.pem_private_key = text_of(given["key"]);
  return grpc::SslCredentials(options);
}

}  // namespace

Channel& channel_of(SEXP pointer) {
  auto* channel = static_cast<Channel*>(R_ExternalPtrAddr(pointer));
  if (channel == nullptr) throw std::logic_error("the channel is closed");
  return *channel;
}

// Opens a channel; nothing is sent yet. `options` are those of gRPC, `tls` the PEM texts `ca`, `cert`, `key` as raw
// vectors or NULL, `metadata` what every call carries.
// [[Rcpp::export(rng = false)]]
SEXP channel_open(std::string address, Rcpp::List options, Rcpp::Nullable<Rcpp::List> tls,
                  Rcpp::CharacterVector metadata) {
  start_grpc();
  grpc::ChannelArguments arguments;
  Rcpp::CharacterVector names = options.size() > 0 ? options.names() : Rcpp::CharacterVector();
  for (R_xlen_t at = 0; at < options.size(); ++at) {
    std::string name(names[at]);
    if (TYPEOF(options[at]) == STRSXP)
      arguments.SetString(name, Rcpp::as<std::string>(options[at]));
    else
      arguments.SetInt(name, Rcpp::as<int>(options[at]));
  }
  // its own connection, not one that another channel to the same address has
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = std::make_unique<Channel>();
  channel->channel = grpc::CreateCustomChannel(address, credentials_of(tls), arguments);
  channel->stub = std::make_unique<grpc::GenericStub>(channel->channel);
  Rcpp::CharacterVector keys = metadata.size() > 0 ? metadata.names() : Rcpp::CharacterVector();
  for (R_xlen_t at = 0; at < metadata.size(); ++at)
    channel->metadata.emplace_back(std::string(keys[at]), std::string(metadata[at]));
  Rcpp::Shield<SEXP> pointer(R_MakeExternalPtr(channel.release(), R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize, FALSE);
  return pointer;
}

// Closes a channel; closing twice is fine.
// [[Rcpp::export(rng = false)]]
void channel_close(SEXP channel) { finalize(channel); }

// Whether a channel can be used, from its side: it is not closed and not out of a file.
// [[Rcpp::export(rng = false)]]
bool channel_is_open(SEXP channel) {
  return TYPEOF(channel) == EXTPTRSXP && R_ExternalPtrAddr(channel) != nullptr;
}

// Whether a channel can be used in this process.
// [[Rcpp::export(rng = false)]]
bool channel_is_usable(SEXP channel) { return channel_is_open(channel) && !is_forked(); }

// The process that this one was forked from after that had used gRPC; 0 when it was not.
// [[Rcpp::export(rng = false)]]
int forked_from() { return is_forked() ? grpc_process : 0; }

// A random UUID of version 4. R's random numbers stay as they are.
// [[Rcpp::export(rng = false)]]
std::string new_uuid() {
  static const char* digits = "0123456789abcdef";
  auto& source = chance();
  std::uint32_t word = 0;
  int left = 0;  // bits of the word that are not used yet
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& place : text) {
    if (place != 'x' && place != 'y') continue;
    if (left == 0) {
      word = source();
      left = 32;
    }
    unsigned digit = word & 15;
    word >>= 4;
    left -= 4;
    place = digits[place == 'x' ? digit : ((digit & 3) | 8)];
  }
  return text;
}

// A random number between 0 and 1. R's random numbers stay as they are.
// [[Rcpp::export(rng = false)]]
double new_fraction() {
  return static_cast<double>(chance()()) / static_cast<double>(std::random_device::max());
}
