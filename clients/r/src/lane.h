#ifndef RJAZZ_LANE_H
#define RJAZZ_LANE_H

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

// Carries out tasks one after the other: at once, or, from `start` on, in a thread of its own.
//
// Tasks must not touch R. What they throw comes out of their futures. Tasks that have not begun when the lane goes are
// left out; it goes when the one that has begun is through.
class Lane {
 public:
  Lane() = default;
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void start();

  template <typename Task>
  auto operator()(Task task) {
    auto packaged = std::make_shared<std::packaged_task<decltype(task())()>>(std::move(task));
    auto result = packaged->get_future();
    if (thread_.joinable())
      add([packaged] { (*packaged)(); });
    else
      (*packaged)();
    return result;
  }

 private:
  void add(std::function<void()> task);
  void work();

  std::thread thread_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool leaving_ = false;
};

#endif
