// tests/support/places.hpp
//
// Where this build has its sources and its command: the only file that is compiled with paths of the machine, so that
// objects are the same wherever the project lies.
#pragma once

#include <string>

namespace loadstone::test {

[[nodiscard]] std::string source_dir();
[[nodiscard]] const char* command_path();

}  // namespace loadstone::test
