#include "tests/support/shipped.hpp"
#include "tests/support/places.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <variant>

#include "sim/experiment/replications.hpp"
#include "sim/expression/quantity.hpp"
#include "src/load/document.hpp"
#include "src/load/overlay.hpp"

namespace loadstone::test {

namespace {

void require_ok(const Diagnostics& diagnostics, bool ok) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += diagnostic.severity == Severity::error ? to_string(diagnostic) : "";
  }
  if (!ok || !text.empty()) {
    throw std::invalid_argument(text);
  }
}

void lay_over(Node& base, std::string_view overlay, Diagnostics& diagnostics) {
  if (overlay.empty()) {
    return;
  }
  auto document = load::parse_document(overlay, "overlay.yaml", diagnostics);
  require_ok(diagnostics, document.has_value());
  base = load::merge(std::move(base), std::move(*document).take_root(), diagnostics);
}

std::string path_of(std::string_view folder, std::string_view name) {
  return source_dir() + "/" + std::string(folder) + "/" + std::string(name) + ".yaml";
}

const Node& node_at(const Node& root, Shipped::Keys keys) {
  const Node* node = &root;
  for (const std::string_view key : keys) {
    const std::string name(key);
    const Node* next = nullptr;
    if (node->is_sequence()) {
      next = &node->items.at(std::stoul(name));
    } else {
      next = node->find(key);
    }
    if (next == nullptr) {
      throw std::invalid_argument("the file has no '" + name + "'");
    }
    node = next;
  }
  return *node;
}

// "20", "3ms", "70%", or the mean of "lognormal(mean=211; cv=0.9)" and "exponential(5ms)".
double number_in(std::string text) {
  if (const auto mean = text.find("mean="); mean != std::string::npos) {
    text = text.substr(mean + 5, text.find(';', mean) - mean - 5);
  } else if (const auto open = text.find('('); open != std::string::npos) {
    text = text.substr(open + 1, text.find(')', open) - open - 1);
  }
  const auto parsed = parse_quantity(text);
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    throw std::invalid_argument(*problem);
  }
  const Quantity& quantity = std::get<Quantity>(parsed);
  return quantity.value * (quantity.dim == kTime ? 1e-9 : quantity.dim == kRate ? 1e9 : 1);
}

constexpr Duration kBoundRun{1'000'000'000'000};

}  // namespace

Shipped::Shipped(std::string_view topology, std::string_view workload, std::string_view topology_overlay,
                 std::string_view workload_overlay) {
  Diagnostics diagnostics;
  auto inputs = load::read_inputs(path_of("topologies", topology), path_of("workloads", workload), diagnostics);
  require_ok(diagnostics, inputs.has_value());
  inputs_ = std::move(*inputs);
  lay_over(inputs_.topology, topology_overlay, diagnostics);
  lay_over(inputs_.workload, workload_overlay, diagnostics);
  require_ok(diagnostics, true);
}

load::Loaded Shipped::load(const Overrides& overrides) const {
  Diagnostics diagnostics;
  auto loaded = load::compile(inputs_, overrides, diagnostics);
  require_ok(diagnostics, loaded.has_value());
  return std::move(*loaded);
}

double Shipped::number(Keys keys, const Overrides& overrides) const {
  const std::string& text = node_at(inputs_.topology, keys).text;
  return text.rfind('$', 0) == 0 ? parameter(text.substr(1), overrides) : number_in(text);
}

double Shipped::parameter(const std::string& name, const Overrides& overrides) const {
  const load::Loaded loaded = load(overrides);
  const auto found = loaded.parameters.find(name);
  if (found == loaded.parameters.end()) {
    throw std::invalid_argument("no parameter '" + name + "'");
  }
  return number_in(found->second.text);
}

double Shipped::arrivals(std::string_view flow) const {
  const double rate = number_in(node_at(inputs_.workload, {"scenarios", "mix", "rate", "value"}).text);
  return rate * number_in(node_at(inputs_.workload, {"scenarios", "mix", "exec", flow}).text);
}

JudgedLoad judged(const Shipped& shipped, double load, double seconds, const Overrides& overrides) {
  const load::Loaded loaded = shipped.load(overrides);
  RunSettings settings;
  settings.load = load;
  settings.drain = false;
  const auto ns = static_cast<std::int64_t>(seconds * 1e9);
  const Horizon horizon{.warmup = Duration{ns / 5}, .end = Duration{ns + ns / 5}, .blocks = 20};
  for (const auto& source : loaded.model.sources) {
    source->hold_peak(horizon.end);
  }
  SerialExecutor executor;
  const auto observed = run_replications(loaded.model, settings, horizon, 4, executor);
  const Verdict verdict = judge_saturation(loaded.model, observed);
  return {verdict.saturated, verdict.first ? loaded.model.resources[*verdict.first]->name : ""};
}

void expect_breaks_between(const Shipped& shipped, double below, double above, double seconds, const std::string& first,
                           const Overrides& overrides) {
  const JudgedLoad calm = judged(shipped, below, seconds, overrides);
  EXPECT_FALSE(calm.saturated) << "at load " << below << ": " << calm.first;
  const JudgedLoad broken = judged(shipped, above, seconds, overrides);
  EXPECT_TRUE(broken.saturated) << "at load " << above;
  EXPECT_EQ(broken.first, first) << "at load " << above;
}

BoundAt bound_of(const Shipped& shipped, const Overrides& overrides) {
  const load::Loaded loaded = shipped.load(overrides);
  RunSettings settings;
  settings.drain = false;
  settings.everything_relieved = true;
  settings.expected_values = true;
  const Horizon horizon{.warmup = Duration{kBoundRun.ns / 10}, .end = kBoundRun, .blocks = 1};
  for (const auto& source : loaded.model.sources) {
    source->hold_peak(horizon.end);
  }
  const Bound bound = read_bound(loaded.model, run_replication(loaded.model, settings, horizon), 1);
  BoundAt result{bound.at_load, bound.resource ? loaded.model.resources[*bound.resource]->name : "", {}};
  for (const Demand& demand : bound.demands) {
    result.of[loaded.model.resources[demand.row]->name] = demand.at_load;
  }
  return result;
}

Saturated first_to_break(const Shipped& shipped, const Overrides& overrides, const SearchEffort& effort) {
  SaturateRequest request;
  request.axis = effort.axis;
  request.is_load = effort.axis == "load";
  request.whole_numbers = !request.is_load;
  request.load = effort.load;
  request.from = effort.from;
  request.to = effort.to;
  request.depth = 1;
  request.replications = effort.replications;
  request.completions = effort.completions;
  request.seed = effort.seed;
  const ModelAt model_at = [&](double value) {
    Overrides all = overrides;
    if (!request.is_load) {
      all[effort.axis] = std::to_string(static_cast<long>(value));
    }
    return std::make_shared<Model>(std::move(shipped.load(all).model));
  };
  SerialExecutor executor;
  return saturate(model_at, request, executor).order.front();
}

}  // namespace loadstone::test
