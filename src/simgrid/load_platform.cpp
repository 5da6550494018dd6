#include "src/simgrid/load_platform.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "src/simgrid/answer.hpp"
#include "src/simgrid/platform.hpp"

namespace loadstone::simgrid_engine {

namespace {

// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : number_(::memfd_create(name, 0)) {
    if (number_ < 0) {
      throw std::runtime_error("no memory for a file");
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(number_); }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(number_, text.data(), text.size());
      if (written <= 0) {
        throw std::runtime_error("no memory for a file");
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::pread(number_, buffer, sizeof buffer, static_cast<off_t>(all.size()))) > 0) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

// What SimGrid says of it in many words, in one line: the first, without SimGrid's marks, with the name of the file.
std::string in_one_line(std::string text, const std::string& known_as, const std::string& path) {
  text.erase(0, text.find_first_not_of(" \n"));
  text.erase(std::min(text.size(), text.find('\n')));
  while (text.starts_with('[') && text.find("] ") != std::string::npos) {
    text.erase(0, text.find("] ") + 2);
  }
  for (std::size_t at = 0; (at = text.find(known_as, at)) != std::string::npos; at += path.size()) {
    text.replace(at, known_as.size(), path);
  }
  return path + ": error: SimGrid does not take this platform: " + (text.empty() ? "it says no more" : text) + "\n";
}

// While one lives, standard error goes into a file in memory, and an abort becomes an answer.
class Overheard {
 public:
  explicit Overheard(std::function<std::string(const std::string& said)> describe) : describe_(std::move(describe)) {
    std::fflush(stderr);
    before_ = ::dup(STDERR_FILENO);
    ::dup2(said_.number(), STDERR_FILENO);
    listening_ = this;
    std::signal(SIGABRT, [](int) {  // raised by abort() in this very thread
      std::fflush(stderr);
      ::_exit(write_answer(remote::Failure{listening_->describe_(listening_->said_.text()), true}));
    });
  }
  Overheard(const Overheard&) = delete;
  Overheard& operator=(const Overheard&) = delete;
  ~Overheard() {
    std::signal(SIGABRT, SIG_DFL);
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }

 private:
  static inline Overheard* listening_ = nullptr;
  std::function<std::string(const std::string&)> describe_;
  MemoryFile said_{"said"};
  int before_ = -1;
};

}  // namespace

void load_platform(const simgrid::s4u::Engine& engine, const remote::PlatformFile& file) {
  const MemoryFile copy("platform");
  copy.write(file.text);
  const auto describe = [&](const std::string& said) { return in_one_line(said, copy.path(), file.path); };
  // where the files lie that it names
  const auto folder = std::filesystem::absolute(file.path).parent_path();
  simgrid::s4u::Engine::set_config("path:" + folder.string());
  const Overheard overheard(describe);
  try {
    engine.load_platform(copy.path());
    if (engine.get_netzone_root() == nullptr) {
      throw std::runtime_error("there is no zone in it");
    }
  } catch (const std::exception& error) {
    throw PlatformRefused(describe(error.what()));
  }
}

}  // namespace loadstone::simgrid_engine
