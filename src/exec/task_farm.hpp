// src/exec/task_farm.hpp
//
// Tasks that are computed somewhere, by threads or by other processes, and whose results come back here as bytes.
//
// Order. Tasks begin in the order they are given; results come in any order, each to one call of `deliver` at a time.
// Ranks. Every process of a farm calls the same functions with the same `compute`. One of them is the root: it alone
//        has the tasks, and gets the results.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "src/exec/progress.hpp"
#include "src/exec/thread_executor.hpp"

namespace loadstone::exec {

class TaskFarm : public ReportsProgress {
 public:
  using Task = std::size_t;
  using Compute = std::function<std::string(Task)>;  // "": it was given up
  using Deliver = std::function<void(Task, const std::string& result)>;
  // Whether a task is one job, or so many that it fills all threads of the process by itself.
  enum class Width : std::uint8_t { one_thread, all_threads };

  [[nodiscard]] virtual bool is_root() const = 0;
  // Throws std::runtime_error if not all processes say the same.
  virtual void agree(const std::string& what) = 0;
  // At the root: until all are done, or a signal came, or one failed; its exception is rethrown when the others are
  // done. Elsewhere: until the root has no more.
  virtual void run(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver, Width width) = 0;
};

// The threads of this process.
class ThreadFarm final : public TaskFarm {
 public:
  explicit ThreadFarm(ThreadExecutor& executor) : executor_(executor) {}

  [[nodiscard]] bool is_root() const override { return true; }
  void agree(const std::string&) override {}
  void run(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver, Width width) override;
  void on_progress(Listener listener) override { executor_.on_progress(std::move(listener)); }

 private:
  ThreadExecutor& executor_;
  std::mutex mutex_;  // of deliver
};

}  // namespace loadstone::exec
