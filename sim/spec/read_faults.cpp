#include <algorithm>
#include <utility>

#include "sim/expression/quantity.hpp"
#include "sim/spec/fault.hpp"
#include "sim/spec/field.hpp"

namespace loadstone {

namespace {

struct Word {
  std::string_view name;
  FaultIs is;
  std::string_view form;  // as it is written, with an amount where it takes one
};

constexpr Word kWords[] = {{"down", FaultIs::down, "down"},
                           {"errors", FaultIs::errors, "errors(5%)"},
                           {"failover", FaultIs::failover, "failover"},
                           {"killed", FaultIs::killed, "killed"},
                           {"partition", FaultIs::partition, "partition"},
                           {"restart", FaultIs::restart, "restart"},
                           {"slow", FaultIs::slow, "slow(x3)"}};

std::vector<std::string> forms(std::string_view found) {
  std::vector<std::string_view> names;
  for (const Word& word : kWords) {
    names.push_back(word.form);
  }
  return choices(found, names);
}

constexpr double kMostSlow = 1e6;

// slow(x3): how many times as long everything takes.
bool read_factor(Reader& reader, const Place& place, std::string_view text, double& out) {
  std::string_view number = text;
  if (number.starts_with('x')) {
    number.remove_prefix(1);
  }
  const auto parsed = parse_quantity(number);
  const auto* factor = std::get_if<Quantity>(&parsed);
  if (factor == nullptr || factor->dim != kNumber || factor->value <= 1 || factor->value > kMostSlow) {
    reader.error(place, "'slow' needs a factor above 1 and up to 1000000, got '" + std::string(text) + "'",
                 {"for example: slow(x3)"});
    return false;
  }
  out = factor->value;
  return true;
}

// errors(5%): the share of operations that fail.
bool read_share(Reader& reader, const Place& place, std::string_view text, double& out) {
  const auto parsed = parse_quantity(text);
  const auto* share = std::get_if<Quantity>(&parsed);
  if (share == nullptr || share->dim != kNumber || share->value <= 0 || share->value > 1) {
    reader.error(place, "'errors' needs a share above 0% and up to 100%, got '" + std::string(text) + "'",
                 {"for example: errors(5%)"});
    return false;
  }
  out = share->value;
  return true;
}

bool read_is(Reader& reader, const Node& node, FaultSpec& out) {
  PlacedText text;
  if (!reader.read(node, {}, text)) {
    return false;
  }
  out.is_place = text.place;
  const auto split = split_call(text.text);
  const auto* call = std::get_if<Call>(&split);
  if (call == nullptr) {
    reader.error(text.place, "'is': " + std::get<std::string>(split), forms(text.text));
    return false;
  }
  const auto* word =
      std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return w.name == call->name; });
  if (word == std::end(kWords)) {
    reader.error(text.place, "'is': unknown fault '" + text.text + "'", forms(call->name));
    return false;
  }
  out.is = word->is;
  const bool takes_amount = word->name != word->form;
  if (call->arguments.size() != (takes_amount ? 1 : 0) || (!takes_amount && call->parenthesised)) {
    reader.error(text.place, "'is': got '" + text.text + "'", {"it is written: " + std::string(word->form)});
    return false;
  }
  if (!takes_amount) {
    return true;
  }
  const std::string_view amount = call->arguments.front().text;
  return out.is == FaultIs::slow ? read_factor(reader, text.place, amount, out.amount)
                                 : read_share(reader, text.place, amount, out.amount);
}

}  // namespace

std::string_view to_string(FaultIs is) {
  return std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return w.is == is; })->name;
}

const FieldTable& FaultSpec::fields() {
  static const FieldTable table =
      FieldTable::of<FaultSpec>()
          .field("target", &FaultSpec::target, "The resource, or the host with all that runs on it.")
          .custom("is", "down, errors(5%), failover, killed, partition, restart or slow(x3).", &read_is, {},
                  FieldType::text)
          .field("at", &FaultSpec::at, "When it begins, from the start of the run.")
          .field("for", &FaultSpec::lasts,
                 "How long it lasts; absent: to the end of the run, and a failover as long as the target's own takes.",
                 {.bounds = {.above_min = true}});
  return table;
}

const FieldTable& WindowSpec::fields() {
  static const FieldTable table =
      FieldTable::of<WindowSpec>()
          .field("at", &WindowSpec::at, "When it opens, from the start of the run.")
          .field("during", &WindowSpec::during, "Instead: a schedule; it is open while a run of it is under way.")
          .field("for", &WindowSpec::lasts, "How long it is open; absent: to the end of the run.",
                 {.bounds = {.above_min = true}});
  return table;
}

void read_faults(Reader& reader, const Node* node, std::vector<FaultSpec>& out) {
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_sequence()) {
    reader.error(node->place, "'faults' must be a list, got " + describe(*node),
                 {"for example: [{at: 12m, for: 30s, target: redis, is: down}]"});
    return;
  }
  const Reader::Scope scope(reader, "faults");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    if (!item.is_mapping()) {
      reader.error(item.place, "expected {at: time, for: time, target: name, is: what}, got " + describe(item));
      continue;
    }
    const Reader::Scope numbered(reader, std::to_string(i));
    FaultSpec spec;
    spec.place = item.place;
    reader.set_subject("fault");
    FaultSpec::fields().read(reader, item, &spec);
    reader.set_subject("");
    out.push_back(std::move(spec));
  }
}

void read_windows(Reader& reader, const Node* node, std::vector<WindowSpec>& out) {
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_mapping()) {
    reader.error(node->place, "'windows' must be a mapping from names, got " + describe(*node),
                 {"for example: {outage: {at: 12m, for: 30s}}"});
    return;
  }
  const Reader::Scope scope(reader, "windows");
  for (const Entry& entry : node->entries) {
    const Reader::Scope named(reader, entry.key);
    WindowSpec spec;
    spec.name = entry.key;
    spec.place = entry.place;
    reader.set_subject("window '" + entry.key + "'");
    if (entry.value.is_mapping()) {
      if (WindowSpec::fields().read(reader, entry.value, &spec) &&
          (spec.at.has_value() == spec.during.has_value() || (spec.during && spec.lasts))) {
        reader.error(entry.place, "give 'at', and 'for' if it closes, or 'during'");
      }
    } else {
      reader.error(entry.value.place,
                   "expected {at: time, for: time} or {during: schedule}, got " + describe(entry.value));
    }
    reader.set_subject("");
    out.push_back(std::move(spec));
  }
}

}  // namespace loadstone
