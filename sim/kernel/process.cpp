#include "sim/kernel/process.hpp"

#include "sim/base/check.hpp"

namespace loadstone {

FramePool::~FramePool() {
  for (std::vector<void*>& list : free_) {
    for (void* block : list) {
      ::operator delete(block);
    }
  }
}

// A block is [pool][frame]; the pool stands in the header because operator delete is told only the frame.
void* FramePool::allocate(std::size_t bytes) {
  const std::size_t index = bytes / kStep;
  void* block = nullptr;
  if (index < kSizes && !free_[index].empty()) {
    block = free_[index].back();
    free_[index].pop_back();
  } else {
    block = ::operator new(kHeader + (index + 1) * kStep);
  }
  *static_cast<FramePool**>(block) = this;
  ++outstanding_;
  return static_cast<std::byte*>(block) + kHeader;
}

void FramePool::release(void* frame, std::size_t bytes) noexcept {
  void* block = static_cast<std::byte*>(frame) - kHeader;
  FramePool* pool = *static_cast<FramePool**>(block);
  const std::size_t index = bytes / kStep;
  --pool->outstanding_;
  if (index < kSizes) {
    pool->free_[index].push_back(block);
  } else {
    ::operator delete(block);
  }
}

}  // namespace loadstone
