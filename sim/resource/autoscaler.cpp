// An autoscaler: changes the number of a service's instances during the run.
#include "sim/resource/autoscaler.hpp"

#include <algorithm>

#include "sim/primitive/autoscaler.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/service.hpp"

namespace loadstone {

namespace {

enum class PolicyType : std::uint8_t { pods, percent };

struct PolicySpec {
  PolicyType type = PolicyType::pods;
  std::int64_t value = 1;
  Duration period;
};

struct BehaviorSpec {
  std::optional<Duration> window;
  std::vector<PolicySpec> policies;
  ScalingPolicies::Select select = ScalingPolicies::Select::max;
};

struct RuleSpec {
  ScalingMetric metric = ScalingMetric::cpu;
  std::optional<Reference> of;
  std::optional<Quantity> above;
  std::optional<Quantity> below;
  Duration lasts;
  std::int64_t add = 0;
};

struct AutoscalerSpec {
  Reference target;
  std::int64_t least = 1;
  std::int64_t most = 1;
  std::optional<double> average_utilization;
  std::optional<Cores> cpu_request;
  Duration sync;
  std::optional<Share> tolerance;
  std::optional<BehaviorSpec> scale_up;
  std::optional<BehaviorSpec> scale_down;
  Duration start_delay;
  std::vector<RuleSpec> rules;
  std::optional<Duration> cooldown;
};

// A list of mappings, called `key`; each is `an_entry`.
template <class T>
bool read_entries(Reader& reader, const Node& node, const std::string& key, const std::string& an_entry,
                  const FieldTable& table, std::vector<T>& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'" + key + "' must be a list of mappings, got " + describe(node));
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    T& entry = out.emplace_back();
    if (!node.items[i].is_mapping()) {
      reader.error(node.items[i].place, an_entry + " must be a mapping, got " + describe(node.items[i]));
      ok = false;
      continue;
    }
    ok = table.read(reader, node.items[i], &entry) && ok;
  }
  return ok;
}

const FieldTable& policy_fields() {
  static const FieldTable table =
      FieldTable::of<PolicySpec>()
          .choice("type", &PolicySpec::type, "What `value` counts: instances, or percent of them.",
                  {.choices = {"Pods", "Percent"}})
          .field("value", &PolicySpec::value, "The greatest change in a period.", {.bounds = {.min = 1, .max = 1e6}})
          .field("periodSeconds", &PolicySpec::period, "How long a period is: up to half an hour.",
                 {.bounds = {.native_unit = "s", .above_min = true}});
  return table;
}

bool read_policies(Reader& reader, const Node& node, BehaviorSpec& out) {
  return read_entries(reader, node, "policies", "a policy", policy_fields(), out.policies);
}

const FieldTable& behavior_fields() {
  static const FieldTable table =
      FieldTable::of<BehaviorSpec>()
          .field("stabilizationWindowSeconds", &BehaviorSpec::window, "How long other recommendations are remembered.",
                 {.bounds = {.native_unit = "s"}, .grade = "D"})
          .custom<BehaviorSpec>("policies",
                                "How much may change in how long. Absent: 100 percent in 15 s; up also 4 instances.",
                                read_policies, {.optional = true, .grade = "D"}, FieldType::mappings, &policy_fields())
          .choice("selectPolicy", &BehaviorSpec::select,
                  "Which policy counts: the one that allows the greatest change, the smallest, or no change at all.",
                  {.default_text = "Max", .choices = {"Max", "Min", "Disabled"}, .grade = "D"});
  return table;
}

template <std::optional<Quantity> RuleSpec::*kMember>
bool read_limit(Reader& reader, const Node& node, RuleSpec& out) {
  return reader.read_quantity(node, {}, {kNumber, kTime, kRate}, (out.*kMember).emplace());
}

const FieldTable& rule_fields() {
  static const FieldTable table =
      FieldTable::of<RuleSpec>()
          .choice("when", &RuleSpec::metric, "What is looked at.",
                  {.choices = {"cpu", "response_time", "request_rate", "in_flight", "queue"}})
          .field("of", &RuleSpec::of, "queue: whose line: a resource.")
          .custom<RuleSpec>("above", "It is more than this: 70%, 1s, 100/s, 20.", read_limit<&RuleSpec::above>,
                            {.optional = true})
          .custom<RuleSpec>("below", "Or less than this.", read_limit<&RuleSpec::below>, {.optional = true})
          .field("for", &RuleSpec::lasts, "So long without a break.", {.default_text = "0s"})
          .field("add", &RuleSpec::add, "Instances that are added; below 0: taken away.",
                 {.bounds = {.min = -10000, .max = 10000}});
  return table;
}

bool read_rules(Reader& reader, const Node& node, AutoscalerSpec& out) {
  return read_entries(reader, node, "rules", "a rule", rule_fields(), out.rules);
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<AutoscalerSpec>()
          .field("target", &AutoscalerSpec::target, "The service whose instances it changes.")
          .field("minReplicas", &AutoscalerSpec::least, "Fewest instances.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 10000}, .grade = "D"})
          .field("maxReplicas", &AutoscalerSpec::most, "Most instances.", {.bounds = {.min = 1, .max = 10000}})
          .field("averageUtilization", &AutoscalerSpec::average_utilization,
                 "HPA: CPU time in percent of what the instances request.", {.bounds = {.min = 1, .max = 10000}})
          .field("cpu_request", &AutoscalerSpec::cpu_request,
                 "Cores that an instance requests. Absent: its `cpus`, or one for each worker.",
                 {.bounds = {.max = 100000, .above_min = true}})
          .field("sync_period", &AutoscalerSpec::sync, "Time between two looks.",
                 {.default_text = "15s", .bounds = {.native_unit = "s", .above_min = true}, .grade = "D"})
          .field("tolerance", &AutoscalerSpec::tolerance,
                 "HPA: how far from 1 use over target may be without a change. Absent: 0.1.", {.grade = "D"})
          .mapping("scaleUp", &AutoscalerSpec::scale_up, "HPA. Absent: a window of 0 s.", behavior_fields())
          .mapping("scaleDown", &AutoscalerSpec::scale_down, "HPA. Absent: a window of 300 s.", behavior_fields())
          .field("start_delay", &AutoscalerSpec::start_delay,
                 "From when an instance is added until it is ready: image, start, readiness.",
                 {.default_text = "30s", .bounds = {.native_unit = "s"}, .grade = "E"})
          .custom<AutoscalerSpec>("rules", "Instead of the HPA: what adds or takes away instances, and how many.",
                                  read_rules, {.optional = true}, FieldType::mappings, &rule_fields())
          .field("cooldown", &AutoscalerSpec::cooldown, "rules: no change for so long after one. Absent: 0 s.");
  return table;
}

class BuiltAutoscaler final : public BuiltResource {
 public:
  using BuiltResource::BuiltResource;
};

struct MetricUnit {
  Dimension dimension;
  std::string_view example;
};

MetricUnit unit_of(ScalingMetric metric) {
  switch (metric) {
    case ScalingMetric::cpu:
      return {kNumber, "a share: 70%"};
    case ScalingMetric::response_time:
      return {kTime, "a time: 500ms"};
    case ScalingMetric::request_rate:
      return {kRate, "a rate: 100/s"};
    case ScalingMetric::in_flight:
    case ScalingMetric::queue:
      break;
  }
  return {kNumber, "a number of requests: 20"};
}

std::optional<ScalingRule> rule_of(const RuleSpec& rule, const ResourceSpec& spec, ModelBuilder& builder) {
  const auto fail = [&](const std::string& why) {
    builder.diagnostics().error(spec.place_of("rules"), "resource '" + spec.name + "': " + why);
    return std::nullopt;
  };
  if (rule.above.has_value() == rule.below.has_value()) {
    return fail("a rule needs either 'above' or 'below'");
  }
  if ((rule.metric == ScalingMetric::queue) != rule.of.has_value()) {
    return fail("'of' goes with 'when: queue', which needs it");
  }
  if (rule.add == 0) {
    return fail("'add: 0' does nothing");
  }
  const Quantity& limit = rule.above ? *rule.above : *rule.below;
  const MetricUnit unit = unit_of(rule.metric);
  if (limit.dim != unit.dimension) {
    return fail("the limit of a rule must be " + std::string(unit.example));
  }
  ScalingRule scaling{.metric = rule.metric,
                      .queue = std::nullopt,
                      .limit = limit.value,
                      .above = rule.above.has_value(),
                      .lasts = rule.lasts,
                      .add = rule.add};
  if (rule.of) {
    if (builder.resource(*rule.of) == nullptr) {
      return std::nullopt;
    }
    const std::string& name = rule.of->name;
    for (const auto& plan : builder.model().resources) {
      if (plan->name == name || plan->name.starts_with(name + ".")) {
        scaling.queue = scaling.queue ? scaling.queue : plan->row;
      }
    }
  }
  return scaling;
}

bool check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& scaler = spec.as<AutoscalerSpec>();
  bool ok = true;
  const auto fail = [&](std::string_view key, const std::string& why) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + why);
    ok = false;
  };
  if (scaler.least > scaler.most) {
    fail("minReplicas", "'minReplicas' is more than 'maxReplicas'");
  }
  if (scaler.average_utilization.has_value() != scaler.rules.empty()) {
    fail("target", "it needs either an 'averageUtilization' or 'rules'");
  }
  if (!scaler.rules.empty() && (scaler.tolerance || scaler.scale_up || scaler.scale_down)) {
    fail("rules", "'tolerance', 'scaleUp' and 'scaleDown' belong to 'averageUtilization'");
  }
  for (const auto& [key, behavior] : {std::pair{"scaleUp", &scaler.scale_up}, {"scaleDown", &scaler.scale_down}}) {
    constexpr Duration kLongest{1'800'000'000'000};
    const auto is_too_long = [&](const PolicySpec& policy) { return policy.period > kLongest; };
    if (*behavior && std::any_of((*behavior)->policies.begin(), (*behavior)->policies.end(), is_too_long)) {
      fail(key, "the 'periodSeconds' of a policy must be at most 1800");
    }
  }
  if (scaler.rules.empty() && scaler.cooldown) {
    fail("cooldown", "'cooldown' belongs to 'rules'");
  }
  return ok;
}

ScalingPolicies policies_of(const std::optional<BehaviorSpec>& spec, Duration window,
                            std::vector<ScalingPolicies::Policy> usual) {
  ScalingPolicies policies{.window = window, .policies = std::move(usual)};
  if (spec) {
    policies.window = spec->window.value_or(window);
    policies.select = spec->select;
    if (!spec->policies.empty()) {
      policies.policies.clear();
    }
    for (const PolicySpec& policy : spec->policies) {
      policies.policies.push_back({policy.type == PolicyType::percent, policy.value, policy.period});
    }
  }
  return policies;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& scaler = spec.as<AutoscalerSpec>();
  BuiltResource* target = builder.resource(scaler.target);
  auto* service = dynamic_cast<BuiltService*>(target);
  if (service == nullptr || !check(spec, builder)) {
    if (service == nullptr && target != nullptr) {
      builder.diagnostics().error(scaler.target.place, "the target of an autoscaler must be a service");
    }
    return nullptr;
  }
  auto& plan = builder.add(std::make_unique<AutoscalerPlan>(), spec);
  plan.gate = service->gate();
  plan.least = scaler.least;
  plan.most = scaler.most;
  plan.capacity = static_cast<double>(scaler.most);
  plan.initial = std::clamp(target->spec.instances.value_or(1), scaler.least, scaler.most);
  plan.instances = {.of = target->spec.name, .fewest = scaler.least};
  plan.workers = service->shape().workers;
  plan.request_cores = scaler.cpu_request ? scaler.cpu_request->count : service->shape().cores;
  plan.sync = scaler.sync;
  plan.start_delay = scaler.start_delay;
  if (scaler.average_utilization) {
    plan.target = *scaler.average_utilization / 100;
  }
  plan.tolerance = scaler.tolerance ? scaler.tolerance->of_one : 0.1;
  constexpr Duration kPeriod{15'000'000'000};
  const ScalingPolicies::Policy doubling{.percent = true, .value = 100, .period = kPeriod};
  const ScalingPolicies::Policy four{.percent = false, .value = 4, .period = kPeriod};
  plan.up = policies_of(scaler.scale_up, {}, {doubling, four});
  plan.down = policies_of(scaler.scale_down, Duration{300'000'000'000}, {doubling});
  plan.cooldown = scaler.cooldown.value_or(Duration{});
  plan.added = builder.mark(spec.name + ".added");
  plan.removed = builder.mark(spec.name + ".removed");
  for (const RuleSpec& rule : scaler.rules) {
    if (const auto scaling = rule_of(rule, spec, builder)) {
      plan.rules.push_back(*scaling);
    }
  }
  if (!service->start_with(builder, plan.initial)) {
    builder.diagnostics().error(scaler.target.place,
                                "service '" + scaler.target.name + "' has two autoscalers; one can have several rules");
  }
  return std::make_unique<BuiltAutoscaler>(spec);
}

}  // namespace

std::int64_t most_instances(const Topology& topology, const std::string& service, std::int64_t otherwise) {
  for (const ResourceSpec& resource : topology.resources) {
    if (resource.kind == &autoscaler_kind() && resource.as<AutoscalerSpec>().target.name == service) {
      return resource.as<AutoscalerSpec>().most;
    }
  }
  return otherwise;
}

const ResourceKind& autoscaler_kind() {
  static const ResourceKind kind{"autoscaler", "Changes how many instances of a service there are.", fields, {}, build};
  return kind;
}

}  // namespace loadstone
