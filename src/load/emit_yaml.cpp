#include "src/load/emit_yaml.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>

namespace loadstone::load {

namespace {

// In flow style a plain scalar ends at these.
bool fits_flow_style(const Node& node) {
  if (node.is_scalar()) {
    return node.quoted || node.text.find_first_of(",[]{}") == std::string::npos;
  }
  return std::all_of(node.items.begin(), node.items.end(), fits_flow_style) &&
         std::all_of(node.entries.begin(), node.entries.end(), [](const Entry& e) { return fits_flow_style(e.value); });
}

bool is_short(const Node& node) {
  const auto plain = [](const Node& n) { return n.is_scalar() && n.text.size() < 30; };
  return node.items.size() + node.entries.size() <= 3 && std::all_of(node.items.begin(), node.items.end(), plain) &&
         std::all_of(node.entries.begin(), node.entries.end(), [&](const Entry& e) { return plain(e.value); });
}

void emit(YAML::Emitter& out, const Node& node) {
  const bool flow = is_short(node) && fits_flow_style(node);
  switch (node.kind) {
    case Node::Kind::null:
      out << YAML::Null;
      return;
    case Node::Kind::scalar:
      if (node.quoted) {
        out << YAML::DoubleQuoted;
      }
      out << node.text;
      return;
    case Node::Kind::sequence:
      out << (flow ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
      for (const Node& item : node.items) {
        emit(out, item);
      }
      out << YAML::EndSeq;
      return;
    case Node::Kind::mapping:
      out << (flow ? YAML::Flow : YAML::Block) << YAML::BeginMap;
      for (const Entry& entry : node.entries) {
        out << YAML::Key << entry.key << YAML::Value;
        emit(out, entry.value);
      }
      out << YAML::EndMap;
      return;
  }
}

}  // namespace

std::string emit_yaml(const Node& root) {
  YAML::Emitter out;
  emit(out, root);
  return std::string(out.c_str()) + "\n";
}

}  // namespace loadstone::load
