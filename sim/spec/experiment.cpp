#include "sim/spec/experiment.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/trimmed.hpp"

namespace loadstone {

namespace {

FieldTable axis_fields() {
  FieldTable table = FieldTable::of<SearchSpec>();
  table.field("axis", &SearchSpec::axis, "What is raised: load, or a numeric parameter.", {.default_text = "load"})
      .field("from", &SearchSpec::from, "Where the search starts.", {.bounds = {.above_min = true}})
      .field("to", &SearchSpec::to, "Where it ends.", {.bounds = {.above_min = true}});
  return table;
}

}  // namespace

const FieldTable& SearchSpec::fields() {
  static const FieldTable table = axis_fields().field(
      "depth", &SearchSpec::depth, "How many resources are found, each after those before are relieved.",
      {.default_text = "3", .bounds = {.min = 1, .max = 50}});
  return table;
}

const FieldTable& SearchSpec::bound_fields() {
  static const FieldTable table = axis_fields();
  return table;
}

namespace {

// "5..80:5" without rounding: a grid's last point is there or not, whatever 0.1 is in binary.
Parsed<std::vector<std::string>> parse_steps(std::string_view text) {
  const auto dots = text.find("..");
  const auto colon = text.find(':', dots);
  const auto error = [&](const std::string& what) {
    return "'" + std::string(text) + "' " + what + "; a range is from..to:step, for example 5..80:5";
  };
  if (colon == std::string_view::npos) {
    return error("has no step");
  }
  std::vector<Quantity> parts;
  for (const std::string_view part :
       {text.substr(0, dots), text.substr(dots + 2, colon - dots - 2), text.substr(colon + 1)}) {
    const auto parsed = parse_quantity(part);
    const auto* quantity = std::get_if<Quantity>(&parsed);
    if (quantity == nullptr || !quantity->exact.known()) {
      return error("is not made of numbers");
    }
    parts.push_back(*quantity);
  }
  if (parts[0].dim != parts[1].dim || parts[0].dim != parts[2].dim) {
    return error("mixes units of different kinds");
  }
  if (parts[2].value <= 0 || parts[1].value < parts[0].value) {
    return error("has no values");
  }
  if ((parts[1].value - parts[0].value) / parts[2].value > static_cast<double>(kMostValues)) {
    return error("has more than " + std::to_string(kMostValues) + " values");
  }
  std::vector<std::string> values;
  for (Ratio at = parts[0].exact; at.known() && compare(at, parts[1].exact) <= 0; at = at + parts[2].exact) {
    values.push_back(format_quantity(at.value(), parts[0].dim));
  }
  return values;
}

// Calls read(entry) for every entry of the mapping; reports anything else.
template <class Read>
void for_each_entry(Reader& reader, const Node& node, std::string_view key, Read read) {
  if (!node.is_mapping()) {
    reader.error(node.place, "'" + std::string(key) + "' must be a mapping from names, got " + describe(node));
    return;
  }
  for (const Entry& entry : node.entries) {
    read(entry);
  }
}

void read_set(Reader& reader, const Node& node, std::string_view key, Overrides& out) {
  for_each_entry(reader, node, key, [&](const Entry& entry) { reader.read(entry.value, {}, out[entry.key]); });
}

bool read_method(Reader& reader, const Node& node, MethodSpec& out) {
  for (const Method method : {Method::run, Method::saturate, Method::bound}) {
    if (node.is_scalar() && node.text == method_names()[static_cast<std::size_t>(method)]) {
      out.method = method;
      return true;
    }
  }
  const bool one = node.is_mapping() && node.entries.size() == 1 && node.entries[0].value.is_mapping();
  if (!one || (node.entries[0].key != "saturate" && node.entries[0].key != "bound")) {
    reader.error(node.place,
                 "'method' must be run, saturate, bound, {saturate: {axis: .., from: .., to: .., depth: ..}} or "
                 "{bound: {axis: .., from: .., to: ..}}, got " +
                     describe(node));
    return false;
  }
  out.method = node.entries[0].key == "bound" ? Method::bound : Method::saturate;
  const Reader::Scope scope(reader, "method");
  const FieldTable& fields = out.method == Method::bound ? SearchSpec::bound_fields() : SearchSpec::fields();
  return fields.read(reader, node.entries[0].value, &out.search);
}

void read_count(Reader& reader, const Entry& entry, const Bounds& bounds, std::optional<std::int64_t>& out) {
  const Reader::Scope scope(reader, entry.key);
  std::int64_t value = 0;
  if (reader.read(entry.value, bounds, value)) {
    out = value;
  }
}

constexpr Bounds kReplications{.min = 1, .max = 100000};

bool read_point_method(Reader& reader, const Node& node, ExperimentPoint& out) {
  return read_method(reader, node, out.method.emplace());
}

bool read_point_set(Reader& reader, const Node& node, ExperimentPoint& out) {
  read_set(reader, node, "set", out.set);
  return true;
}

void read_points(Reader& reader, const Node& node, Experiment& out) {
  for_each_entry(reader, node, "points", [&](const Entry& entry) {
    ExperimentPoint point;
    point.name = entry.key;
    reader.set_subject("point '" + entry.key + "'");
    if (!entry.value.is_mapping()) {
      reader.error(entry.place, "must be a mapping, got " + describe(entry.value));
    } else {
      ExperimentPoint::fields().read(reader, entry.value, &point);
    }
    reader.set_subject("");
    out.points.push_back(std::move(point));
  });
}

void read_topologies(Reader& reader, const Node& node, Experiment& out) {
  if (!node.is_sequence()) {
    reader.error(node.place, "'topologies' must be a list of files, got " + describe(node));
    return;
  }
  for (const Node& item : node.items) {
    ExperimentPoint point;
    if (reader.read(item, {}, point.topology)) {
      point.name = point.topology.text;
      out.points.push_back(std::move(point));
    }
  }
}

void read_grid(Reader& reader, const Node& node, Experiment& out) {
  for_each_entry(reader, node, "grid", [&](const Entry& entry) {
    GridAxis axis{entry.key, {}, entry.place};
    if (entry.value.is_sequence()) {
      for (const Node& item : entry.value.items) {
        reader.read(item, {}, axis.values.emplace_back());
      }
    } else if (std::string text; reader.read(entry.value, {}, text)) {
      auto values = parse_grid_values(text);
      if (const auto* message = std::get_if<std::string>(&values)) {
        reader.error(entry.value.place, *message);
      } else {
        axis.values = std::get<std::vector<std::string>>(std::move(values));
      }
    }
    if (axis.values.empty() && reader.diagnostics().ok()) {
      reader.error(entry.place, "grid: '" + entry.key + "' has no values");
    }
    out.grid.push_back(std::move(axis));
  });
}

}  // namespace

const std::vector<std::string_view>& method_names() {
  static const std::vector<std::string_view> names{"run", "saturate", "bound"};
  return names;
}

const FieldTable& ExperimentPoint::fields() {
  static const FieldRules free{.optional = true};
  static const FieldTable table =
      FieldTable::of<ExperimentPoint>()
          .field("topology", &ExperimentPoint::topology, "A file, relative to this one.")
          .field("workload", &ExperimentPoint::workload, "Instead of the experiment's.")
          .custom<ExperimentPoint>("set", "Parameters and their values.", read_point_set, free)
          .field("load", &ExperimentPoint::load, "Multiplies every rate and number of users.",
                 {.default_text = "1", .bounds = {.max = 1e9, .above_min = true}})
          .custom<ExperimentPoint>("method", "Instead of the experiment's.", read_point_method, free)
          .field("replications", &ExperimentPoint::replications, "Instead of the experiment's.",
                 {.bounds = kReplications});
  return table;
}

Parsed<std::vector<std::string>> parse_grid_values(std::string_view text) {
  if (text.find("..") != std::string_view::npos) {
    return parse_steps(trimmed(text));
  }
  std::vector<std::string> values;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    const std::string_view value = trimmed(text.substr(at, comma - at));
    if (value.empty()) {
      return "'" + std::string(text) + "' has an empty value";
    }
    values.emplace_back(value);
    at = comma + 1;
  }
  return values;
}

Experiment read_experiment(Reader& reader, const Node& root) {
  static const std::vector<std::string_view> keys{"experiment",   "about",  "points", "topologies",
                                                  "workload",     "method", "grid",   "cases",
                                                  "replications", "seed",   "let",    "expect"};
  Experiment out;
  out.place = root.place;
  if (!root.is_mapping()) {
    reader.error(root.place, "an experiment must be a mapping, got " + describe(root));
    return out;
  }
  for (const Entry& entry : root.entries) {
    if (entry.key == "experiment") {
      reader.read(entry.value, {}, out.name);
    } else if (entry.key == "about") {
      reader.read(entry.value, {}, out.about);
    } else if (entry.key == "points") {
      read_points(reader, entry.value, out);
    } else if (entry.key == "topologies") {
      read_topologies(reader, entry.value, out);
    } else if (entry.key == "workload") {
      reader.read(entry.value, {}, out.workload.emplace());
    } else if (entry.key == "method") {
      read_method(reader, entry.value, out.method);
    } else if (entry.key == "grid") {
      read_grid(reader, entry.value, out);
    } else if (entry.key == "cases") {
      for_each_entry(reader, entry.value, "cases", [&](const Entry& e) {
        read_set(reader, e.value, e.key, out.cases.emplace_back(ExperimentCase{e.key, {}}).set);
      });
    } else if (entry.key == "replications") {
      read_count(reader, entry, kReplications, out.replications);
    } else if (entry.key == "seed") {
      read_count(reader, entry, {.max = 9e15}, out.seed);
    } else if (entry.key == "let") {
      read_lets(reader, entry.value, "let", out.let);
    } else if (entry.key == "expect") {
      read_claims(reader, entry.value, out.claims);
    } else {
      reader.error(entry.place, "unknown key '" + entry.key + "'", choices(entry.key, keys));
    }
  }
  if (root.find("experiment") == nullptr) {
    reader.error(root.place, "missing key 'experiment'", {"the name of the experiment"});
  }
  if (out.points.empty() && out.claims.empty() && reader.diagnostics().ok()) {
    reader.error(root.place, "an experiment needs 'topologies' or 'points'",
                 {"topologies: [../topologies/ratiba.yaml]", "points: {base: {topology: ../topologies/ratiba.yaml}}"});
  }
  if (!out.grid.empty() && !out.cases.empty()) {
    reader.error(root.place, "an experiment has a 'grid' or 'cases', not both");
  }
  const bool has_all =
      out.workload || std::all_of(out.points.begin(), out.points.end(), [](const auto& p) { return p.workload; });
  if (!has_all && reader.diagnostics().ok()) {
    reader.error(root.place, "missing key 'workload'", {"the workload that every point is run under"});
  }
  return out;
}

}  // namespace loadstone
