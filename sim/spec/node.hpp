// sim/spec/node.hpp
//
// A configuration text as a tree: scalars, sequences and mappings, every one with its place. The YAML reader
// (src/load) makes it; overlays merge it; validation (sim/spec) reads it. Plain data, copied freely.
//
// Order. Mapping entries keep the order of the file. Keys are unique (the reader refuses duplicates).
// Not.   No types: a scalar is text. The field that reads it decides what it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"

namespace loadstone {

struct Entry;

struct Node {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

  Kind kind = Kind::null;
  bool quoted = false;  // a scalar in quotes is text, whatever it looks like
  Place place;
  std::string text;            // scalar
  std::vector<Node> items;     // sequence
  std::vector<Entry> entries;  // mapping

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
  [[nodiscard]] bool is_mapping() const { return kind == Kind::mapping; }
  // The value under `key`, or nullptr. REQUIRES: nothing; other kinds have no keys.
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] Node* find(std::string_view key);
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

// "a mapping", "a list", "'12ms'", "nothing": how an error message names what it found.
[[nodiscard]] std::string describe(const Node& node);

}  // namespace loadstone
