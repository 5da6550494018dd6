#include "src/remote/process_engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace loadstone::remote {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int number() const { return number_; }
  void close() {
    if (number_ >= 0) {
      ::close(number_);
    }
    number_ = -1;
  }

 private:
  int number_;
};

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      fail("cannot make a pipe", errno);
    }
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
  }
  Descriptor out;
  Descriptor in;
};

// A program with its standard input and output here.
class Child {
 public:
  explicit Child(const std::string& program) {
    Pipe input;
    Pipe output;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.out.number(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.in.number(), STDOUT_FILENO);
    std::string name = program;
    std::array<char*, 2> arguments{name.data(), nullptr};
    const int error = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pid_ = -1;
      fail("cannot start " + program, error);
    }
    to_ = std::move(input.in);
    from_ = std::move(output.out);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      static_cast<void>(wait());
    }
  }

  // False if it does not read all of it.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(to_.number(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    to_.close();
    return true;
  }

  // All that it writes. `is_over` is asked now and then; once it says so, the child is told to end.
  std::string read(const std::function<bool()>& is_over) {
    std::string all;
    std::array<char, 65536> buffer;
    bool is_told = false;
    for (;;) {
      pollfd ready{from_.number(), POLLIN, 0};
      const int count = ::poll(&ready, 1, 50);
      if (!is_told && is_over && is_over()) {
        ::kill(pid_, SIGTERM);
        is_told = true;
      }
      if (count == 0 || (count < 0 && errno == EINTR)) {
        continue;
      }
      const ssize_t got = ::read(from_.number(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return all;
      }
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  // Its exit status, as waitpid() has it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  Descriptor to_;
  Descriptor from_;
};

// A child that dies while it is written to must not end this process.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~NoPipeSignal() {
    const timespec at_once{};
    while (::sigtimedwait(&set_, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t set_{};
  sigset_t before_{};
};

std::string how_it_ended(int status) {
  return WIFSIGNALED(status) ? std::string("was ended by the signal ") + ::strsignal(WTERMSIG(status))
                             : "ended with the code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Answer ProcessEngine::ask(const Order& order, const std::function<bool()>& is_over) const {
  const NoPipeSignal no_signal;
  Child child(program_);
  const bool is_told = child.write(to_bytes(order));
  const std::string bytes = child.read(is_over);
  const int status = child.wait();
  if (!is_told || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("engine '" + name_ + "': " + program_ + " " + how_it_ended(status) + " in replication " +
                             std::to_string(order.settings.replication) + ", seed " +
                             std::to_string(order.settings.seed));
  }
  Answer answer = answer_of(bytes);
  if (const auto* failure = std::get_if<Failure>(&answer)) {
    if (failure->is_of_input) {
      throw InputUnusable(failure->why);
    }
    throw std::runtime_error("engine '" + name_ + "': " + failure->why);
  }
  return answer;
}

Observations ProcessEngine::run(const Model& model, const RunSettings& settings, const Horizon& horizon) const {
  if (model.recipe == nullptr) {
    throw std::logic_error("a model without a recipe cannot be run by another process");
  }
  Order order{*model.recipe, model.held_until, settings, horizon, platform_};
  order.settings.give_up = nullptr;
  order.settings.engine = nullptr;
  return std::get<Observations>(ask(order, settings.give_up));
}

std::vector<std::string> ProcessEngine::host_names() const {
  Order order;
  order.platform = platform_;
  order.asks_for_hosts = true;
  return std::get<std::vector<std::string>>(ask(order, nullptr));
}

std::shared_ptr<const ProcessEngine> make_simgrid_engine(std::optional<PlatformFile> platform) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "loadstone-simgrid";
  if (::access(program.c_str(), X_OK) != 0) {
    throw std::runtime_error("--engine simgrid needs " + program.string() +
                             ", which is built where CMake finds SimGrid (libsimgrid-dev), without sanitizers");
  }
  return std::make_shared<ProcessEngine>("simgrid", program.string(), std::move(platform));
}

}  // namespace loadstone::remote
