#include "sim/analysis/saturation.hpp"

#include <algorithm>
#include <cmath>

#include "sim/analysis/one_sided.hpp"
#include "sim/analysis/pressure.hpp"
#include "sim/analysis/run_summary.hpp"

namespace loadstone {

const char* to_string(Sign sign) {
  static constexpr const char* kNames[] = {"none", "growth", "blocked", "refused", "flat", "undrained"};
  return kNames[static_cast<std::size_t>(sign)];
}

bool is_judged(const ResourcePlan& plan, std::span<const std::string> relieved) {
  return plan.judged && std::find(relieved.begin(), relieved.end(), plan.name) == relieved.end();
}

Measures measure(const ResourcePlan& plan, const ResourceObservations& resource, const Observations& observed) {
  const Totals window = window_of(resource.meter);
  const double length = static_cast<double>((observed.measured_until - observed.measured_from).ns);
  Measures m;
  if (window.arrivals == 0 || length <= 0) {
    return m;
  }
  const double arrivals = static_cast<double>(window.arrivals);
  const double members = static_cast<double>(std::max<std::uint64_t>(1, resource.members));
  m.deficit = static_cast<double>(window.waiting) / arrivals;
  const Pressure pressure = pressure_of(plan, window, length, members);
  m.blocked = pressure.blocked;
  m.refused = pressure.refused;
  m.age = static_cast<double>(observed.measured_until.ns) / length;
  if (resource.meter.wait.count() > 0) {
    m.wait = static_cast<double>(resource.meter.wait.quantile(0.95)) / length;
  }
  if (plan.refills) {
    m.deficit = 0;
  }
  m.busy = plan.is_limited() ? to_double(window.in_use_area) / length / members / plan.capacity : 0;
  if (resource.members > 1) {
    // what the most pressed members see, once they carry a visible part of the load
    m.blocked = std::max(m.blocked, resource.blocked_arrivals_share >= 0.01 ? kBlockedLimit + 0.05 : 0.0);
  }
  return m;
}

namespace {

std::vector<double> column(const std::vector<Measures>& rows, double Measures::*member) {
  std::vector<double> values;
  std::transform(rows.begin(), rows.end(), std::back_inserter(values), [&](const Measures& m) { return m.*member; });
  return values;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) {
    sum += v;
  }
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// A line that has grown by a share d of what came since the start makes its last arrivals wait for d of that time.
// Where waits are longer than that and not short against the window, a line that is always there proves nothing either.
bool is_settling(const Measures& mean) {
  constexpr double kLongWait = 0.2;   // of the window
  constexpr double kUnexplained = 3;  // times what the growth explains
  return mean.deficit < kClearDeficit && mean.wait > kLongWait && mean.wait > kUnexplained * mean.deficit * mean.age;
}

Sign sign_of(RowVerdict& verdict, bool believe_settling) {
  const auto deficits = column(verdict.replications, &Measures::deficit);
  const auto blocked = column(verdict.replications, &Measures::blocked);
  const auto refused = column(verdict.replications, &Measures::refused);
  verdict.mean = {mean_of(deficits),
                  mean_of(blocked),
                  mean_of(refused),
                  mean_of(column(verdict.replications, &Measures::wait)),
                  mean_of(column(verdict.replications, &Measures::age)),
                  mean_of(column(verdict.replications, &Measures::busy))};
  if (lower_bound(refused) > kRefusedLimit) {
    return Sign::refused;
  }
  if (!believe_settling && verdict.mean.refused > kRefusedLimit / 2 && verdict.mean.refused < kRefusedLimit * 5) {
    verdict.settling = true;  // too near to the limit for the number of arrivals
    return Sign::none;
  }
  const Sign sign = lower_bound(deficits) > 0 && verdict.mean.deficit > kVisibleDeficit ? Sign::growth
                    : lower_bound(blocked) > verdict.blocked_limit                      ? Sign::blocked
                                                                                        : Sign::none;
  verdict.settling = sign != Sign::none && !believe_settling && is_settling(verdict.mean);
  return verdict.settling ? Sign::none : sign;
}

// The block from which on the sign has lasted to the end, as an instant; the end if it never lasted.
double onset(const ResourceObservations& resource, Sign sign, const Observations& observed) {
  const std::vector<Totals>& edges = resource.meter.at_edge;
  const double length = static_cast<double>((observed.measured_until - observed.measured_from).ns);
  const auto blocks = static_cast<double>(edges.size() - 1);
  std::size_t first = edges.size() - 1;
  for (std::size_t i = edges.size() - 1; i > 0; --i) {
    const Totals block = edges[i] - edges[i - 1];
    const double arrivals = static_cast<double>(std::max<std::uint64_t>(1, block.arrivals));
    const bool lasts = sign == Sign::refused
                           ? static_cast<double>(block.refused + block.timed_out) / arrivals > kRefusedLimit
                           : to_double(block.blocked_time) / (length / blocks) > 0.9;
    if (!lasts) {
      break;
    }
    first = i - 1;
  }
  if (sign != Sign::refused && resource.blocked_since_end) {
    return static_cast<double>(resource.blocked_since_end->ns);
  }
  return static_cast<double>(observed.measured_from.ns) + static_cast<double>(first) / blocks * length;
}

void find_first(const Model& model, std::span<const Observations> replications, Verdict& verdict) {
  std::vector<std::size_t> votes(model.resources.size(), 0);
  for (const Observations& observed : replications) {
    double earliest = 1e300;
    std::optional<RowId> winner;
    for (const RowVerdict& row : verdict.rows) {
      if (row.sign == Sign::none) {
        continue;
      }
      const double at = onset(observed.resources[row.row], row.sign, observed);
      if (at < earliest) {
        earliest = at;
        winner = row.row;
      }
    }
    if (winner) {
      ++votes[*winner];
    }
  }
  const auto most = std::max_element(votes.begin(), votes.end());
  if (most != votes.end() && *most > 0) {
    verdict.first = static_cast<RowId>(most - votes.begin());
    verdict.agreeing = static_cast<double>(*most) / static_cast<double>(replications.size());
  }
}

}  // namespace

Verdict judge_saturation(const Model& model, std::span<const Observations> replications,
                         std::span<const std::string> relieved, bool believe_settling) {
  Verdict verdict;
  for (RowId row = 0; row < model.resources.size(); ++row) {
    RowVerdict& v = verdict.rows.emplace_back();
    v.row = row;
    for (const Observations& observed : replications) {
      v.replications.push_back(measure(*model.resources[row], observed.resources[row], observed));
    }
    const ResourcePlan& plan = *model.resources[row];
    v.blocked_limit = blocked_limit_of(plan);
    if (is_judged(plan, relieved)) {
      v.sign = sign_of(v, believe_settling);
    }
    verdict.saturated = verdict.saturated || v.sign != Sign::none;
    verdict.settling = verdict.settling || v.settling;
  }
  for (const Observations& observed : replications) {
    verdict.stopped = verdict.stopped || !observed.stopped.empty();
  }
  verdict.saturated = verdict.saturated || verdict.stopped;
  verdict.settling = verdict.settling && !verdict.saturated;
  find_first(model, replications, verdict);
  return verdict;
}

}  // namespace loadstone
