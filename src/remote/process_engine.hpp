// src/remote/process_engine.hpp
//
// An engine that is another program: each replication is a process of its own, which gets the model's recipe on its
// standard input and writes what it saw to its standard output (src/remote/message.hpp).
//
// Threads. Any number may run one at a time each. The process is started by posix_spawn, never by a fork with threads.
// Ends.    When the run is given up, the process gets SIGTERM, and ends at the next edge of a block.
// Fails.   std::runtime_error that says what is missing, or what the other program said.
#pragma once

#include <memory>
#include <string>

#include "sim/run/replication.hpp"

namespace loadstone::remote {

class ProcessEngine final : public Engine {
 public:
  ProcessEngine(std::string name, std::string program) : name_(std::move(name)), program_(std::move(program)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] Observations run(const Model& model, const RunSettings& settings,
                                 const Horizon& horizon) const override;

 private:
  std::string name_;
  std::string program_;
};

// The program loadstone-simgrid, which lies beside this one.
[[nodiscard]] std::shared_ptr<const Engine> make_simgrid_engine();

}  // namespace loadstone::remote
