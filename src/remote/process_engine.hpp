// src/remote/process_engine.hpp
//
// An engine that is another program: each replication is a process of its own, which gets the model's recipe on its
// standard input and writes what it saw to its standard output (src/remote/message.hpp).
//
// Threads. Any number may run one at a time each. The process is started by posix_spawn, never by a fork with threads.
// Ends.    When the run is given up, the process gets SIGTERM, and ends at the next edge of a block.
// Fails.   InputUnusable where the other program says that what was given cannot be used; else std::runtime_error that
//          says what is missing, or what the other program said.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/run/replication.hpp"
#include "src/remote/message.hpp"

namespace loadstone::remote {

// Diagnostics, as they are printed.
class InputUnusable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ProcessEngine final : public Engine {
 public:
  ProcessEngine(std::string name, std::string program, std::optional<PlatformFile> platform = {})
      : name_(std::move(name)), program_(std::move(program)), platform_(std::move(platform)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool has_own_network() const override { return platform_.has_value(); }
  [[nodiscard]] Observations run(const Model& model, const RunSettings& settings,
                                 const Horizon& horizon) const override;
  // Of the platform. REQUIRES: there is one.
  [[nodiscard]] std::vector<std::string> host_names() const;

 private:
  [[nodiscard]] Answer ask(const Order& order, const std::function<bool()>& is_over) const;

  std::string name_;
  std::string program_;
  std::optional<PlatformFile> platform_;
};

// The program loadstone-simgrid, which lies beside this one; on that platform, if there is one.
[[nodiscard]] std::shared_ptr<const ProcessEngine> make_simgrid_engine(std::optional<PlatformFile> platform);

}  // namespace loadstone::remote
