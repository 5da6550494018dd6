// Reads lists of steps: one verb a step, with the verb's fields under it or beside it, and modifiers.
#include <algorithm>

#include "sim/spec/step_spec.hpp"

namespace loadstone {

const FieldTable& BackoffSpec::fields() {
  static const FieldTable table =
      FieldTable::of<BackoffSpec>()
          .choice("backoff", &BackoffSpec::backoff,
                  "How the pause grows: the same each time, doubling up to cap, or "
                  "random between base and three times the pause before.",
                  {.default_text = "exponential", .choices = {"constant", "exponential", "decorrelated"}})
          .field("base", &BackoffSpec::base, "The first pause.", {.default_text = "100ms"})
          .field("cap", &BackoffSpec::cap, "The longest pause.")
          .choice("jitter", &BackoffSpec::jitter,
                  "none: the pause itself; full: uniform below it; equal: half of it "
                  "and a uniform half.",
                  {.default_text = "none", .choices = {"none", "full", "equal"}});
  return table;
}

const FieldTable& RetrySpec::fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<RetrySpec>();
    t.field("max", &RetrySpec::max, "Retries after the first attempt, or `unlimited`.");
    t.field("errors", &RetrySpec::errors, "The errors that are retried; absent: any.", {.optional = true});
    t.field("budget", &RetrySpec::budget, "A retry_budget that must allow each retry; absent: all are allowed.");
    t.embed(&RetrySpec::pause, BackoffSpec::fields());
    return t;
  }();
  return table;
}

const FieldTable& Modifiers::fields() {
  static const FieldTable table =
      FieldTable::of<Modifiers>()
          .field("when", &Modifiers::when, "The step is taken only if this holds for the request.")
          .field("timeout", &Modifiers::timeout, "Longest time of one attempt; then the step fails with `timeout`.",
                 {.bounds = {.above_min = true}})
          .choice("cancel_propagates", &Modifiers::cancel_propagates,
                  "Whether a timeout reaches the work that is already running.",
                  {.default_text = "none", .choices = {"none", "inline", "extra_connection"}})
          .mapping("retry", &Modifiers::retry, "Tries again after a failure.", RetrySpec::fields())
          .field("blocking", &Modifiers::blocking, "Holds the service's event loop for the whole step.",
                 {.default_text = "false"})
          .field("fence", &Modifiers::fence,
                 "It writes what this lock protects, with the lock's token: an old one is refused with `stale_token`.")
          .field("name", &Modifiers::name, "What reports call the step.")
          .field("draw", &Modifiers::draw, "Names the step's random draws, instead of its place in the flow.");
  return table;
}

namespace {

const std::vector<std::string_view>& modifier_keys() {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> names{"on_error"};
    for (const Field& field : Modifiers::fields().fields()) {
      names.push_back(field.name);
    }
    return names;
  }();
  return keys;
}

bool is_modifier(std::string_view key) {
  return std::find(modifier_keys().begin(), modifier_keys().end(), key) != modifier_keys().end();
}

// The keys of `node` that `wanted` accepts, as a mapping of their own.
template <class Wanted>
Node pick(const Node& node, Wanted wanted) {
  Node picked;
  picked.kind = Node::Kind::mapping;
  picked.place = node.place;
  for (const Entry& entry : node.entries) {
    if (wanted(entry.key)) {
      picked.entries.push_back(entry);
    }
  }
  return picked;
}

const Entry* find_verb(Reader& reader, const Node& node, const StepKind*& kind) {
  const Entry* verb = nullptr;
  for (const Entry& entry : node.entries) {
    const StepKind* found = find_kind(reader.kinds().steps, entry.key);
    if (found == nullptr) {
      continue;
    }
    if (verb != nullptr) {
      // `do` is also what `hold`, `lock` and `repeat` have beside them
      const StepKind* first = kind;
      const Field* beside = first->fields().find(entry.key);
      if (beside != nullptr && beside->rules.beside) {
        continue;
      }
      const Field* reversed = found->fields().find(verb->key);
      if (reversed == nullptr || !reversed->rules.beside) {
        reader.error(entry.place, "a step has one verb; found '" + verb->key + "' and '" + entry.key + "'");
        return nullptr;
      }
    }
    verb = &entry;
    kind = found;
  }
  if (verb == nullptr) {
    const auto odd = std::find_if(node.entries.begin(), node.entries.end(),
                                  [](const Entry& entry) { return !is_modifier(entry.key); });
    if (odd != node.entries.end()) {
      reader.error(odd->place, "unknown verb '" + odd->key + "'", choices(odd->key, kind_names(reader.kinds().steps)));
    } else {
      reader.error(node.place, "a step needs a verb", choices("", kind_names(reader.kinds().steps)));
    }
  }
  return verb;
}

void read_on_error(Reader& reader, const Node& node, StepSpec& step) {
  const Reader::Scope scope(reader, "on_error");
  if (!node.is_mapping()) {
    reader.error(node.place, "'on_error' must map error names to lists of steps, got " + describe(node));
    return;
  }
  for (const Entry& entry : node.entries) {
    const Reader::Scope named(reader, entry.key);
    std::vector<StepSpec> steps;
    read_steps(reader, entry.value, steps);
    step.modifiers.on_error.emplace_back(entry.key, std::move(steps));
  }
}

// The verb's fields: those under it, and those that stand beside it.
Node verb_fields(Reader& reader, const StepKind& kind, const Entry& verb, const Node& node) {
  const FieldTable& table = kind.fields();
  Node fields;
  fields.kind = Node::Kind::mapping;
  fields.place = verb.value.place;
  const bool annotated =
      verb.value.is_mapping() && verb.value.find("value") != nullptr && table.find("value") == nullptr;
  if (verb.value.is_mapping() && !annotated) {
    fields.entries = verb.value.entries;
  } else if (!kind.bare.empty() && !verb.value.is_null()) {
    fields.entries.push_back({std::string(kind.bare), verb.place, verb.value});
  } else if (!verb.value.is_null()) {
    reader.error(verb.value.place, "'" + verb.key + "' needs a mapping, got " + describe(verb.value));
  }
  for (const Entry& entry : node.entries) {
    if (&entry == &verb || is_modifier(entry.key)) {
      continue;
    }
    const Field* field = table.find(entry.key);
    if (field != nullptr && field->rules.beside) {
      fields.entries.push_back(entry);
      continue;
    }
    std::vector<std::string_view> allowed = modifier_keys();
    for (const Field& f : table.fields()) {
      if (f.rules.beside) {
        allowed.push_back(f.name);
      }
    }
    reader.error(entry.place, "unknown key '" + entry.key + "' beside '" + verb.key + "'", choices(entry.key, allowed));
  }
  return fields;
}

bool read_step(Reader& reader, const Node& node, StepSpec& step) {
  step.place = node.place;
  step.path = reader.path();
  if (!node.is_mapping()) {
    reader.error(node.place, "a step must be a mapping with one verb, got " + describe(node),
                 choices(node.text, kind_names(reader.kinds().steps)));
    return false;
  }
  const Entry* verb = find_verb(reader, node, step.kind);
  if (verb == nullptr) {
    return false;
  }
  step.place = verb->place;
  step.data = step.kind->fields().make();
  const Node fields = verb_fields(reader, *step.kind, *verb, node);
  bool ok = step.kind->fields().read(reader, fields, step.data.get());
  ok = Modifiers::fields().read(
           reader, pick(node, [](const std::string& key) { return is_modifier(key) && key != "on_error"; }),
           &step.modifiers) &&
       ok;
  if (const Node* handlers = node.find("on_error"); handlers != nullptr) {
    read_on_error(reader, *handlers, step);
  }
  return ok;
}

}  // namespace

bool read_steps(Reader& reader, const Node& node, std::vector<StepSpec>& out) {
  if (!node.is_sequence()) {
    reader.error(node.place, "expected a list of steps, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    ok = read_step(reader, node.items[i], out.emplace_back()) && ok;
  }
  return ok;
}

}  // namespace loadstone
