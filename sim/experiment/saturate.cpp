#include "sim/experiment/saturate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/experiment/evaluation.hpp"

namespace loadstone {

namespace {

constexpr double kNarrow = 1.03;       // a bracket this tight is not bisected further
constexpr double kLaterNarrow = 1.08;  // the same, of what comes next
constexpr double kLaterEffort = 0.15;  // what comes next is found with less precision
constexpr double kFarOut = 256;        // beyond this multiple of the start nothing is searched

class Search {
 public:
  Search(const ModelAt& model_at, const SaturateRequest& request, Executor& executor)
      : model_at_(model_at), request_(request), executor_(executor), evaluator_(model_at, request, executor) {}

  SaturateResult run() {
    SaturateResult result;
    std::vector<std::string> relieved;
    for (std::size_t i = 0; i < request_.depth && !executor_.interrupted(); ++i) {
      evaluator_.begin(
          i == 0 ? Effort{1, request_.replications} : Effort{kLaterEffort, std::min(kFewRuns, request_.replications)},
          relieved);
      Saturated found = find_one();
      const bool more = found.limited_by == "resource" && !found.resource.empty();
      if (result.order.empty() && !executor_.interrupted()) {
        summarize_half(found, result);
      }
      result.order.push_back(std::move(found));
      if (!more) {
        break;
      }
      relieved.push_back(result.order.back().resource);
    }
    result.evaluations = evaluator_.count();
    return result;
  }

 private:
  double middle(double lo, double hi) const {
    const double m = std::sqrt(lo * hi);
    return request_.whole_numbers ? std::round(m) : m;
  }

  [[nodiscard]] bool is_narrow(double lo, double hi) const {
    const double narrow = evaluator_.effort().share < 1 ? kLaterNarrow : kNarrow;
    return request_.whole_numbers ? hi - lo <= std::max(1.0, lo * (narrow - 1)) : hi / lo <= narrow;
  }

  Saturated find_one() {
    const double start = request_.from.value_or(1.0);
    const Bound& bound = evaluator_.find_bound(start);
    const bool bounded = request_.is_load && std::isfinite(bound.at_load);
    if (request_.is_load && !bounded && !has_other_limits()) {
      return unlimited();
    }
    double hi = bounded ? bound.at_load * 1.05 : start * 2;
    double lo = bounded ? bound.at_load * 0.85 : start;
    const double scale = bounded ? bound.at_load : start;
    if (request_.to) {
      hi = std::min(hi, *request_.to);
      lo = std::min(lo, hi / 1.1);
    }
    Evaluation above = first_look(hi, bounded);
    while (!above.breaks() && !executor_.interrupted()) {
      if ((request_.to && hi >= *request_.to) || hi > scale * kFarOut) {
        return none_up_to(hi, above);
      }
      lo = hi;
      hi = request_.to ? std::min(hi * 2, *request_.to) : hi * 2;
      above = evaluator_.glance(hi);
    }
    Evaluation below = first_look(lo, bounded);
    while (below.breaks() && lo > scale / kFarOut && !executor_.interrupted()) {
      above = std::move(below);
      hi = lo;
      lo = request_.whole_numbers ? std::floor(lo / 1.6) : lo / 1.6;
      if (request_.whole_numbers && lo < 1) {
        break;
      }
      below = evaluator_.glance(lo);
    }
    while (!is_narrow(lo, hi) && !executor_.interrupted()) {
      const double m = middle(lo, hi);
      if (m <= lo || m >= hi) {
        break;
      }
      Evaluation e = evaluator_.look(m);
      (e.breaks() ? hi : lo) = m;
      (e.breaks() ? above : below) = std::move(e);
    }
    // The search looked at few replications; the answer is over all of them.
    below = evaluator_.whole(lo, std::move(below));
    above = evaluator_.whole(hi, std::move(above));
    while (!above.breaks() && hi < scale * kFarOut && !executor_.interrupted()) {
      below = std::move(above);
      hi = request_.whole_numbers ? std::ceil(hi * kNarrow) : hi * kNarrow;
      above = evaluator_.whole(hi, {});
    }
    Saturated found = describe(below, above);
    for (int round = 0; round < 3 && evaluator_.effort().share == 1 && is_vague(found) && !executor_.interrupted();
         ++round) {
      evaluator_.measure_longer(3);
      below = evaluator_.whole(lo, {});
      above = evaluator_.whole(hi, {});
      if (!above.breaks()) {
        break;
      }
      found = describe(below, above);
    }
    return found;
  }

  // Beside a bound the edge is near, and a short run would not tell.
  Evaluation first_look(double value, bool bounded) {
    return bounded ? evaluator_.look(value) : evaluator_.glance(value);
  }

  static bool is_vague(const Saturated& found) {
    constexpr double kWidest = 0.045;  // relative half-width
    return found.at.ci && found.at.value > 0 && found.at.ci->width() / 2 > kWidest * found.at.value;
  }

  // A resource that the bound does not see but that can refuse (a server's connection slots), or a threshold.
  bool has_other_limits() const {
    const auto model = model_at_(request_.from.value_or(1.0));
    const std::vector<std::string>& relieved = evaluator_.relieved();
    return !request_.thresholds.empty() ||
           (model != nullptr && std::any_of(model->resources.begin(), model->resources.end(), [&](const auto& plan) {
              return !plan->in_bound && plan->judged && plan->is_limited() &&
                     std::find(relieved.begin(), relieved.end(), plan->name) == relieved.end();
            }));
  }

  static Saturated unlimited() {
    Saturated s;
    s.limited_by = "none_up_to";
    s.at = {std::numeric_limits<double>::infinity(), std::nullopt, "nothing that is left has a limit"};
    s.throughput_per_s = {std::numeric_limits<double>::infinity(), std::nullopt, "nothing that is left has a limit"};
    return s;
  }

  Saturated none_up_to(double value, const Evaluation& e) {
    Saturated s;
    s.limited_by = "none_up_to";
    s.at = {value, std::nullopt, "nothing saturates up to here"};
    s.throughput_per_s = throughput(e);
    return s;
  }

  static Estimate throughput(const Evaluation& e) {
    std::vector<double> values;
    for (const Observations& o : e.observed) {
      values.push_back(static_cast<double>(o.entered_completed) / (o.measured_until - o.measured_from).seconds());
    }
    return estimate_mean(values);
  }

  // Requests that come at the capacity, where that is written down; what completed below it otherwise.
  Estimate offered_at(const Model& model, const Saturated& s) const {
    const double per_s = Evaluator::written_rate(model);
    if (!request_.is_load || per_s <= 0) {
      return s.throughput_per_s;
    }
    Estimate e = s.at;
    e.value *= per_s;
    if (e.ci) {
      e.ci = Interval{e.ci->lo * per_s, e.ci->hi * per_s};
    }
    return e;
  }

  // Where a replication crosses the edge, inside the bracket: from the deficit beyond it, or between both measures.
  static double crossing(const Evaluation& below, const Evaluation& above, RowId row, std::size_t replication) {
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
        const double served = above.value * (1 - std::max(0.0, m.deficit));
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
      case Sign::none:
        break;
    }
    return above.value;
  }

  Saturated describe(const Evaluation& below, const Evaluation& above) {
    Saturated s;
    s.throughput_per_s = throughput(below);
    s.bound_at = evaluator_.bound().at_load;
    const auto bound_row = evaluator_.bound().resource;
    s.bound_resource = bound_row && above.model ? above.model->resources[*bound_row]->name : "";
    std::vector<double> crossings;
    if (!above.verdict.first) {
      s.limited_by = above.failed_threshold.empty() ? "resource" : "threshold";
      s.threshold = above.failed_threshold;
      for (std::size_t r = 0; r < above.observed.size(); ++r) {
        crossings.push_back(r % 2 == 0 ? below.value : above.value);  // no finer than the bracket
      }
      s.at = estimate_mean(crossings);
      return s;
    }
    const RowId first = *above.verdict.first;
    s.limited_by = "resource";
    s.resource = above.model->resources[first]->name;
    s.relieved_by = above.model->resources[first]->relieved_by;
    s.sign = above.verdict.rows[first].sign;
    s.agreeing = above.verdict.agreeing;
    for (std::size_t r = 0; r < above.observed.size(); ++r) {
      double at = above.value;
      for (const RowVerdict& row : above.verdict.rows) {
        if (row.sign != Sign::none) {
          at = std::min(at, crossing(below, above, row.row, r));
        }
      }
      // no open load passes the bound: an overload that was short shows less of itself than there is. But the bound is
      // measured as well: where a load beyond it held, it does not bind.
      const double bound = evaluator_.bound().at_load;
      const bool binds = request_.is_load && above.gains.empty() && below.value <= bound;
      crossings.push_back(binds ? std::min(at, bound) : at);
    }
    s.at = estimate_mean(crossings);
    if (s.at.ci && s.at.ci->width() < kVisibleDeficit * s.at.value) {
      // replications that agree more closely than a line's growth can be seen: at the bound, or at an end of the
      // bracket
      const double half = kVisibleDeficit / 2 * s.at.value;
      s.at.ci = Interval{s.at.ci->lo - half, s.at.ci->hi + half};
    }
    if (s.at.ci && (s.sign == Sign::refused || s.sign == Sign::blocked) && s.at.value < evaluator_.bound().at_load) {
      // where the crossing is read off the bracket, it is no better known than that
      s.at.ci = Interval{std::min(s.at.ci->lo, below.value), std::max(s.at.ci->hi, above.value)};
    }
    s.by_replication = crossings;
    s.throughput_per_s = offered_at(*above.model, s);
    const RunSummary summary = summarize(*above.model, above.observed, {});
    s.cause = find_cause(summary.resources, s.resource);
    return s;
  }

  // Latencies under half the capacity, drained to the end.
  void summarize_half(const Saturated& found, SaturateResult& result) {
    const double half = request_.whole_numbers ? std::max(1.0, std::floor(found.at.value / 2)) : found.at.value / 2;
    result.below = evaluator_.drained(half);
    result.below_at = half;
  }

  const ModelAt& model_at_;
  const SaturateRequest& request_;
  Executor& executor_;
  Evaluator evaluator_;
};

}  // namespace

SaturateResult saturate(const ModelAt& model_at, const SaturateRequest& request, Executor& executor) {
  return Search(model_at, request, executor).run();
}

}  // namespace loadstone
