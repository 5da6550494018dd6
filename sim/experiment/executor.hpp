// sim/experiment/executor.hpp
//
// Runs independent jobs; who runs them, and in which order, never changes what they return.
#pragma once

#include <cstddef>
#include <functional>

namespace loadstone {

class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  // Calls job(0) .. job(count - 1), each once, perhaps at the same time. Jobs that have not begun are left out once
  // `interrupted()`, or once a job has thrown; what it threw is rethrown when those that had begun have ended.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& job) = 0;
  [[nodiscard]] virtual bool interrupted() const { return false; }
};

// One after the other, in this thread.
class SerialExecutor final : public Executor {
 public:
  void run(std::size_t count, const std::function<void(std::size_t)>& job) override {
    for (std::size_t i = 0; i < count; ++i) {
      job(i);
    }
  }
};

}  // namespace loadstone
