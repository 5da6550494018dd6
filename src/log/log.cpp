#include "src/log/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace loadstone::log {

namespace {

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> the_logger;
  return the_logger;
}

}  // namespace

void start() {
  logger() = std::make_shared<spdlog::logger>("loadstone", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger()->set_pattern("%H:%M:%S.%e [%t] %v");
  logger()->set_level(spdlog::level::debug);
  logger()->flush_on(spdlog::level::debug);
}

bool is_on() {
  return logger() != nullptr;
}

void detail(const std::string& text) {
  if (is_on()) {
    logger()->debug("{}", text);
  }
}

}  // namespace loadstone::log
