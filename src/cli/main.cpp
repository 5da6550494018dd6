// loadstone: parses the command line and runs one command.
#include <fmt/format.h>

#include <array>
#include <exception>

#include "sim/base/check.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/log/log.hpp"
#include "src/report/out_directory.hpp"

namespace {

using namespace loadstone::cli;

struct Command {
  const char* name;
  int (*run)(const Options&);
};

constexpr std::array kCommands{Command{"check", command_check},
                               Command{"compare", command_compare},
                               Command{"explain", command_explain},
                               Command{"run", command_run},
                               Command{"saturate", command_saturate},
                               Command{"schema", command_schema},
                               Command{"sensitivity", command_sensitivity},
                               Command{"sweep", command_sweep},
                               Command{"validate", command_validate}};

int dispatch(const Options& options) {
  for (const Command& command : kCommands) {
    if (options.command == command.name) {
      return command.run(options);
    }
  }
  return kInvalidInput;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Parsed parsed = parse_command_line(argc, argv);
    if (parsed.options && parsed.options->verbose) {
      loadstone::log::start();
    }
    return parsed.options ? dispatch(*parsed.options) : parsed.exit_code;
  } catch (const loadstone::CheckFailure& failure) {
    fmt::print(stderr, "{}\nThis is a bug in loadstone, not in your files.\n", failure.what());
  } catch (const loadstone::report::OutDirectoryRefused& refused) {
    fmt::print(stderr, "loadstone: {}\n", refused.what());
    return kInvalidInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "loadstone: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "loadstone: {}\n", error.what());
  }
  return kFailed;
}
