// src/exec/thread_executor.hpp
//
// Runs jobs on a pool of threads. SIGINT and SIGTERM end it after the jobs that are running; what is finished is kept.
//
// Order. Jobs begin in order; callers put results where the job's index says, so nothing depends on who ends first.
// Share. Several threads may call run() at once: their jobs share the pool. A job itself must not call it.
#pragma once

#include <atomic>
#include <memory>

#include "sim/experiment/executor.hpp"
#include "src/exec/progress.hpp"

namespace loadstone::exec {

class ThreadExecutor final : public Executor, public ReportsProgress {
 public:
  // 0 threads: as many as the machine has.
  explicit ThreadExecutor(unsigned threads);
  ~ThreadExecutor() override;

  void run(std::size_t count, const std::function<void(std::size_t)>& job) override;
  [[nodiscard]] bool interrupted() const override;
  [[nodiscard]] unsigned threads() const { return threads_; }
  // The signal that interrupted, or 0.
  [[nodiscard]] int signal() const;

  // Of each run() by itself.
  void on_progress(Listener listener) override;

 private:
  struct State;
  unsigned threads_;
  std::unique_ptr<State> state_;
};

}  // namespace loadstone::exec
