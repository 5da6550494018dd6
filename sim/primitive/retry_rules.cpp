#include "sim/primitive/retry_rules.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> RetryRulesPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<RetryRules>(simulation, *this);
}

RetryRules::RetryRules(Simulation& simulation, const RetryRulesPlan& plan)
    : RetryBudget(simulation, plan.row),
      plan_(plan),
      unlimited_(simulation.is_relieved(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto budget =
            std::make_unique<Budget>(plan_.rule == RetryRule::concurrent && !unlimited_ ? plan_.most : kUnlimitedUnits);
        budget->count = plan_.most;
        budget->label = member_label(simulation_, plan_, first);
        return budget;
      }) {}

void RetryRules::begin(const Request& request) {
  Budget& budget = members_.of(request);
  ++budget.active;
  if (plan_.rule == RetryRule::deposits) {
    put(budget, plan_.deposit);
  }
}

void RetryRules::end(const Request& request, bool is_retry, Attempt attempt) {
  Budget& budget = members_.of(request);
  --budget.active;
  if (is_retry) {
    budget.level.use(simulation_.now(), -1);
    ++budget.level.completed;
  }
  if (plan_.rule == RetryRule::throttling && attempt != Attempt::other) {
    constexpr std::int64_t kOne = 1000;
    budget.count += attempt == Attempt::well ? plan_.ratio : -kOne;
    budget.count = std::clamp<std::int64_t>(budget.count, 0, plan_.most);
  }
}

bool RetryRules::allow(const Request& request) {
  Budget& budget = members_.of(request);
  ++budget.level.arrivals;
  if (!unlimited_ && !has_room(budget)) {
    ++budget.level.refused;
    return false;
  }
  ++budget.level.granted;
  budget.level.use(simulation_.now(), 1);
  ++budget.active;
  return true;
}

// Deposits pay for it here.
bool RetryRules::has_room(Budget& budget) {
  switch (plan_.rule) {
    case RetryRule::throttling:
      return budget.count * 2 > plan_.most;
    case RetryRule::concurrent:
      return budget.level.in_use() < plan_.most;
    case RetryRule::share: {
      const auto share = static_cast<std::int64_t>(plan_.percent * static_cast<double>(budget.active) / 100);
      return budget.level.in_use() < std::max(plan_.least, share);
    }
    case RetryRule::deposits:
      break;
  }
  if (plan_.least + balance(budget) < plan_.price) {
    return false;
  }
  put(budget, -plan_.price);
  return true;
}

std::int64_t RetryRules::slice_number() const {
  return simulation_.now().ns / (plan_.ttl.ns / static_cast<std::int64_t>(kSlices));
}

void RetryRules::put(Budget& budget, std::int64_t units) {
  const std::int64_t number = slice_number();
  Slice& slice = budget.slices[static_cast<std::size_t>(number) % kSlices];
  slice = slice.number == number ? slice : Slice{number, 0};
  slice.units += units;
}

std::int64_t RetryRules::balance(const Budget& budget) const {
  const std::int64_t oldest = slice_number() - static_cast<std::int64_t>(kSlices) + 1;
  std::int64_t units = 0;
  for (const Slice& slice : budget.slices) {
    units += slice.number >= std::max<std::int64_t>(oldest, 0) ? slice.units : 0;
  }
  return units;
}

void RetryRules::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& budget : members_.all()) {
    visit(*budget);
  }
}

}  // namespace loadstone
