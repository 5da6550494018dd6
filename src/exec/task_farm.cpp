#include "src/exec/task_farm.hpp"

namespace loadstone::exec {

void ThreadFarm::run(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver, Width width) {
  const auto attempt = [&](std::size_t i) {
    const std::string result = compute(tasks[i]);
    if (!result.empty()) {
      const std::lock_guard lock(mutex_);
      deliver(tasks[i], result);
    }
  };
  if (width == Width::one_thread) {
    executor_.run(tasks.size(), attempt);
    return;
  }
  for (std::size_t i = 0; i < tasks.size() && !executor_.interrupted(); ++i) {
    attempt(i);
  }
}

}  // namespace loadstone::exec
