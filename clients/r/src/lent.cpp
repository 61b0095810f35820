#include "lent.h"

#include <condition_variable>
#include <mutex>

struct Lent::Count {
  std::mutex lock;
  std::condition_variable less;
  std::size_t slices = 0;
};

Lent::Lent() : count_(std::make_shared<Count>()) {}

grpc::Slice Lent::slice(unsigned char* data, std::size_t bytes) {
  auto count = std::make_unique<std::shared_ptr<Count>>(count_);
  {
    std::lock_guard<std::mutex> locked(count_->lock);
    ++count_->slices;
  }
  return grpc::Slice(data, bytes, give_back, count.release());
}

bool Lent::back_within(std::chrono::milliseconds time) {
  std::unique_lock<std::mutex> locked(count_->lock);
  return count_->less.wait_for(locked, time, [this] { return count_->slices == 0; });
}

// In a thread of gRPC's, perhaps when the `Lent` is gone.
void Lent::give_back(void* given) {
  std::unique_ptr<std::shared_ptr<Count>> count(static_cast<std::shared_ptr<Count>*>(given));
  {
    std::lock_guard<std::mutex> locked((*count)->lock);
    --(*count)->slices;
  }
  (*count)->less.notify_one();
}
