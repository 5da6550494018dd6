// sim/base/trimmed.hpp
//
// A text without the blanks around it: spaces, tabs and ends of line. The view is into the text that is given.
#pragma once

#include <string_view>

namespace loadstone {

constexpr std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace loadstone
