#include "sim/base/check.hpp"

#include <string_view>

namespace loadstone {

void check_failed(const char* condition, const std::string& detail, const char* path, int line) {
  std::string_view file = path;
  if (const auto at = file.rfind("sim/"); at != std::string_view::npos) {
    file.remove_prefix(at);
  }
  throw CheckFailure(std::string(file) + ':' + std::to_string(line) + ": check failed: " + condition +
                     (detail.empty() ? "" : "  (" + detail + ")"));
}

void check_failed(const char* condition, const char* detail, const char* path, int line) {
  check_failed(condition, std::string(detail), path, line);
}

}  // namespace loadstone
