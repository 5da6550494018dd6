#include "src/load/overlay.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <unordered_map>

namespace loadstone::load {
namespace {

constexpr std::size_t kMostFiles = 8;

// Where in the file a mapping stands, as far as the rules care.
enum class Level : std::uint8_t { top, resources, resource, elsewhere };

Level level_below(Level level, const std::string& key) {
  if (level == Level::top) {
    return key == "resources" ? Level::resources : Level::elsewhere;
  }
  return level == Level::resources ? Level::resource : Level::elsewhere;
}

bool is_annotated(const Node& node) {
  constexpr std::array<std::string_view, 6> kKeys{"value", "range", "status", "source", "one_of", "about"};
  return node.is_mapping() && node.find("value") != nullptr &&
         std::all_of(node.entries.begin(), node.entries.end(), [&](const Entry& entry) {
           return std::find(kKeys.begin(), kKeys.end(), entry.key) != kKeys.end();
         });
}

// Whether both say what `key` is, and differently.
bool changes(const Node& base, const Node& over, std::string_view key) {
  const Node* const before = base.find(key);
  const Node* const after = over.find(key);
  return before != nullptr && after != nullptr && !after->is_null() &&
         (before->kind != after->kind || before->text != after->text);
}

void erase_key(Node& mapping, std::string_view key) {
  std::erase_if(mapping.entries, [&](const Entry& entry) { return entry.key == key; });
}

class Merger {
 public:
  explicit Merger(Diagnostics& diagnostics) : diagnostics_(&diagnostics) {}

  Node merged(Node base, Node over, Level level) {
    if (is_annotated(base) && over.is_scalar()) {
      *base.find("value") = std::move(over);
      erase_key(base, "source");
      return base;
    }
    if (!base.is_mapping() || !over.is_mapping()) {
      refuse_deletions(over);
      return over;
    }
    if (level == Level::resource && (changes(base, over, "kind") || changes(base, over, "engine"))) {
      return replaced(std::move(base), std::move(over));
    }
    if (is_annotated(base) && over.find("value") != nullptr && over.find("source") == nullptr) {
      erase_key(base, "source");
    }
    return merged_mappings(std::move(base), std::move(over), level);
  }

 private:
  Node replaced(Node base, Node over) {
    refuse_deletions(over);
    if (over.find("kind") == nullptr) {
      const auto kind = std::find_if(base.entries.begin(), base.entries.end(),
                                     [](const Entry& entry) { return entry.key == "kind"; });
      if (kind != base.entries.end()) {
        over.entries.insert(over.entries.begin(), std::move(*kind));
      }
    }
    return over;
  }

  Node merged_mappings(Node base, Node over, Level level) {
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t i = 0; i < base.entries.size(); ++i) {
      positions.emplace(base.entries[i].key, i);
    }
    std::vector<bool> deleted(base.entries.size(), false);
    for (Entry& entry : over.entries) {
      const auto found = positions.find(entry.key);
      if (found == positions.end()) {
        if (entry.value.is_null()) {
          refuse_deletion(entry, base);
          continue;
        }
        refuse_deletions(entry.value);
        base.entries.push_back(std::move(entry));
      } else if (entry.value.is_null()) {
        deleted[found->second] = true;
      } else {
        Entry& target = base.entries[found->second];
        const bool whole = !target.value.is_mapping() || !entry.value.is_mapping();
        target.place = whole ? entry.place : target.place;
        target.value = merged(std::move(target.value), std::move(entry.value), level_below(level, entry.key));
      }
    }
    deleted.resize(base.entries.size(), false);
    std::size_t index = 0;
    std::erase_if(base.entries, [&](const Entry&) { return deleted[index++]; });
    return base;
  }

  void refuse_deletion(const Entry& entry, const Node& base) {
    std::vector<std::string_view> names;
    for (const Entry& candidate : base.entries) {
      names.push_back(candidate.key);
    }
    diagnostics_->error(entry.place,
                        "'" + entry.key + "' is null, which deletes it, but the base has no '" + entry.key + "' here",
                        choices(entry.key, std::move(names)));
  }

  // In a part that the base does not have, nothing can be deleted. Lists are replaced whole and keep their nulls.
  void refuse_deletions(Node& node) {
    for (Entry& entry : node.entries) {
      if (entry.value.is_null()) {
        refuse_deletion(entry, {});
      } else {
        refuse_deletions(entry.value);
      }
    }
    std::erase_if(node.entries, [](const Entry& entry) { return entry.value.is_null(); });
  }

  Diagnostics* diagnostics_;
};

std::string identity(const std::string& path) {
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path : canonical.string();
}

// The file that `document` extends, or "" if there is none; nothing after an error.
std::optional<std::string> base_path(const Document& document, Diagnostics& diagnostics) {
  const Node* const extends = document.root().find("extends");
  if (extends == nullptr) {
    return "";
  }
  if (!extends->is_scalar() || extends->text.empty()) {
    diagnostics.error(extends->place, "extends: the name of one file is needed, found " + describe(*extends));
    return std::nullopt;
  }
  const std::filesystem::path folder = std::filesystem::path(document.name()).parent_path();
  return (folder / extends->text).lexically_normal().string();
}

// The document that `extends` of the last of `chain` names.
std::optional<Document> read_base(const std::string& path, const std::vector<Document>& chain,
                                  Diagnostics& diagnostics) {
  const Place place = chain.back().root().find("extends")->place;
  const auto same = [&](const Document& d) { return identity(std::string(d.name())) == identity(path); };
  if (std::any_of(chain.begin(), chain.end(), same)) {
    std::vector<std::string> notes;
    for (const Document& document : chain) {
      notes.push_back(std::string(document.name()) + " extends");
    }
    notes.push_back(path);
    diagnostics.error(place, "extends: '" + path + "' extends itself", std::move(notes));
    return std::nullopt;
  }
  if (chain.size() == kMostFiles) {
    diagnostics.error(place, "extends: more than 8 files deep");
    return std::nullopt;
  }
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    diagnostics.error(place, "extends: no such file '" + path + "'");
    return std::nullopt;
  }
  std::optional<Document> base = read_document(path, diagnostics);
  if (base && !base->root().is_mapping()) {
    diagnostics.error(base->root().place, "a mapping is needed, found " + describe(base->root()));
    return std::nullopt;
  }
  return base;
}

}  // namespace

Node merge(Node base, Node over, Diagnostics& diagnostics) {
  return Merger(diagnostics).merged(std::move(base), std::move(over), Level::top);
}

std::optional<Overlaid> resolve_overlays(Document document, Diagnostics& diagnostics) {
  std::vector<Document> chain;  // each extends the next
  chain.push_back(std::move(document));
  while (true) {
    const std::optional<std::string> path = base_path(chain.back(), diagnostics);
    if (!path) {
      return std::nullopt;
    }
    if (path->empty()) {
      break;
    }
    std::optional<Document> base = read_base(*path, chain, diagnostics);
    if (!base) {
      return std::nullopt;
    }
    chain.push_back(std::move(*base));
  }
  Overlaid result;
  for (const Document& file : chain) {
    result.files.emplace_back(file.name());
  }
  result.root = std::move(chain.back()).take_root();
  for (chain.pop_back(); !chain.empty(); chain.pop_back()) {
    Node over = std::move(chain.back()).take_root();
    erase_key(over, "extends");
    result.root = merge(std::move(result.root), std::move(over), diagnostics);
  }
  return result;
}

std::optional<Overlaid> read_overlaid(const std::string& path, Diagnostics& diagnostics) {
  std::optional<Document> document = read_document(path, diagnostics);
  return document ? resolve_overlays(std::move(*document), diagnostics) : std::nullopt;
}

}  // namespace loadstone::load
