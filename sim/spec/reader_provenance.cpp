// What is said about a number beside its value: {value: 20ms, range: x2, status: assumed, source: .., about: ..}.
#include <algorithm>
#include <array>

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

// [1ms, 10ms], 1ms .. 10ms or x4.
bool is_range(const Node& node) {
  if (node.is_sequence()) {
    return node.items.size() == 2 && node.items[0].is_scalar() && node.items[1].is_scalar();
  }
  if (!node.is_scalar()) {
    return false;
  }
  if (node.text.find("..") != std::string::npos) {
    return true;
  }
  const auto factor = parse_quantity(node.text.substr(node.text.empty() ? 0 : 1));
  const auto* quantity = std::get_if<Quantity>(&factor);
  return node.text.rfind('x', 0) == 0 && quantity != nullptr && quantity->dim == kNumber && quantity->value >= 1;
}

}  // namespace

bool Reader::check_annotation(const Node& node) {
  const std::size_t errors = diagnostics_.error_count();
  for (const Entry& entry : node.entries) {
    const auto& keys = annotation_keys();
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
      error(entry.place, "unknown key '" + entry.key + "' beside 'value'", choices(entry.key, keys));
    } else if (entry.key == "status" && !status_of(entry.value.text)) {
      error(entry.value.place, "unknown status " + describe(entry.value), choices(entry.value.text, status_names()));
    } else if (entry.key == "range" && !is_range(entry.value)) {
      error(entry.value.place, "'range' must be [1ms, 10ms], 1ms .. 10ms or x4, got " + describe(entry.value));
    }
  }
  return diagnostics_.error_count() == errors;
}

void Reader::note(const Node& node, const Node& value, const Scalar& scalar) {
  if (is_parameter(value.text) || scalar.quantity) {
    return;  // the parameters themselves are noted
  }
  Assumption a{.path = path_,
               .value = value.text,
               .status = Status::assumed,
               .range = "x2",
               .source = "",
               .about = "",
               .place = value.place};
  if (defaulting_) {
    a.status = Status::defaulted;
  }
  if (node.is_mapping()) {
    a.range.clear();
    for (const Entry& entry : node.entries) {
      const std::string& text = entry.value.text;
      if (entry.key == "status") {
        a.status = status_of(text).value_or(Status::defaulted);
      } else if (entry.key == "range") {
        a.range = text.empty() && entry.value.is_sequence() && entry.value.items.size() == 2
                      ? entry.value.items[0].text + " .. " + entry.value.items[1].text
                      : text;
      } else if (entry.key == "source") {
        a.source = text;
      } else if (entry.key == "about") {
        a.about = text;
      }
    }
  }
  assumptions_.push_back(std::move(a));
}

}  // namespace loadstone
