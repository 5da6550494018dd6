// sim/spec/error_names.hpp
//
// The names by which requests fail: those that docs/reference/errors.md lists, and those that `fail` makes.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "sim/spec/node.hpp"
#include "sim/spec/reader.hpp"

namespace loadstone {

// In the order of the page.
[[nodiscard]] const std::vector<std::string_view>& error_names();

// Reports every name in `on_error`, `retry.errors` and `ignoreExceptions` below these by which nothing can fail; an
// absent one is nullptr.
void check_error_names(Reader& reader, std::initializer_list<const Node*> nodes);

}  // namespace loadstone
