// loadstone-mpi: `loadstone sweep` under mpirun. Started by loadstone itself, which is not linked with MPI.
#include <fmt/format.h>
#include <mpi.h>

#include "src/cli/command_support.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/sweep_support.hpp"
#include "src/mpi/mpi_farm.hpp"

namespace {

using namespace loadstone;

int run(int argc, char** argv) {
  const cli::Parsed parsed = cli::parse_command_line(argc, argv);
  if (!parsed.options) {
    return parsed.exit_code;
  }
  if (parsed.options->command != "sweep") {
    fmt::print(stderr, "loadstone: under mpirun there is only 'sweep'; start '{}' without it\n",
               parsed.options->command);
    return cli::kInvalidInput;
  }
  const bool has_threads = parsed.options->given("--threads");
  exec::ThreadExecutor executor(has_threads ? parsed.options->threads : 1);
  mpi::MpiFarm farm(executor);
  return cli::sweep(*parsed.options, executor, farm);
}

}  // namespace

int main(int argc, char** argv) {
  int has_threads = 0;
  if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &has_threads) != MPI_SUCCESS) {
    fmt::print(stderr, "loadstone: MPI does not start\n");
    return cli::kFailed;
  }
  const int code = cli::guarded([&] { return run(argc, argv); });
  if (code == cli::kFailed) {
    MPI_Abort(MPI_COMM_WORLD, code);  // the others may wait for this rank
  }
  MPI_Finalize();
  return code;
}
