// sim/kernel/process.hpp
//
// An active thing of the simulation, as a C++20 coroutine: it runs until it must wait, and is resumed by an event.
//
// Waits.  There is one await point in a process (`co_await Suspend{}`): g++ gives every co_await its own place in the
//         frame. A wait is ended by resuming the process with an outcome, never by destroying a suspended frame.
// Resume. Only from an event, never from inside another process: the stack does not grow with the model.
// Owns.   Its frame, from the FramePool that is the coroutine's first argument; freed when the body ends.
// Not.    No return value, no exceptions out of the body: an exception is rethrown by whoever resumed it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <vector>

namespace loadstone {

// Free lists of coroutine frames of one run; frames are a few sizes, all small.
class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool();

  void* allocate(std::size_t bytes);
  static void release(void* frame, std::size_t bytes) noexcept;
  [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

 private:
  static constexpr std::size_t kHeader = 16;  // keeps the alignment of new
  static constexpr std::size_t kStep = 64;
  static constexpr std::size_t kSizes = 16;

  std::vector<void*> free_[kSizes];
  std::size_t outstanding_ = 0;
};

class Process {
 public:
  struct promise_type {
    template <class... Arguments>
    static void* operator new(std::size_t bytes, FramePool* pool, Arguments&&...) {
      return pool->allocate(bytes);
    }
    static void operator delete(void* frame, std::size_t bytes) noexcept { FramePool::release(frame, bytes); }

    Process get_return_object() { return Process(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() { throw; }
  };

  // The suspended body; the first resume runs it up to its first wait.
  [[nodiscard]] std::coroutine_handle<> handle() const { return handle_; }

 private:
  explicit Process(std::coroutine_handle<> handle) : handle_(handle) {}

  std::coroutine_handle<> handle_;
};

using Suspend = std::suspend_always;

}  // namespace loadstone
