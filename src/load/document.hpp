// src/load/document.hpp
//
// A YAML text as a neutral tree (sim/spec/node.hpp) with places. The only user of yaml-cpp.
//
// Strict. Refused with a place: what is not text, more than one document, duplicate keys, `<<`, keys that are not
//         scalars, tags, nesting over 64, files over 16 MiB, over 1,000,000 nodes (aliases expanded), and values that
//         YAML tore at a comma (`{time: lognormal(mean=20ms, cv=0.8)}`). Refused before memory or time is spent.
// Places. Columns count characters from 1. Everything under an alias has the place of the alias.
// Owns.   The tree. File names are interned for the life of the process, so a Place outlives its Document.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/base/diagnostic.hpp"
#include "sim/spec/node.hpp"

namespace loadstone::load {

class Document {
 public:
  Document(std::string_view name, Node root) : name_(name), root_(std::move(root)) {}

  // The path as it was given; also in every Place of the tree.
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] const Node& root() const { return root_; }
  [[nodiscard]] Node take_root() && { return std::move(root_); }

 private:
  std::string_view name_;  // interned
  Node root_;
};

// Nothing if the file cannot be read as one YAML document. A Document may come with errors in `diagnostics` (a
// duplicate key, a torn value): its tree is then repaired far enough for validation to find the other errors as well.
// REQUIRES: the caller looks at diagnostics.ok() before it uses the file's meaning.
[[nodiscard]] std::optional<Document> read_document(const std::string& path, Diagnostics& diagnostics);
[[nodiscard]] std::optional<Document> parse_document(std::string_view text, const std::string& name,
                                                     Diagnostics& diagnostics);

// A view of an equal text that lives as long as the process, for Place::file.
[[nodiscard]] std::string_view intern_file_name(const std::string& name);

}  // namespace loadstone::load
