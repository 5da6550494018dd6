#include "sim/spec/field.hpp"

#include <algorithm>

#include "sim/spec/reader_words.hpp"

namespace loadstone {

std::string_view to_string(FieldType type) {
  static constexpr std::string_view kNames[] = {"duration",
                                                "count",
                                                "number",
                                                "rate",
                                                "bytes",
                                                "bytes per time",
                                                "money",
                                                "money per time",
                                                "cores",
                                                "share",
                                                "duration or distribution",
                                                "number or distribution",
                                                "bytes or distribution",
                                                "true or false",
                                                "text",
                                                "choice",
                                                "name",
                                                "condition",
                                                "name or list of names",
                                                "list of steps",
                                                "mapping",
                                                "list of mappings",
                                                "mapping from names",
                                                "list",
                                                "list of lists of steps",
                                                "value"};
  return kNames[static_cast<std::size_t>(type)];
}

const Field* FieldTable::find(std::string_view name) const {
  const auto at = std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == name; });
  return at == fields_.end() ? nullptr : &*at;
}

bool FieldTable::read(Reader& reader, const Node& node, void* spec, const std::vector<std::string_view>& also) const {
  const std::size_t errors = reader.diagnostics().error_count();
  for (const Entry& entry : node.entries) {
    const Field* field = find(entry.key);
    if (field != nullptr) {
      const Reader::Scope scope(reader, entry.key);
      field->read(reader, entry.value, spec);
    } else if (std::find(also.begin(), also.end(), entry.key) == also.end()) {
      std::vector<std::string_view> known = also;
      std::transform(fields_.begin(), fields_.end(), std::back_inserter(known), [](const Field& f) { return f.name; });
      reader.error(entry.place, "unknown key '" + entry.key + "'", choices(entry.key, known));
    }
  }
  for (const Field& field : fields_) {
    if (node.find(field.name) != nullptr) {
      continue;
    }
    if (!field.rules.default_text.empty()) {
      const Reader::Scope scope(reader, field.name);
      Node value;
      value.kind = Node::Kind::scalar;
      value.place = node.place;
      value.text = field.rules.default_text;
      reader.set_defaulting(true);
      field.read(reader, value, spec);
      reader.set_defaulting(false);
    } else if (!field.rules.optional) {
      reader.error(node.place, "missing key '" + std::string(field.name) + "'", {std::string(field.about)});
    }
  }
  return reader.diagnostics().error_count() == errors;
}

namespace detail {

int read_choice(Reader& reader, const Node& node, const std::vector<std::string_view>& choices_allowed) {
  std::string text;
  if (!reader.read(node, {}, text)) {
    return -1;
  }
  const auto at = std::find(choices_allowed.begin(), choices_allowed.end(), text);
  if (at == choices_allowed.end()) {
    reader.error(node.place, "unknown value '" + text + "' of '" + key_of(reader.path()) + "'",
                 choices(text, choices_allowed));
    return -1;
  }
  return static_cast<int>(at - choices_allowed.begin());
}

bool read_mapping(Reader& reader, const Node& node, const FieldTable& nested, void* spec) {
  if (!node.is_mapping()) {
    reader.error(node.place, "'" + key_of(reader.path()) + "' must be a mapping, got " + describe(node));
    return false;
  }
  return nested.read(reader, node, spec);
}

}  // namespace detail

}  // namespace loadstone
