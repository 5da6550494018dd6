// loadstone-simgrid: runs one replication on SimGrid for a loadstone that was told `--engine simgrid`.
#include "src/simgrid/serve.hpp"
#include "src/simgrid/simgrid_kernel.hpp"

int main() {
  using namespace loadstone::simgrid_engine;
  return serve(
      [](const loadstone::remote::PlatformFile* platform) { return std::make_unique<SimGridKernel>(platform); });
}
