// sim/random/number_text.hpp
//
// A number in its shortest form that reads back to the same double, for messages.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace loadstone {

[[nodiscard]] inline std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace loadstone
