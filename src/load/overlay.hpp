// src/load/overlay.hpp
//
// `extends: FILE` at the top of a file: the file is merged over its base, which may extend another.
//
// Rules.  Mappings merge; lists and scalars replace; `null` deletes, and what it deletes must exist. A resource (an
//         entry of `resources`) whose `kind` or `engine` changes is replaced; its `kind` stays if only `engine` is
//         given. A plain scalar over an annotated value ({value: ..., source: ...}) replaces the value and clears the
//         source; so does an annotated value that has a `value` and no `source`.
// Order.  The base's keys keep their order, new keys follow. Every node keeps the place of the file it came from.
// Limits. Eight files deep, no cycles. FILE is relative to the file that names it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/spec/node.hpp"
#include "src/load/document.hpp"

namespace loadstone::load {

struct Overlaid {
  Node root;                       // without `extends`
  std::vector<std::string> files;  // every file that was read, the one asked for first
};

// Nothing if a file of the chain cannot be read. As with Document, look at diagnostics.ok().
[[nodiscard]] std::optional<Overlaid> read_overlaid(const std::string& path, Diagnostics& diagnostics);
// The same for a text that has been read; `document.name()` says where its base is looked for.
[[nodiscard]] std::optional<Overlaid> resolve_overlays(Document document, Diagnostics& diagnostics);

// `over` laid over `base`, by the rules above, without looking at `extends`.
[[nodiscard]] Node merge(Node base, Node over, Diagnostics& diagnostics);

}  // namespace loadstone::load
