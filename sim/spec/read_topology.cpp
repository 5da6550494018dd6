#include <algorithm>
#include <map>
#include <set>

#include "sim/spec/error_names.hpp"
#include "sim/spec/topology.hpp"

namespace loadstone {

namespace {

// Letters, digits, '_' and '-', not beginning with a digit or '-'.
bool is_name(std::string_view name) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

// Calls `read(entry)` for each entry of the mapping under `key`, with scope and subject set.
template <class Read>
void for_each_named(Reader& reader, const Node& root, std::string_view key, std::string_view noun, Read read) {
  const Node* node = root.find(key);
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_mapping()) {
    reader.error(node->place, "'" + std::string(key) + "' must be a mapping from names, got " + describe(*node));
    return;
  }
  const Reader::Scope scope(reader, key);
  for (const Entry& entry : node->entries) {
    const Reader::Scope named(reader, entry.key);
    reader.set_subject(std::string(noun) + " '" + entry.key + "'");
    if (!is_name(entry.key)) {
      reader.error(entry.place, "a name has letters, digits, '_' and '-', and begins with a letter");
    } else if (!entry.value.is_mapping()) {
      reader.error(entry.value.place, "expected a mapping, got " + describe(entry.value));
    } else {
      read(entry);
    }
    reader.set_subject("");
  }
}

void read_resource(Reader& reader, const Entry& entry, std::vector<ResourceSpec>& out) {
  const Node* kind_node = entry.value.find("kind");
  if (kind_node == nullptr) {
    reader.error(entry.place, "missing key 'kind'", choices("", kind_names(reader.kinds().resources)));
    return;
  }
  if (!kind_node->is_scalar()) {
    reader.error(kind_node->place, "'kind' must be a name, got " + describe(*kind_node),
                 choices("", kind_names(reader.kinds().resources)));
    return;
  }
  ResourceSpec spec;
  spec.name = entry.key;
  spec.place = entry.place;
  spec.kind = find_kind(reader.kinds().resources, kind_node->text);
  if (spec.kind == nullptr) {
    reader.error(kind_node->place, "unknown kind '" + kind_node->text + "'",
                 choices(kind_node->text, kind_names(reader.kinds().resources)));
    return;
  }
  for (const Entry& e : entry.value.entries) {
    spec.key_places.emplace(e.key, e.value.place);
  }
  const FieldTable& own = spec.kind->fields();
  Node common;
  common.kind = Node::Kind::mapping;
  common.place = entry.value.place;
  std::vector<std::string_view> also{"kind"};
  for (const Field& field : ResourceSpec::common_fields().fields()) {
    const bool used = std::find(spec.kind->uses.begin(), spec.kind->uses.end(), field.name) != spec.kind->uses.end();
    if (own.find(field.name) != nullptr || !used) {
      continue;
    }
    also.push_back(field.name);
    for (const Entry& e : entry.value.entries) {
      if (e.key == field.name) {
        common.entries.push_back(e);
      }
    }
  }
  spec.data = own.make();
  own.read(reader, entry.value, spec.data.get(), also);
  ResourceSpec::common_fields().read(reader, common, &spec);
  out.push_back(std::move(spec));
}

template <class S>
void read_named(Reader& reader, const Entry& entry, std::vector<S>& out) {
  S spec;
  spec.name = entry.key;
  spec.place = entry.place;
  S::fields().read(reader, entry.value, &spec);
  out.push_back(std::move(spec));
}

}  // namespace

void read_parameters(Reader& reader, const Node* params, const Overrides& overrides, std::vector<std::string>& names) {
  if (params == nullptr || params->is_null()) {
    return;
  }
  if (!params->is_mapping()) {
    reader.error(params->place, "'params' must be a mapping from names, got " + describe(*params));
    return;
  }
  const Reader::Scope scope(reader, "params");
  const auto earlier = reader.parameters();  // the topology's, when the workload's are read
  for (const Entry& entry : params->entries) {
    reader.declare_parameter(entry.key);
  }
  for (const Entry& entry : params->entries) {
    const Reader::Scope named(reader, entry.key);
    reader.set_subject("parameter '" + entry.key + "'");
    if (!is_name(entry.key)) {
      reader.error(entry.place, "a name has letters, digits, '_' and '-', and begins with a letter");
      continue;
    }
    if (const auto same = earlier.find(entry.key); same != earlier.end()) {
      reader.error(entry.place, "the topology has a parameter of that name", {"at " + to_string(same->second.place)});
      continue;
    }
    Node value = entry.value;
    if (const auto given = overrides.find(entry.key); given != overrides.end()) {
      value = Node{};
      value.kind = Node::Kind::scalar;
      value.text = given->second;
    }
    reader.define_parameter(entry.key, value);
    names.push_back(entry.key);
  }
  reader.set_subject("");
}

namespace {

// `within` and `of` name other populations, and do not lead back.
void check_populations(Reader& reader, const Node& root, const std::vector<PopulationSpec>& populations) {
  std::map<std::string_view, std::vector<std::string_view>> outer;
  std::vector<std::string_view> names;
  for (const PopulationSpec& population : populations) {
    names.push_back(population.name);
    for (const std::string* other : {&population.within, &population.of}) {
      if (!other->empty()) {
        outer[population.name].push_back(*other);
      }
    }
  }
  for (const PopulationSpec& population : populations) {
    const Node& node = *root.find("populations")->find(population.name);
    for (const std::string_view key : {"within", "of"}) {
      const Node* other = node.find(key);
      if (other == nullptr || !other->is_scalar()) {
        continue;
      }
      const std::string subject = "population '" + population.name + "': '" + std::string(key) + "' ";
      if (std::find(names.begin(), names.end(), other->text) == names.end()) {
        reader.error(other->place, subject + "names an unknown population '" + other->text + "'",
                     choices(other->text, names));
        continue;
      }
      std::set<std::string_view> reached{other->text};
      std::vector<std::string_view> ahead{other->text};
      while (!ahead.empty()) {
        const std::vector<std::string_view>& next = outer[ahead.back()];
        ahead.pop_back();
        std::copy_if(next.begin(), next.end(), std::back_inserter(ahead),
                     [&](std::string_view name) { return reached.insert(name).second; });
      }
      if (reached.count(population.name) > 0) {
        reader.error(other->place, subject + "leads back to itself by way of '" + other->text + "'");
      }
    }
  }
}

std::string read_name(Reader& reader, const Node& root, const std::string& key) {
  const Node* name = root.find(key);
  if (name == nullptr) {
    reader.error(root.place, "missing key '" + key + "'", {"the name of the " + key});
  } else if (!name->is_scalar()) {
    reader.error(name->place, "'" + key + "' must be a name, got " + describe(*name));
  } else {
    return name->text;
  }
  return "";
}

}  // namespace

Topology read_topology(Reader& reader, const Node& root, const Overrides& overrides) {
  static constexpr std::string_view kKeys[] = {"topology", "about",     "params", "populations",
                                               "hosts",    "resources", "flows",  "schedules"};
  Topology topology;
  topology.place = root.place;
  if (!root.is_mapping()) {
    reader.error(root.place, "a topology must be a mapping, got " + describe(root));
    return topology;
  }
  if (const Node* name = root.find("workload"); name != nullptr && root.find("topology") == nullptr) {
    reader.error(name->place, "this is a workload where a topology is needed", {"TOPOLOGY comes before WORKLOAD"});
    return topology;
  }
  const std::vector<std::string_view> keys(std::begin(kKeys), std::end(kKeys));
  for (const Entry& entry : root.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
      reader.error(entry.place, "unknown key '" + entry.key + "'", choices(entry.key, keys));
    }
  }
  topology.name = read_name(reader, root, "topology");
  if (const Node* about = root.find("about"); about != nullptr) {
    const Reader::Scope scope(reader, "about");
    reader.read(*about, {}, topology.about);
  }
  read_parameters(reader, root.find("params"), overrides, topology.parameters);
  for_each_named(reader, root, "populations", "population",
                 [&](const Entry& e) { read_named(reader, e, topology.populations); });
  check_populations(reader, root, topology.populations);
  for_each_named(reader, root, "hosts", "host", [&](const Entry& e) { read_named(reader, e, topology.hosts); });
  for_each_named(reader, root, "resources", "resource",
                 [&](const Entry& e) { read_resource(reader, e, topology.resources); });
  for_each_named(reader, root, "flows", "flow", [&](const Entry& e) { read_named(reader, e, topology.flows); });
  check_error_names(reader, {root.find("flows"), root.find("resources")});
  for_each_named(reader, root, "schedules", "schedule",
                 [&](const Entry& e) { read_named(reader, e, topology.schedules); });
  if (topology.flows.empty() && reader.diagnostics().ok()) {
    reader.error(root.place, "a topology needs at least one flow", {"flows: {read: {steps: [...]}}"});
  }
  return topology;
}

}  // namespace loadstone
