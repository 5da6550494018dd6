#include "sim/spec/node.hpp"

namespace loadstone {

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) {
      return &entry.value;
    }
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

std::string describe(const Node& node) {
  constexpr std::size_t kLongest = 60;
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::sequence:
      return node.items.empty() ? "an empty list" : "a list";
    case Node::Kind::mapping:
      return node.entries.empty() ? "an empty mapping" : "a mapping";
    case Node::Kind::scalar:
      break;
  }
  return node.text.size() <= kLongest ? "'" + node.text + "'" : "'" + node.text.substr(0, kLongest) + "…'";
}

}  // namespace loadstone
