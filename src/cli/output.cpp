#include "src/cli/output.hpp"

#include <fmt/chrono.h>

#include <thread>

#include "src/report/manifest.hpp"

namespace loadstone::cli {

Output::Output(const Options& options) : options_(options) {
  if (!options.out.empty()) {
    directory_.emplace(options.out);
  }
}

void Output::file(const std::string& name, const std::string& text) {
  if (directory_) {
    directory_->write(name, text);
  }
}

void Output::finish(const std::string& result_json) {
  if (!directory_) {
    return;
  }
  directory_->write("result.json", result_json);
  const auto ended = std::chrono::system_clock::now();
  const auto utc = [](std::chrono::system_clock::time_point at) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
  };
  directory_->write("manifest.json",
                    report::manifest({.arguments = options_.arguments,
                                      .started = utc(started_),
                                      .ended = utc(ended),
                                      .seconds = std::chrono::duration<double>(ended - started_).count(),
                                      .cores = std::thread::hardware_concurrency()}));
  directory_->remove_journal();
}

}  // namespace loadstone::cli
