#include "src/cli/command_support.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "src/cli/exit_code.hpp"

namespace loadstone::cli {

bool print_diagnostics(const Diagnostics& diagnostics) {
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    fmt::print(stderr, "{}", to_string(diagnostic));
    errors += diagnostic.severity == Severity::error ? 1 : 0;
  }
  if (errors > 0) {
    fmt::print(stderr, "{} error{}; nothing was run.\n", errors, errors == 1 ? "" : "s");
  }
  return errors == 0;
}

bool print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) {
    fmt::print(stderr, "loadstone: cannot write to standard output: {}\n", std::strerror(errno));
  }
  return written;
}

int interrupted(const exec::ThreadExecutor& executor, const std::string& what_is_kept) {
  fmt::print(stderr, "loadstone: interrupted; {}\n", what_is_kept);
  return executor.signal() == SIGTERM ? kTerminated : kInterrupted;
}

std::map<std::string, std::string> parameter_texts(const load::Loaded& loaded) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, parameter] : loaded.parameters) {
    texts[name] = parameter.text;
  }
  return texts;
}

Progress::Progress(exec::ThreadExecutor& executor, const Options& options, std::string what, Rounds rounds)
    : executor_(executor), shown_(!options.quiet && isatty(STDERR_FILENO) == 1) {
  if (!shown_) {
    return;
  }
  const auto begun = std::chrono::steady_clock::now();
  executor.on_progress(
      [begun, rounds, all = std::size_t{0}, what = std::move(what)](std::size_t done, std::size_t count) mutable {
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (rounds == Rounds::many) {
          fmt::print(stderr, "\r\033[K{} {} ({:.0f} s)", what, ++all, seconds);
        } else {
          const double left = seconds / static_cast<double>(done) * static_cast<double>(count - done);
          fmt::print(stderr, "\r\033[K{} {}/{} ({:.0f} s, about {:.0f} s left)", what, done, count, seconds, left);
        }
        std::fflush(stderr);
      });
}

Progress::~Progress() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
    executor_.on_progress(nullptr);
  }
}

}  // namespace loadstone::cli
