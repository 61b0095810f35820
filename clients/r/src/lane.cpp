#include "lane.h"

#ifndef _WIN32
#include <signal.h>
#endif

namespace {

// Threads that are started meanwhile get no signals: those are for R's own thread.
class WithoutSignals {
 public:
#ifdef _WIN32
  WithoutSignals() {}
#else
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

}  // namespace

Lane::~Lane() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> held(lock_);
    leaving_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Lane::start() {
  if (thread_.joinable()) return;
  WithoutSignals meanwhile;
  thread_ = std::thread([this] { work(); });
}

void Lane::add(std::function<void()> task) {
  {
    std::lock_guard<std::mutex> held(lock_);
    waiting_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void Lane::work() {
  std::unique_lock<std::mutex> held(lock_);
  for (;;) {
    changed_.wait(held, [this] { return leaving_ || !waiting_.empty(); });
    if (leaving_) return;
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    held.unlock();
    task();
    task = nullptr;  // what it holds goes before the lock is taken again
    held.lock();
  }
}
