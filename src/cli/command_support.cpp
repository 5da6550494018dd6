#include "src/cli/command_support.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "sim/base/check.hpp"
#include "src/cli/exit_code.hpp"
#include "src/remote/process_engine.hpp"
#include "src/report/out_directory.hpp"
#include "src/store/store.hpp"

namespace loadstone::cli {

void check_why(const Options& options, const Model& model, Diagnostics& diagnostics) {
  if (options.why.empty()) {
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& plan : model.resources) {
    known.push_back(plan->name);
  }
  if (std::find(known.begin(), known.end(), options.why) == known.end()) {
    diagnostics.error({}, "--why: '" + options.why + "' is no resource of this topology", choices(options.why, known));
  }
}

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

int guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (const CheckFailure& failure) {
    fmt::print(stderr, "{}\nThis is a bug in loadstone, not in your files.\n", failure.what());
  } catch (const remote::InputUnusable& unusable) {
    fmt::print(stderr, "{}", unusable.what());
    return kInvalidInput;
  } catch (const report::OutDirectoryRefused& refused) {
    fmt::print(stderr, "loadstone: {}\n", refused.what());
    return kInvalidInput;
  } catch (const store::StoreRefused& refused) {
    fmt::print(stderr, "loadstone: {}\n", refused.what());
    return kInvalidInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "loadstone: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "loadstone: {}\n", error.what());
  }
  return kFailed;
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

Progress::Progress(exec::ReportsProgress& worker, const Options& options, std::string what, Rounds rounds)
    : worker_(worker), shown_(!options.quiet && isatty(STDERR_FILENO) == 1) {
  if (!shown_) {
    return;
  }
  const auto begun = std::chrono::steady_clock::now();
  worker.on_progress(
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
    worker_.on_progress(nullptr);
  }
}

}  // namespace loadstone::cli
