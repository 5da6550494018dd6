#include <algorithm>

#include "sim/spec/annotation.hpp"
#include "sim/spec/range.hpp"
#include "sim/spec/reader.hpp"
#include "sim/spec/reader_words.hpp"

namespace loadstone {

namespace {

const std::vector<std::string_view>& annotation_keys() {
  static const std::vector<std::string_view> keys{"value", "range", "status", "source", "one_of", "about"};
  return keys;
}

const std::vector<std::string_view>& status_names() {
  static const std::vector<std::string_view> names{"measured", "documented", "estimated", "assumed", "default"};
  return names;
}

std::optional<Status> status_of(std::string_view text) {
  const auto at = std::find(status_names().begin(), status_names().end(), text);
  return at == status_names().end() ? std::nullopt : std::optional(static_cast<Status>(at - status_names().begin()));
}

// "1ms .. 10ms" of [1ms, 10ms]; other ranges as they are written.
std::string range_text(const Node& node) {
  const bool is_pair = node.is_sequence() && node.items.size() == 2;
  return is_pair ? node.items[0].text + " .. " + node.items[1].text : node.text;
}

}  // namespace

bool check_annotation(Reader& reader, const Node& node) {
  const std::size_t errors = reader.diagnostics().error_count();
  for (const Entry& entry : node.entries) {
    const auto& keys = annotation_keys();
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
      reader.error(entry.place, "unknown key '" + entry.key + "' beside 'value'", choices(entry.key, keys));
    } else if (entry.key == "status" && !status_of(entry.value.text)) {
      reader.error(entry.value.place, "unknown status " + describe(entry.value),
                   choices(entry.value.text, status_names()));
    } else if (entry.key == "range" && std::holds_alternative<std::string>(parse_range(range_text(entry.value)))) {
      reader.error(entry.value.place, "'range' must be [1ms, 10ms], 1ms .. 10ms or x4, got " + describe(entry.value));
    }
  }
  return reader.diagnostics().error_count() == errors;
}

Annotation annotation_of(const Node& node, Status without_status) {
  Annotation said{.status = without_status, .range = "", .source = "", .about = ""};
  for (const Entry& entry : node.entries) {
    if (entry.key == "status") {
      said.status = status_of(entry.value.text).value_or(Status::defaulted);
    } else if (entry.key == "range") {
      said.range = range_text(entry.value);
    } else if (entry.key == "source") {
      said.source = entry.value.text;
    } else if (entry.key == "about") {
      said.about = entry.value.text;
    }
  }
  return said;
}

bool Reader::check_annotation(const Node& node) {
  return loadstone::check_annotation(*this, node);
}

void Reader::note(const Node& node, const Node& value, const Scalar& scalar) {
  if (is_parameter(value.text) || scalar.quantity) {
    return;  // the parameters themselves are noted
  }
  const Status unsaid = defaulting_ ? Status::defaulted : Status::assumed;
  const Annotation said = node.is_mapping() ? annotation_of(node, unsaid)
                                            : Annotation{.status = unsaid, .range = "x2", .source = "", .about = ""};
  assumptions_.push_back({.path = path_,
                          .value = value.text,
                          .status = said.status,
                          .range = said.range,
                          .source = said.source,
                          .about = said.about,
                          .place = value.place});
}

}  // namespace loadstone
