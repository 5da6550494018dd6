#include "src/report/figures.hpp"

#include <array>
#include <cmath>

#include "sim/base/infinity.hpp"
#include "src/report/bound_json.hpp"
#include "src/report/json.hpp"
#include "src/report/json_parts.hpp"
#include "src/report/saturate_json.hpp"

namespace loadstone::report {

namespace {

struct Unit {
  std::string_view suffix;
  Dimension dimension;
  double scale;  // to the base unit
};
// Longer ones first.
constexpr std::array kUnits{Unit{"_usd_month", kMoneyRate, 1 / static_cast<double>(kMonthNs)},
                            Unit{"_per_s", kRate, 1e-9}, Unit{"_usd", kMoney, 1}, Unit{"_ms", kTime, 1e6},
                            Unit{"_s", kTime, 1e9}};

struct Figure {
  Type type = {};
  std::optional<Value> value = {};
};
using Flat = std::map<std::string, Figure, std::less<>>;

// Walks a result and names what it finds.
class Flattener {
 public:
  explicit Flattener(const Dimension& axis) : axis_(axis) {}

  Flat flatten(const Json& result) {
    if (result.contains("bound")) {
      beyond_ = result["bound"]["to"].get<double>();
    }
    for (const auto& [key, value] : result.items()) {
      if (value.is_structured() && key != "params" && key != "warnings" && key != "thresholds") {
        entry(key, value, "", {});
      }
    }
    return std::move(flat_);
  }

 private:
  struct Scale {
    Dimension dimension;
    double factor = 1;
  };

  void entry(const std::string& key, const Json& value, const std::string& prefix, Scale scale) {
    std::string name = key;
    for (const Unit& unit : kUnits) {
      if (key.ends_with(unit.suffix)) {
        name = key.substr(0, key.size() - unit.suffix.size());
        scale = {unit.dimension, unit.scale};
        break;
      }
    }
    if (key == "count") {
      scale = {};
    } else if (key == "at" || key == "to") {
      scale = {axis_, 1};
    }
    walk(value, prefix.empty() ? name : prefix + "." + name, scale);
  }

  void walk(const Json& json, const std::string& path, const Scale& scale) {
    if (json.is_object() && json.contains("ci95")) {
      flat_[path] = {Type(scale.dimension), estimate(json, scale)};
    } else if (json.is_object()) {
      for (const auto& [key, value] : json.items()) {
        entry(key, value, path, scale);
      }
    } else if (json.is_array() && path.ends_with("hold_breakdown")) {
      for (const Json& row : json) {
        const std::string on = row["resource"].is_null() ? "own" : row["resource"].get<std::string>();
        number(path + "." + on + "." + row["state"].get<std::string>(), row["share"], {});
      }
    } else if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) {
        walk(json[i], path + "." + std::to_string(i), scale);
      }
    } else if (json.is_string()) {
      flat_[path] = {Type::text(), Value::of_text(json.get<std::string>())};
    } else if (json.is_boolean()) {
      flat_[path] = {Type::boolean(), Value::boolean(truth_of(json.get<bool>()))};
    } else {
      number(path, json, scale);
    }
  }

  void number(const std::string& path, const Json& json, const Scale& scale) {
    Figure& figure = flat_[path];
    figure.type = Type(scale.dimension);
    if (!json.is_null()) {
      figure.value = Value::number(scaled(json, scale), scale.dimension);
    } else if (beyond_ && path.ends_with(".at")) {  // nothing limits up to there
      figure.value = Value::interval(*beyond_, kInfinity, scale.dimension);
    }
  }

  static Number scaled(const Json& json, const Scale& scale) { return json.get<double>() * scale.factor; }

  static std::optional<Value> estimate(const Json& json, const Scale& scale) {
    if (json["value"].is_null()) {
      return std::nullopt;
    }
    const Json& ci = json["ci95"];
    if (ci.is_null() || ci[0].is_null() || ci[1].is_null()) {
      return Value::interval(-kInfinity, kInfinity, scale.dimension);
    }
    return Value::interval(scaled(ci[0], scale), scaled(ci[1], scale), scale.dimension);
  }

  Dimension axis_;
  std::optional<double> beyond_;  // of a bound: how far it was looked
  Flat flat_;
};

Flat flatten(const std::string& json, const Dimension& axis) {
  return Flattener(axis).flatten(Json::parse(json));
}

// Figures that are there only where they happened: an error's count, a row of a breakdown. Elsewhere they are 0.
bool may_be_absent(std::string_view figure) {
  return figure.find(".errors.") != std::string_view::npos || figure.find(".hold_breakdown.") != std::string_view::npos;
}

TimesSummary empty_times() {
  TimesSummary times;
  for (const double q : kDefaultQuantiles) {
    times.quantiles_ms.emplace_back(q, Estimate{});
  }
  return times;
}

RunSummary empty_summary(const std::vector<std::string>& flows, const std::vector<std::string>& resources) {
  RunSummary summary;
  for (const std::string& name : flows) {
    FlowSummary flow;
    flow.name = name;
    flow.sample.offered = 1;  // or it would be left out
    flow.latency = flow.failure = empty_times();
    summary.flows.push_back(std::move(flow));
  }
  for (const std::string& name : resources) {
    ResourceSummary resource;
    resource.name = name;
    resource.members = 2;  // the worst of which is named
    resource.wait = resource.hold = empty_times();
    summary.resources.push_back(std::move(resource));
  }
  return summary;
}

}  // namespace

std::string empty_run_json(const std::vector<std::string>& flows, const std::vector<std::string>& resources) {
  RunResult result;
  result.summary = empty_summary(flows, resources);
  result.first = "-";
  return to_json(result);
}

std::string empty_search_json(const std::vector<std::string>& flows, std::size_t depth) {
  SaturateReport report;
  report.result.below = empty_summary(flows, {});
  Saturated some;
  some.resource = some.limited_by = some.threshold = some.relieved_by = some.bound_resource = "-";
  some.cause.resource = some.cause.state = some.cause.on = "-";
  report.result.order.assign(depth, some);
  return to_json(report);
}

std::string empty_bound_json(const std::vector<std::string>& resources) {
  AxisBound bound;
  bound.first = "-";
  for (const std::string& name : resources) {
    bound.rows.push_back({name, 0});
  }
  return to_json(bound);
}

void Figures::declare(const std::string& point, const Declared& declared) {
  Point& added = points_[point];
  for (const auto& [path, figure] : flatten(declared.empty_json, declared.axis)) {
    added.types.emplace(path, figure.type);
  }
  for (const auto& [name, value] : declared.parameters) {
    added.types.emplace("params." + name, value.type);
    added.parameters.emplace("params." + name, value);
  }
  added.numbers = declared.numbers;
}

void Figures::set_result(const std::string& point, const std::string& json, const Dimension& axis) {
  Values& values = results_[point];
  for (auto& [path, figure] : flatten(json, axis)) {
    if (figure.value) {
      values.emplace(path, std::move(*figure.value));
    }
  }
}

bool Figures::has_result(std::string_view point) const {
  return results_.find(point) != results_.end();
}

std::vector<std::string_view> Figures::points() const {
  std::vector<std::string_view> names;
  for (const auto& [name, point] : points_) {
    names.push_back(name);
  }
  return names;
}

std::optional<Type> Figures::type_of(std::string_view figure, std::string_view point) const {
  const auto at = points_.find(point);
  if (at == points_.end()) {
    return std::nullopt;
  }
  const auto type = at->second.types.find(figure);
  if (type != at->second.types.end()) {
    return type->second;
  }
  // The flow or the resource must be there all the same.
  const auto before = std::min(figure.find(".errors."), figure.find(".hold_breakdown."));
  const bool known =
      may_be_absent(figure) && (at->second.types.contains(std::string(figure.substr(0, before)) + ".offered") ||
                                at->second.types.contains(std::string(figure.substr(0, before)) + ".arrivals"));
  return known ? std::optional(Type(kNumber)) : std::nullopt;
}

std::vector<std::string> Figures::figures(std::string_view point) const {
  std::vector<std::string> names;
  for (const auto& [name, type] : points_.find(point)->second.types) {
    names.push_back(name);
  }
  return names;
}

std::optional<Value> Figures::value_of(std::string_view figure, std::string_view point) const {
  const auto declared = points_.find(point);
  if (declared != points_.end()) {
    const auto parameter = declared->second.parameters.find(figure);
    if (parameter != declared->second.parameters.end()) {
      return parameter->second;
    }
  }
  const auto result = results_.find(point);
  if (result == results_.end()) {
    return std::nullopt;
  }
  const auto value = result->second.find(figure);
  if (value != result->second.end()) {
    return value->second;
  }
  return may_be_absent(figure) ? std::optional(Value::number(Number(0.0))) : std::nullopt;
}

const std::vector<Assumption>& Figures::numbers(std::string_view point) const {
  return points_.find(point)->second.numbers;
}

}  // namespace loadstone::report
