#include "tests/support/places.hpp"

namespace loadstone::test {

std::string source_dir() {
  return LOADSTONE_SOURCE_DIR;
}

const char* command_path() {
  return LOADSTONE_BINARY;
}

}  // namespace loadstone::test
