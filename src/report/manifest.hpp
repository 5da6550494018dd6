// src/report/manifest.hpp
//
// manifest.json: how a result came about. Not a result: two runs of the same inputs differ here and nowhere else.
#pragma once

#include <string>
#include <vector>

namespace loadstone::report {

struct Manifest {
  std::vector<std::string> arguments;
  std::string started;  // UTC, ISO 8601
  std::string ended;
  double seconds = 0;
  unsigned cores = 0;
};

[[nodiscard]] std::string manifest(const Manifest& manifest);

}  // namespace loadstone::report
