#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace loadstone::test {

namespace {

std::string directory() {
  static const std::string path = [] {
    const std::string made = testing::TempDir() + "loadstone-" + std::to_string(getpid());
    std::filesystem::create_directories(made);
    return made + "/";
  }();
  return path;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) {
    result.push_back(string.data());
  }
  result.push_back(nullptr);
  return result;
}

// Waits for the file to be that large, for a minute at most.
void wait_for(const std::string& path, std::uint64_t bytes) {
  for (int i = 0; i < 12'000 && !path.empty(); ++i) {
    std::error_code error;
    if (const auto size = std::filesystem::file_size(path, error); !error && size >= bytes) {
      break;
    }
    usleep(5'000);
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimits = false;
#else
constexpr bool kLimits = true;
#endif

void limit(pid_t child, __rlimit_resource what, std::uint64_t most) {
  const rlimit both{most, most};
  if (kLimits && most > 0) {
    prlimit(child, what, &both, nullptr);
  }
}

}  // namespace

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

CommandResult loadstone(const std::vector<std::string>& arguments, const CommandOptions& options) {
  std::vector<std::string> words{command_path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return command(std::move(words), options);
}

CommandResult command(std::vector<std::string> words, const CommandOptions& options) {
  const std::string out = options.out_to.empty() ? directory() + "stdout" : options.out_to;
  const std::string err = directory() + "stderr";
  std::vector<std::string> environment = options.environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.emplace_back(*variable);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, words[0].c_str(), &actions, nullptr, pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) {
    limit(child, RLIMIT_AS, options.most_memory_bytes);
    limit(child, RLIMIT_CPU, options.most_cpu_seconds);
  }
  int status = 0;
  if (failed == 0 && options.signal != 0) {
    wait_for(options.signal_when, options.signal_when_bytes);
    usleep(options.signal_after_us);
    kill(child, options.signal);
  }
  rusage usage{};
  if (failed != 0 || wait4(child, &status, 0, &usage) != child) {
    throw std::runtime_error("cannot run " + words[0]);
  }
  CommandResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = options.out_to.empty() ? text_of(out) : "";
  result.err = text_of(err);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  result.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return result;
}

std::string file(std::string_view name, std::string_view text) {
  const std::string path = directory() + std::string(name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string missing_file() {
  return directory() + "nothing-is-here.yaml";
}

std::string fresh_directory(std::string_view name) {
  const std::string path = directory() + std::string(name);
  std::filesystem::remove_all(path);
  return path;
}

}  // namespace loadstone::test
