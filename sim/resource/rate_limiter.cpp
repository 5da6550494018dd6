// A rate limiter: a token bucket that requests pass, or several, one for each value of an attribute.
#include <algorithm>

#include "sim/model/lowerer.hpp"
#include "sim/primitive/bucket.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

enum class Policy : std::uint8_t { reject, delay };

struct RateLimiterSpec {
  Rate rate;
  double burst = 1;
  std::optional<std::string> limit_by;
  Policy policy = Policy::reject;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RateLimiterSpec>()
          .field("rate", &RateLimiterSpec::rate, "Tokens that come in: 100/s, 60/min.", {.bounds = {.above_min = true}})
          .field("burst", &RateLimiterSpec::burst, "Tokens that the bucket holds when it is full, as it is at first.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 1e15}})
          .field("limit_by", &RateLimiterSpec::limit_by,
                 "An attribute of the request: a bucket for each of its values. Absent: one for all.")
          .choice("policy", &RateLimiterSpec::policy,
                  "A request that finds too few tokens fails with `rate_limited`, or waits for them.",
                  {.default_text = "reject", .choices = {"reject", "delay"}});
  return table;
}

struct PassPlan {
  ResourceIndex bucket = 0;
  Drawn cost;
};

Progress op_pass(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const PassPlan*>(op.plan);
  const double cost = std::max(0.0, plan.cost.value(simulation, request, op.site));
  return simulation.resource<Bucket>(plan.bucket).take(request, cost);
}

class BuiltRateLimiter final : public BuiltResource, public Passable {
 public:
  BuiltRateLimiter(const ResourceSpec& resource_spec, ResourceIndex bucket)
      : BuiltResource(resource_spec), bucket_(bucket) {}
  void lower_pass(Lowerer& lowerer, const CountLaw& cost) override {
    lowerer.emit({.execute = &op_pass, .plan = lowerer.builder().keep(PassPlan{bucket_, lowerer.drawn(cost)})}, "cost");
  }

 private:
  ResourceIndex bucket_;
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

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& limiter = spec.as<RateLimiterSpec>();
  auto& plan = builder.add(std::make_unique<BucketPlan>(), spec);
  plan.rate_per_ns = limiter.rate.per_ns;
  plan.burst = limiter.burst;
  plan.delays = limiter.policy == Policy::delay;
  plan.refused = builder.error("rate_limited");
  plan.member_attributes = members(spec, builder);
  return std::make_unique<BuiltRateLimiter>(spec, plan.row);
}

}  // namespace

const ResourceKind& rate_limiter_kind() {
  static const ResourceKind kind{
      "rate_limiter", "Lets requests pass at a bounded mean rate with a bounded burst.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
