// tests/support/command.hpp
//
// Runs the loadstone binary as a user does, and makes the files that it is given.
//
// Owns.  Files lie in a directory of this process below the test's temporary directory and stay until the next boot.
// Fails. std::runtime_error if the binary cannot be started.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loadstone::test {

struct CommandResult {
  int exit_code = -1;  // 128 + signal if it was killed
  std::string out;
  std::string err;
  double cpu_seconds = 0;  // of all its threads
};

struct CommandOptions {
  std::vector<std::string> environment;  // "NAME=value", beside the test's own
  std::string out_to;                    // a path instead of a capture: "/dev/full"
  int signal = 0;                        // sent once the file below has so many bytes
  std::string signal_when = {};
  std::uint64_t signal_when_bytes = 1;
  unsigned signal_after_us = 0;  // so much later
  // Beyond these it is killed; 0: no limit. Sanitizers need more of both, so they run without.
  std::uint64_t most_memory_bytes = 0;
  std::uint64_t most_cpu_seconds = 0;
};

// Arguments after the program's name.
[[nodiscard]] CommandResult loadstone(const std::vector<std::string>& arguments, const CommandOptions& options = {});

// Any program, by its name or path.
[[nodiscard]] CommandResult command(std::vector<std::string> words, const CommandOptions& options = {});

// The whole text of a file; "" if there is none.
[[nodiscard]] std::string text_of(const std::string& path);
// Writes `text` to a file of that name; its path. A second call with the name replaces the file.
[[nodiscard]] std::string file(std::string_view name, std::string_view text);
// A path in the same directory at which nothing is.
[[nodiscard]] std::string missing_file();
// The same for a directory that a command is to make: whatever was at that name is removed.
[[nodiscard]] std::string fresh_directory(std::string_view name);

}  // namespace loadstone::test
