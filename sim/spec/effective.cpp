#include "sim/spec/effective.hpp"

#include <algorithm>

#include "sim/expression/quantity.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

namespace {

Node scalar(std::string_view text, const Place& place) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  node.place = place;
  return node;
}

void add(Node& mapping, std::string_view key, Node value) {
  mapping.entries.push_back({std::string(key), mapping.place, std::move(value)});
}

// Whether a value of this type is a number, which says where it comes from.
bool is_number(FieldType type) {
  return type <= FieldType::size_law;
}

Node default_of(const Field& field, const Place& place) {
  Node value = scalar(field.rules.default_text, place);
  if (!is_number(field.type)) {
    return value;
  }
  Node annotated;
  annotated.kind = Node::Kind::mapping;
  annotated.place = place;
  add(annotated, "value", std::move(value));
  add(annotated, "status", scalar("default", place));
  return annotated;
}

void write_native_unit(const Field& field, Node& value) {
  if (field.rules.bounds.native_unit.empty()) {
    return;
  }
  Node* plain = value.is_mapping() ? value.find("value") : &value;
  if (plain == nullptr || !plain->is_scalar() || plain->quoted) {
    return;
  }
  const auto parsed = parse_quantity(plain->text);
  if (const auto* quantity = std::get_if<Quantity>(&parsed); quantity != nullptr && quantity->dim == kNumber) {
    plain->text += field.rules.bounds.native_unit;
  }
}

class Completion {
 public:
  explicit Completion(const Kinds& kinds) : kinds_(kinds) {}

  // Writes out what the table would fill in, in `under`, or in `beside` for the fields that stand there.
  void complete(const FieldTable& table, Node& under, Node& beside) const {
    for (const Field& field : table.fields()) {
      Node& home = field.rules.beside ? beside : under;
      Node* given = home.find(field.name);
      if (given == nullptr && &under != &beside) {
        given = (field.rules.beside ? under : beside).find(field.name);
      }
      if (given != nullptr) {
        complete_value(field, *given);
      } else if (!field.rules.default_text.empty()) {
        Node value = default_of(field, home.place);
        write_native_unit(field, value);
        add(home, field.name, std::move(value));
      }
    }
  }
  void complete(const FieldTable& table, Node& mapping) const { complete(table, mapping, mapping); }

  void resource(Node& node) const {
    const Node* name = node.find("kind");
    const ResourceKind* kind = name == nullptr ? nullptr : find_kind(kinds_.resources, name->text);
    if (kind == nullptr) {
      return;
    }
    complete(kind->fields(), node);
    for (const Field& field : ResourceSpec::common_fields().fields()) {
      const bool used = std::find(kind->uses.begin(), kind->uses.end(), field.name) != kind->uses.end();
      if (used && node.find(field.name) == nullptr && !field.rules.default_text.empty()) {
        add(node, field.name, default_of(field, node.place));
      }
    }
  }

  void scenario(Node& node) const {
    const Node* name = node.find("executor");
    if (const ExecutorKind* kind = name == nullptr ? nullptr : find_kind(kinds_.executors, name->text)) {
      complete(kind->fields(), node);
    }
  }

 private:
  void complete_value(const Field& field, Node& value) const {
    switch (field.type) {
      case FieldType::steps:
        steps(value);
        break;
      case FieldType::step_lists:
        for (Node& list : value.items) {
          steps(list);
        }
        break;
      case FieldType::mappings:
        for (Node& item : value.items) {
          complete(*field.nested, item);
        }
        break;
      case FieldType::named_mappings:
        for (Entry& entry : value.entries) {
          complete(*field.nested, entry.value);
        }
        break;
      case FieldType::mapping:
        complete(*field.nested, value);
        break;
      default:
        write_native_unit(field, value);
    }
  }

  void steps(Node& list) const {
    for (Node& item : list.items) {
      step(item);
    }
  }

  void step(Node& node) const {
    Node* handlers = node.find("on_error");
    if (handlers != nullptr) {
      for (Entry& entry : handlers->entries) {
        steps(entry.value);
      }
    }
    if (Node* retry = node.find("retry"); retry != nullptr && retry->is_mapping()) {
      complete(RetrySpec::fields(), *retry);
    }
    if (node.find("timeout") != nullptr && node.find("cancel_propagates") == nullptr) {
      add(node, "cancel_propagates", default_of(*Modifiers::fields().find("cancel_propagates"), node.place));
    }
    // `do` is a verb, and also what stands beside others.
    const StepKind* kind = nullptr;
    std::size_t at = 0;
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const StepKind* found = find_kind(kinds_.steps, node.entries[i].key);
      if (found != nullptr && (kind == nullptr || node.entries[at].key == "do")) {
        kind = found;
        at = i;
      }
    }
    if (kind != nullptr) {
      verb(*kind, node, at);
    }
  }

  // A bare value stays bare where nothing has to be added under the verb.
  void verb(const StepKind& kind, Node& node, std::size_t at) const {
    const FieldTable& table = kind.fields();
    Node under;
    under.kind = Node::Kind::mapping;
    under.place = node.entries[at].value.place;
    const Node& value = node.entries[at].value;
    const bool bare = !value.is_mapping() || (value.find("value") != nullptr && table.find("value") == nullptr);
    if (!bare) {
      under.entries = value.entries;
    } else if (!value.is_null() && !kind.bare.empty()) {
      add(under, kind.bare, value);
    }
    complete(table, under, node);
    Node& written = node.entries[at].value;
    if (bare && under.entries.size() == 1) {
      written = std::move(under.entries.front().value);
    } else if (!under.entries.empty()) {
      written = std::move(under);
    }
  }

  const Kinds& kinds_;
};

void override_parameters(Node& root, const Overrides& overrides) {
  Node* params = root.find("params");
  if (params == nullptr) {
    return;
  }
  for (Entry& entry : params->entries) {
    if (const auto given = overrides.find(entry.key); given != overrides.end()) {
      entry.value = scalar(given->second, entry.value.place);
    }
  }
}

template <class Complete>
void for_each(Node& root, std::string_view key, Complete complete) {
  if (Node* named = root.find(key); named != nullptr) {
    for (Entry& entry : named->entries) {
      complete(entry.value);
    }
  }
}

}  // namespace

Node effective_topology(Node root, const Kinds& kinds, const Overrides& overrides) {
  const Completion completion(kinds);
  override_parameters(root, overrides);
  for_each(root, "populations", [&](Node& node) { completion.complete(PopulationSpec::fields(), node); });
  for_each(root, "hosts", [&](Node& node) { completion.complete(HostSpec::fields(), node); });
  for_each(root, "resources", [&](Node& node) { completion.resource(node); });
  for_each(root, "flows", [&](Node& node) { completion.complete(FlowSpec::fields(), node); });
  for_each(root, "schedules", [&](Node& node) { completion.complete(ScheduleSpec::fields(), node); });
  return root;
}

Node effective_workload(Node root, const Kinds& kinds, const Overrides& overrides) {
  const Completion completion(kinds);
  override_parameters(root, overrides);
  for_each(root, "attributes", [&](Node& node) {
    if (node.is_mapping() && node.find("law") != nullptr) {
      completion.complete(AttributeSpec::fields(), node);
    }
  });
  for_each(root, "scenarios", [&](Node& node) { completion.scenario(node); });
  return root;
}

}  // namespace loadstone
