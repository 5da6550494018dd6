// src/cli/options.hpp
//
// The command line, parsed: one struct for all commands, since they share nearly all flags.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/replication.hpp"
#include "sim/spec/experiment.hpp"
#include "src/load/loader.hpp"

namespace loadstone::cli {

struct Options {
  std::string command;
  std::vector<std::string> files;
  Overrides set;
  double load = 1;
  std::uint64_t seed = 1;
  std::size_t replications = 10;
  std::optional<double> precision;  // as a share
  std::size_t max_replications = 1000;
  unsigned threads = 0;  // 0: as many as the machine has
  std::string engine = "native";
  std::string platform;                                       // a file of SimGrid's; "" for none
  std::string platform_key;                                   // of what is in it
  std::shared_ptr<const load::PlatformHosts> platform_hosts;  // nullptr: there is none
  std::shared_ptr<const Engine> other_engine;                 // who runs it; nullptr for the native one
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::vector<double> quantiles;
  std::string out;                // a directory; "" for none
  std::size_t shard = 0;          // of a sweep: only tasks whose number leaves this rest ...
  std::size_t shards = 1;         // ... by this
  std::vector<std::string> grid;  // "name=5..80:5"
  std::optional<Method> method;
  std::string axis = "load";
  std::optional<double> from;
  std::optional<double> to;
  std::size_t depth = 3;
  bool profile = false;                // the workload as written, instead of every scenario at its peak
  std::string why;                     // a resource whose chain of causes is printed; "" for none
  std::size_t samples = 64;            // of a Latin hypercube
  std::size_t experiments = 1000;      // of a calibration, a row
  std::vector<std::string> only;       // ids of claims; all if empty
  std::vector<std::string> arguments;  // as they were given, for the manifest

  // Whether the flag was on the command line.
  [[nodiscard]] bool given(std::string_view flag) const;
  // The flags that say who runs it, for a command that runs the same: "" or " --engine simgrid".
  [[nodiscard]] std::string engine_flags() const;
  // What they mean for a model.
  void apply_engine(load::Inputs& inputs) const;
};

// The options, or the exit code with which to end (help was printed, or usage was wrong).
struct Parsed {
  std::optional<Options> options;
  int exit_code = 0;
};
[[nodiscard]] Parsed parse_command_line(int argc, char** argv);

}  // namespace loadstone::cli
