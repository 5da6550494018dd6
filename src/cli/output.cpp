#include "src/cli/output.hpp"

#include <fmt/chrono.h>

#include <thread>

#include "src/report/manifest.hpp"

namespace loadstone::cli {

Output::Output(const Options& options, const std::string& resumes) : options_(options) {
  if (!options.out.empty()) {
    directory_.emplace(options.out, resumes);
  }
}

void Output::file(const std::string& name, const std::string& text) {
  if (directory_) {
    directory_->write(name, text);
  }
}

void Output::finish(const std::string& result_json) {
  file("result.json", result_json);
  finish();
}

void Output::finish() {
  if (!directory_) {
    return;
  }
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
}

}  // namespace loadstone::cli
