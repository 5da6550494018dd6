// A rate limiter: a token bucket or fixed windows that requests pass, or several, one for each value of an attribute.
#include <algorithm>

#include "sim/model/lowerer.hpp"
#include "sim/primitive/bucket.hpp"
#include "sim/primitive/fixed_window.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

enum class Policy : std::uint8_t { reject, delay };

struct RateLimiterSpec {
  std::optional<Rate> rate;
  std::optional<double> burst;
  std::optional<std::int64_t> second;
  std::optional<std::int64_t> minute;
  std::optional<std::int64_t> hour;
  std::optional<std::int64_t> day;
  std::optional<std::string> limit_by;
  Policy policy = Policy::reject;

  [[nodiscard]] bool has_windows() const { return second || minute || hour || day; }
};

const FieldTable& fields() {
  const FieldRules kCount{.bounds = {.min = 1, .max = 1e12}};
  static const FieldTable table =
      FieldTable::of<RateLimiterSpec>()
          .field("rate", &RateLimiterSpec::rate, "A bucket: tokens that come in: 100/s, 60/min.",
                 {.bounds = {.above_min = true}})
          .field("burst", &RateLimiterSpec::burst,
                 "A bucket: tokens that it holds when it is full, as it is at first. Absent: 1.",
                 {.bounds = {.min = 1, .max = 1e15}})
          .field("second", &RateLimiterSpec::second, "Fixed windows: requests in each second of the clock.", kCount)
          .field("minute", &RateLimiterSpec::minute, "Fixed windows: requests in each minute.", kCount)
          .field("hour", &RateLimiterSpec::hour, "Fixed windows: requests in each hour.", kCount)
          .field("day", &RateLimiterSpec::day, "Fixed windows: requests in each day of 24 h from the start.", kCount)
          .field("limit_by", &RateLimiterSpec::limit_by,
                 "An attribute of the request: a limit for each of its values. Absent: one for all.")
          .choice("policy", &RateLimiterSpec::policy,
                  "A bucket: a request that finds too few tokens fails with `rate_limited`, or waits for them.",
                  {.default_text = "reject", .choices = {"reject", "delay"}});
  return table;
}

struct PassPlan {
  ResourceIndex limit = 0;
  Drawn cost;
};

Progress op_pass(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const PassPlan*>(op.plan);
  const double cost = std::max(0.0, plan.cost.value(simulation, request, op.site));
  return simulation.resource<Bucket>(plan.limit).take(request, cost);
}

Progress op_pass_window(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const PassPlan*>(op.plan);
  const double cost = std::max(0.0, plan.cost.value(simulation, request, op.site));
  return simulation.resource<FixedWindow>(plan.limit).pass(request, whole_ns(cost).ns);
}

class BuiltRateLimiter final : public BuiltResource, public Passable {
 public:
  BuiltRateLimiter(const ResourceSpec& resource_spec, ResourceIndex limit)
      : BuiltResource(resource_spec), limit_(limit) {}
  void lower_pass(Lowerer& lowerer, const CountLaw& cost) override {
    lowerer.emit({.execute = spec.as<RateLimiterSpec>().has_windows() ? &op_pass_window : &op_pass,
                  .plan = lowerer.builder().keep(PassPlan{limit_, lowerer.drawn(cost)})},
                 "cost");
  }

 private:
  ResourceIndex limit_;
};

std::vector<std::uint16_t> members(const ResourceSpec& spec, ModelBuilder& builder) {
  std::vector<std::uint16_t> slots = builder.member_attributes(spec);
  const auto& attribute = spec.as<RateLimiterSpec>().limit_by;
  if (!attribute) {
    return slots;
  }
  if (builder.attribute_types().find(*attribute) != builder.attribute_types().end()) {
    slots.push_back(builder.attribute(*attribute));
    return slots;
  }
  std::vector<std::string_view> known;
  for (const auto& [name, type] : builder.attribute_types()) {
    known.push_back(name);
  }
  builder.diagnostics().error(
      spec.place_of("limit_by"),
      "resource '" + spec.name + "': 'limit_by' names an unknown attribute '" + *attribute + "'",
      choices(*attribute, known));
  return slots;
}

bool check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& limiter = spec.as<RateLimiterSpec>();
  const auto fail = [&](std::string_view key, const std::string& why) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + why);
    return false;
  };
  if (limiter.rate.has_value() == limiter.has_windows()) {
    return fail("kind", "it needs either a 'rate' or windows: 'second', 'minute', 'hour', 'day'");
  }
  if (limiter.has_windows() && (limiter.burst || limiter.policy == Policy::delay)) {
    return fail(limiter.burst ? "burst" : "policy", "'burst' and 'policy: delay' go with a 'rate'");
  }
  return true;
}

ResourceIndex add_windows(const ResourceSpec& spec, ModelBuilder& builder) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto& limiter = spec.as<RateLimiterSpec>();
  auto& plan = builder.add(std::make_unique<FixedWindowPlan>(), spec);
  for (const auto& [limit, seconds] : {std::pair{limiter.second, 1}, std::pair{limiter.minute, 60},
                                       std::pair{limiter.hour, 3600}, std::pair{limiter.day, 86400}}) {
    if (limit) {
      plan.windows.push_back({Duration{seconds * kSecond}, *limit});
    }
  }
  plan.refused = builder.error("rate_limited");
  plan.member_attributes = members(spec, builder);
  return plan.row;
}

ResourceIndex add_bucket(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& limiter = spec.as<RateLimiterSpec>();
  auto& plan = builder.add(std::make_unique<BucketPlan>(), spec);
  plan.rate_per_ns = limiter.rate->per_ns;
  plan.burst = limiter.burst.value_or(1);
  plan.delays = limiter.policy == Policy::delay;
  plan.refused = builder.error("rate_limited");
  plan.member_attributes = members(spec, builder);
  return plan.row;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!check(spec, builder)) {
    return nullptr;
  }
  const bool has_windows = spec.as<RateLimiterSpec>().has_windows();
  return std::make_unique<BuiltRateLimiter>(spec, has_windows ? add_windows(spec, builder) : add_bucket(spec, builder));
}

}  // namespace

const ResourceKind& rate_limiter_kind() {
  static const ResourceKind kind{"rate_limiter",
                                 "Lets requests pass at a bounded rate, by tokens or by windows of the clock.",
                                 fields,
                                 {"in", "per"},
                                 build};
  return kind;
}

}  // namespace loadstone
