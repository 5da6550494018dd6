// A retry budget: how many retries there may be, all requests together, by the rules of gRPC, Envoy or Finagle.
#include "sim/model/model_builder.hpp"
#include "sim/primitive/retry_rules.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct RetryBudgetSpec {
  std::optional<std::int64_t> max_tokens;
  std::optional<double> token_ratio;
  std::optional<std::int64_t> max_retries;
  std::optional<double> budget_percent;
  std::optional<std::int64_t> min_retry_concurrency;
  std::optional<Share> percent_can_retry;
  std::optional<double> min_retries_per_sec;
  std::optional<Duration> ttl;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RetryBudgetSpec>()
          .field("maxTokens", &RetryBudgetSpec::max_tokens,
                 "gRPC: the count at first and at most. A failure takes 1; retries while it is above half.",
                 {.bounds = {.min = 1, .max = 1000}})
          .field("tokenRatio", &RetryBudgetSpec::token_ratio, "gRPC: what a success adds, in thousandths at least.",
                 {.bounds = {.min = 0.001, .max = 1000}})
          .field("max_retries", &RetryBudgetSpec::max_retries, "Envoy: retries at a time.", {.bounds = {.max = 1e9}})
          .field("budget_percent", &RetryBudgetSpec::budget_percent,
                 "Envoy: retries at a time, in percent of the attempts under way.", {.bounds = {.min = 1, .max = 100}})
          .field("min_retry_concurrency", &RetryBudgetSpec::min_retry_concurrency,
                 "Envoy: what budget_percent allows at least. Absent: 3.", {.bounds = {.max = 1e9}, .grade = "D"})
          .field("percentCanRetry", &RetryBudgetSpec::percent_can_retry,
                 "Finagle: retries for each first attempt of the last `ttl`: 0.2 or 20%.",
                 {.bounds = {.min = 0.001, .max = 1000}})
          .field("minRetriesPerSec", &RetryBudgetSpec::min_retries_per_sec,
                 "Finagle: retries per second that are allowed besides. Absent: 10.",
                 {.bounds = {.max = 1e6}, .grade = "D"})
          .field("ttl", &RetryBudgetSpec::ttl, "Finagle: how long a first attempt counts, 1 s to 60 s. Absent: 10s.",
                 {.bounds = {.native_unit = "s"}, .grade = "D"});
  return table;
}

class BuiltRetryBudget final : public BuiltResource, public RetryLimiting {
 public:
  BuiltRetryBudget(const ResourceSpec& resource_spec, ResourceIndex budget)
      : BuiltResource(resource_spec), budget_(budget) {}
  [[nodiscard]] ResourceIndex budget() const override { return budget_; }

 private:
  ResourceIndex budget_;
};

// One rule, and only its keys.
bool check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& budget = spec.as<RetryBudgetSpec>();
  const auto fail = [&](std::string_view key, const std::string& why) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + why);
    return false;
  };
  const int rules = int{budget.max_tokens.has_value()} + int{budget.max_retries.has_value()} +
                    int{budget.budget_percent.has_value()} + int{budget.percent_can_retry.has_value()};
  if (rules != 1) {
    return fail("kind",
                "it needs one rule: 'maxTokens' (gRPC), 'max_retries' or 'budget_percent' (Envoy), or "
                "'percentCanRetry' (Finagle)");
  }
  bool ok = true;
  if (budget.max_tokens.has_value() != budget.token_ratio.has_value()) {
    ok = fail("kind", "'maxTokens' and 'tokenRatio' go together");
  }
  if (budget.min_retry_concurrency && !budget.budget_percent) {
    ok = fail("min_retry_concurrency", "'min_retry_concurrency' goes with 'budget_percent'");
  }
  if ((budget.min_retries_per_sec || budget.ttl) && !budget.percent_can_retry) {
    ok = fail("kind", "'minRetriesPerSec' and 'ttl' go with 'percentCanRetry'");
  }
  constexpr Duration kLeast{1'000'000'000};
  constexpr Duration kMost{60'000'000'000};
  if (budget.ttl && (*budget.ttl < kLeast || *budget.ttl > kMost)) {
    ok = fail("ttl", "'ttl' must be from 1s to 60s");
  }
  return ok;
}

// As in the sources: gRPC counts thousandths, Finagle a thousand units for each first attempt.
void fill(RetryRulesPlan& plan, const RetryBudgetSpec& budget) {
  constexpr double kScale = 1000;
  const auto whole = [](double x) { return static_cast<std::int64_t>(x); };
  if (budget.max_tokens) {
    plan.rule = RetryRule::throttling;
    plan.most = whole(kScale * static_cast<double>(*budget.max_tokens));
    plan.ratio = whole(kScale * *budget.token_ratio + 0.5);
  } else if (budget.max_retries) {
    plan.rule = RetryRule::concurrent;
    plan.most = *budget.max_retries;
    plan.capacity = static_cast<double>(plan.most);
  } else if (budget.budget_percent) {
    plan.rule = RetryRule::share;
    plan.percent = *budget.budget_percent;
    plan.least = budget.min_retry_concurrency.value_or(3);
  } else {
    plan.rule = RetryRule::deposits;
    plan.ttl = budget.ttl.value_or(Duration{10'000'000'000});
    plan.deposit = whole(kScale);
    plan.price = whole(kScale / budget.percent_can_retry->of_one + 0.5);
    plan.least = whole(budget.min_retries_per_sec.value_or(10) * static_cast<double>(plan.ttl.ns) * 1e-9 *
                           static_cast<double>(plan.price) +
                       0.5);
  }
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!check(spec, builder)) {
    return nullptr;
  }
  auto& plan = builder.add(std::make_unique<RetryRulesPlan>(), spec);
  fill(plan, spec.as<RetryBudgetSpec>());
  plan.member_attributes = builder.member_attributes(spec);
  return std::make_unique<BuiltRetryBudget>(spec, plan.row);
}

}  // namespace

const ResourceKind& retry_budget_kind() {
  static const ResourceKind kind{
      "retry_budget", "Limits the retries of all requests together.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
