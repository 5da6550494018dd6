// sim/spec/vague_words.hpp
//
// Words that a document can always say it meant otherwise: a claim that has one must say how it is read.
#pragma once

#include <string_view>

namespace loadstone {

// The first such word of the text, in whatever case; "" if it has none.
[[nodiscard]] std::string_view first_vague_word(std::string_view text);

}  // namespace loadstone
