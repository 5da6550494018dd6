// src/load/side_file.hpp
//
// Files that a topology or workload names: traces. Relative to the file that names them.
#pragma once

#include <optional>
#include <string>

#include "sim/spec/values.hpp"

namespace loadstone::load {

inline constexpr std::size_t kMostSideFileBytes = std::size_t{1} << 30;

// The whole file as text. After an error, reported at `place`: nothing.
[[nodiscard]] std::optional<FileText> open_side_file(const std::string& path, const Place& place,
                                                     Diagnostics& diagnostics);

}  // namespace loadstone::load
