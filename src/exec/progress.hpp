// src/exec/progress.hpp
//
// Whoever does a number of jobs and can say how many are done.
#pragma once

#include <cstddef>
#include <functional>

namespace loadstone::exec {

class ReportsProgress {
 public:
  using Listener = std::function<void(std::size_t done, std::size_t count)>;

  ReportsProgress() = default;
  ReportsProgress(const ReportsProgress&) = delete;
  ReportsProgress& operator=(const ReportsProgress&) = delete;
  virtual ~ReportsProgress() = default;

  // Called after each job, by one thread at a time; nullptr: no more.
  virtual void on_progress(Listener listener) = 0;
};

}  // namespace loadstone::exec
