// sim/spec/annotation.hpp
//
// What is said about a number beside its value: {value: 20ms, range: x2, status: assumed, source: .., about: ..}.
#pragma once

#include <string>

#include "sim/spec/node.hpp"
#include "sim/spec/reader.hpp"

namespace loadstone {

struct Annotation {
  Status status;
  std::string range;  // "1ms .. 10ms", "x4"; "" for a knob
  std::string source;
  std::string about;
};

// Reports unknown keys, statuses that there are not, ranges that are none. True if there is nothing to report.
bool check_annotation(Reader& reader, const Node& node);
// What the keys beside `value` say. REQUIRES: check_annotation() found nothing.
[[nodiscard]] Annotation annotation_of(const Node& node, Status without_status);

}  // namespace loadstone
