// src/cli/command_support.hpp
//
// What commands have in common: printing diagnostics, the progress line, writing to standard output.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "sim/base/diagnostic.hpp"
#include "src/cli/options.hpp"
#include "src/exec/thread_executor.hpp"
#include "src/load/loader.hpp"

namespace loadstone::cli {

// Prints what there is to standard error, errors last with their count. True if there are no errors.
bool print_diagnostics(const Diagnostics& diagnostics);

// Writes all of it to standard output; false (and a message) if it cannot be written.
bool print(const std::string& text);

// Calls `command`; what it throws becomes a message and an exit code.
int guarded(const std::function<int()>& command);

// The exit code for an executor that a signal ended, and a line that says so.
int interrupted(const exec::ThreadExecutor& executor, const std::string& what_is_kept);

// The value of each parameter, as it was written or given.
[[nodiscard]] std::map<std::string, std::string> parameter_texts(const load::Loaded& loaded);

// `--why` must name a row of the model.
void check_why(const Options& options, const Model& model, Diagnostics& diagnostics);

// Shows progress on standard error while it lives, if that is a terminal and the user did not ask for quiet: jobs done,
// and where there is one round of them, how many there are and how long they will take.
class Progress {
 public:
  enum class Rounds : std::uint8_t { one, many };
  Progress(exec::ReportsProgress& worker, const Options& options, std::string what, Rounds rounds = Rounds::one);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  exec::ReportsProgress& worker_;
  bool shown_;
};

}  // namespace loadstone::cli
