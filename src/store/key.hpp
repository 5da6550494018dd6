// src/store/key.hpp
//
// A short name for a text, the same everywhere and for no other text: a UUID of version 5 (RFC 4122, SHA-1).
//
// Revision. results_revision() changes whenever the same inputs may give other results than before, so that nothing
//           of an older program is taken for its own.
#pragma once

#include <string>
#include <string_view>

namespace loadstone::store {

[[nodiscard]] std::string key_of(std::string_view text);
[[nodiscard]] std::string_view results_revision();

}  // namespace loadstone::store
