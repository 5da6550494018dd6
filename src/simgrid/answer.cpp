#include "src/simgrid/answer.hpp"

#include <cstdio>

namespace loadstone::simgrid_engine {

int write_answer(const remote::Answer& answer) {
  const std::string bytes = remote::to_bytes(answer);
  const bool is_written =
      std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0;
  return is_written ? 0 : 1;
}

}  // namespace loadstone::simgrid_engine
