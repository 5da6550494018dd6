#include "sim/experiment/edge.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "sim/analysis/cause.hpp"
#include "sim/base/infinity.hpp"

namespace loadstone {

namespace {

// Requests that come at the capacity, where that is written down; what completed below it otherwise.
Estimate offered_at(const Model& model, const Saturated& s, const EdgeContext& context) {
  const double per_s = Evaluator::written_rate(model);
  if (!context.is_load || per_s <= 0) {
    return s.throughput_per_s;
  }
  Estimate e = s.at;
  e.value *= per_s;
  if (e.ci) {
    e.ci = Interval{e.ci->lo * per_s, e.ci->hi * per_s};
  }
  return e;
}

// The load under which a replication really was: what came, rather than what was to come on average. Common random
// numbers make a replication's arrivals scarce for all that is compared.
double load_in(const Evaluation& above, std::size_t replication, const EdgeContext& context) {
  const double per_s = Evaluator::written_rate(*above.model);
  if (!context.is_load || per_s <= 0) {
    return above.value;
  }
  return load_that_came(above.observed[replication], per_s);
}

// Where a replication crosses the edge, inside the bracket: from the deficit beyond it, or between both measures.
double crossing(const Evaluation& below, const Evaluation& above, RowId row, std::size_t replication,
                const EdgeContext& context) {
  const RowVerdict& over = above.verdict.rows[row];
  const Measures& m = over.replications[replication];
  const auto between = [&](double from, double to, double limit) {
    const double at = below.value + (above.value - below.value) * (limit - from) / (to - from);
    return from != to ? std::clamp(at, below.value, above.value) : above.value;
  };
  const bool both = replication < below.observed.size();
  const Measures u = both ? below.verdict.rows[row].replications[replication] : Measures{};
  switch (over.sign) {
    case Sign::growth: {
      // what is served of what comes; a server that had idle moments would have served more
      constexpr double kBusy = 0.9;
      const double served = load_in(above, replication, context) * (1 - std::max(0.0, m.deficit));
      return std::min(above.value, m.busy > kBusy ? served / m.busy : served);
    }
    case Sign::refused:
      return both ? between(u.refused, m.refused, kRefusedLimit) : above.value;
    case Sign::blocked:
      if (both && above.model->resources[row]->refills && u.blocked > 0) {
        return below.value / u.blocked;  // what is used grows with the load until all is
      }
      return both ? between(u.blocked, m.blocked, over.blocked_limit) : above.value;
    case Sign::flat:
      return both && !below.gains.empty() ? between(below.gains[replication], above.gains[replication], kFlatGain)
                                          : above.value;
    case Sign::undrained:  // of profiles, which have no measures to go by
    case Sign::none:
      break;
  }
  return above.value;
}

// What a replication says that says no more than the bracket: its mean is the middle, its interval not finer.
double end_of(const Evaluation& below, const Evaluation& above, std::size_t replication) {
  return replication % 2 == 0 ? below.value : above.value;
}

// Where each replication crosses the edge of the row that saturates first in it.
std::vector<double> crossings(const Evaluation& below, const Evaluation& above, const EdgeContext& context) {
  std::vector<double> all;
  for (std::size_t r = 0; r < above.observed.size(); ++r) {
    double at = above.value;
    for (const RowVerdict& row : above.verdict.rows) {
      if (row.sign != Sign::none) {
        at = std::min(at, crossing(below, above, row.row, r, context));
      }
    }
    // the short runs of what comes later may show more growth than there is: then the bracket is what is known
    all.push_back(context.is_later && at < below.value ? end_of(below, above, r) : at);
  }
  return all;
}

// No open load passes the bound: an overload that was short shows less of itself than there is. But the bound is
// measured as well: where a load beyond it held, it does not bind.
Estimate edge_of(std::span<const double> crossings, const Evaluation& below, const Evaluation& above,
                 const EdgeContext& context) {
  Estimate edge = estimate_mean(crossings);
  const double bound = context.bound.at_load;
  if (context.is_load && above.gains.empty() && below.value <= bound && edge.value > bound) {
    edge.value = bound;
    if (edge.ci) {
      edge.ci->lo = std::min(edge.ci->lo, bound);
    }
  }
  return edge;
}

}  // namespace

double likely_edge(const Evaluation& below, const Evaluation& above, const EdgeContext& context) {
  return above.verdict.first ? edge_of(crossings(below, above, context), below, above, context).value : above.value;
}

Saturated describe_edge(const Evaluation& below, const Evaluation& above, const EdgeContext& context) {
  Saturated s;
  s.throughput_per_s = throughput_of(below.observed);
  s.bound_at = context.bound.at_load;
  const auto bound_row = context.bound.resource;
  if (above.model) {
    s.resources = summarize(*above.model, above.observed, {}).resources;
  }
  s.bound_resource = bound_row && above.model ? above.model->resources[*bound_row]->name : "";
  if (!above.verdict.first) {
    std::vector<double> ends;
    s.limited_by = above.failed_threshold.empty() ? "resource" : "threshold";
    s.threshold = above.failed_threshold;
    for (std::size_t r = 0; r < above.observed.size(); ++r) {
      ends.push_back(end_of(below, above, r));
    }
    s.at = estimate_mean(ends);
    return s;
  }
  s.by_replication = crossings(below, above, context);
  const RowId first = *above.verdict.first;
  s.limited_by = "resource";
  s.resource = above.model->resources[first]->name;
  s.relieved_by = above.model->resources[first]->relieved_by;
  s.sign = above.verdict.rows[first].sign;
  s.agreeing = above.verdict.agreeing;
  s.at = edge_of(s.by_replication, below, above, context);
  if (s.at.ci && s.at.ci->width() < kVisibleDeficit * s.at.value) {
    // replications that agree more closely than a line's growth can be seen: at the bound, or at an end of the
    // bracket
    const double half = kVisibleDeficit / 2 * s.at.value;
    s.at.ci = Interval{s.at.ci->lo - half, s.at.ci->hi + half};
  }
  if (s.at.ci && (s.sign == Sign::refused || s.sign == Sign::blocked) && s.at.value < context.bound.at_load) {
    // where the crossing is read off the bracket, it is no better known than that
    s.at.ci = Interval{std::min(s.at.ci->lo, below.value), std::max(s.at.ci->hi, above.value)};
  }
  s.throughput_per_s = offered_at(*above.model, s, context);
  s.cause = find_cause(s.resources, s.resource);
  return s;
}

Saturated unlimited() {
  Saturated s;
  s.limited_by = "none_up_to";
  s.at = {kInfinity, std::nullopt, "nothing that is left has a limit"};
  s.throughput_per_s = s.at;
  s.bound_at = kInfinity;
  return s;
}

}  // namespace loadstone
