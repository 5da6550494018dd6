// loadstone: parses the command line and runs one command.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/log/log.hpp"

namespace {

using namespace loadstone::cli;

struct Command {
  const char* name;
  int (*run)(const Options&);
};

constexpr std::array kCommands{Command{"calibrate", command_calibrate},
                               Command{"check", command_check},
                               Command{"compare", command_compare},
                               Command{"explain", command_explain},
                               Command{"merge", command_merge},
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

// Under mpirun (or another launcher of OpenMPI) the program beside this one takes over a sweep: it knows MPI.
int go_on_with_mpi(char** argv) {
  const std::string helper = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "loadstone-mpi").string();
  ::execv(helper.c_str(), argv);
  throw std::runtime_error("this is a rank of MPI, and " + helper + " cannot be started: " + std::strerror(errno) +
                           "; it is built where CMake finds MPI");
}

bool is_rank() {
  return std::getenv("OMPI_COMM_WORLD_RANK") != nullptr || std::getenv("PMIX_RANK") != nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  return guarded([&] {
    const Parsed parsed = parse_command_line(argc, argv);
    if (parsed.options && parsed.options->verbose) {
      loadstone::log::start();
    }
    if (parsed.options && parsed.options->command == "sweep" && is_rank()) {
      return go_on_with_mpi(argv);
    }
    return parsed.options ? dispatch(*parsed.options) : parsed.exit_code;
  });
}
