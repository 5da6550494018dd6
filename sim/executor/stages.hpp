// sim/executor/stages.hpp
//
// Reads k6's `stages`: a list of {target: .., duration: ..} whose fields are those of S::fields().
#pragma once

#include <string>
#include <vector>

#include "sim/spec/field.hpp"

namespace loadstone {

template <class S>
bool read_stages(Reader& reader, const Node& node, std::vector<S>& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'stages' needs a list of {target: .., duration: ..}, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    if (!node.items[i].is_mapping()) {
      reader.error(node.items[i].place, "a stage must be {target: .., duration: ..}, got " + describe(node.items[i]));
      ok = false;
    } else {
      ok = S::fields().read(reader, node.items[i], &out.emplace_back()) && ok;
    }
  }
  return ok;
}

}  // namespace loadstone
