// sim/spec/reader_words.hpp
//
// How the reader's messages name keys and quote what was found. Included by reader*.cpp only.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace loadstone {

// The last name of a path: "max_size" of "resources.app_pool.max_size".
[[nodiscard]] inline std::string key_of(const std::string& path) {
  const auto dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

[[nodiscard]] inline std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  return text.size() <= kLongest ? "'" + std::string(text) + "'" : "'" + std::string(text.substr(0, kLongest)) + "…'";
}

// "$tenants", not "$24".
[[nodiscard]] inline bool is_parameter(std::string_view text) {
  return text.size() > 1 && text[0] == '$' &&
         (std::isalpha(static_cast<unsigned char>(text[1])) != 0 || text[1] == '_');
}

}  // namespace loadstone
