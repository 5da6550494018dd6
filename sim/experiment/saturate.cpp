#include "sim/experiment/saturate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/experiment/evaluation.hpp"

namespace loadstone {

namespace {

constexpr double kNarrow = 1.03;       // a bracket this tight is not bisected further
constexpr double kLaterNarrow = 1.12;  // the same, of what comes next
constexpr double kLaterEffort = 0.15;  // what comes next is found with less precision
constexpr int kGuesses = 2;            // then a bracket is halved: guesses may be wrong
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

  [[nodiscard]] bool is_later() const { return evaluator_.effort().share < 1; }
  [[nodiscard]] double narrow() const { return is_later() ? kLaterNarrow : kNarrow; }

  [[nodiscard]] bool is_narrow(double lo, double hi) const {
    return request_.whole_numbers ? hi - lo <= std::max(1.0, lo * (narrow() - 1)) : hi / lo <= narrow() * (1 + 1e-9);
  }

  // The lower end of a narrow bracket round an edge.
  [[nodiscard]] double just_below(double edge) const {
    const double lo = edge / std::sqrt(narrow());
    return request_.whole_numbers ? std::floor(lo) : lo;
  }

  // Under `above`, the nearest value that probably holds: by how much is served there, `otherwise` where that is not
  // known, or is far less (what overloads one resource starves another). If its distance closes the bracket and leaves
  // the edge some room, no nearer.
  [[nodiscard]] double lower_guess(const Evaluation& above, double otherwise) const {
    constexpr double kRoom = 1.02;
    constexpr double kNear = 1.25;
    const double edge = likely_edge({}, above);
    const double closing = above.value / narrow();
    const double lo = !request_.whole_numbers && closing * kRoom < edge ? closing : just_below(edge);
    return edge < above.value && edge * kNear > above.value && lo > 0 ? lo : otherwise;
  }

  // Where to look next: what was measured says where the edge may be, and two looks beside it close the bracket. The
  // middle where that says nothing.
  [[nodiscard]] double probe(const Evaluation& below, const Evaluation& above) const {
    const double lo = just_below(likely_edge(below, above));
    if (lo > below.value) {
      return lo < above.value ? lo : middle(below.value, above.value);
    }
    const double hi = request_.whole_numbers ? std::ceil(below.value * narrow()) : below.value * narrow();
    return hi < above.value ? hi : middle(below.value, above.value);
  }

  Saturated find_one() {
    const double start = request_.from.value_or(1.0);
    const Bound& bound = evaluator_.find_bound(start);
    const bool bounded = request_.is_load && std::isfinite(bound.at_load);
    if (request_.is_load && !bounded && !has_other_limits()) {
      return unlimited();
    }
    // beyond a bound, by as much as a run of its length shows
    double hi = bounded ? bound.at_load * (is_later() ? 1.1 : 1.045) : start * 2;
    double lo = !bounded ? start : is_later() ? hi / narrow() : bound.at_load * 0.85;
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
    const double usual = lo;
    int guesses = 0;
    const auto lower_end = [&](double otherwise) {
      const double guess = guesses < kGuesses ? lower_guess(above, otherwise) : otherwise;
      guesses += guess != otherwise ? 1 : 0;
      return guess;
    };
    lo = lower_end(usual);
    Evaluation below = first_look(lo, bounded || lo != usual);
    while (below.breaks() && lo > scale / kFarOut && !executor_.interrupted()) {
      above = std::move(below);
      hi = lo;
      const double further = usual < hi ? usual : lo / 1.6;
      lo = lower_end(further);
      if (request_.whole_numbers) {
        lo = std::floor(lo);
        if (lo < 1) {
          break;
        }
      }
      below = first_look(lo, lo != further);
    }
    Evaluation held;  // the one before `below`, where there was one
    for (int step = 0; !is_narrow(lo, hi) && !executor_.interrupted(); ++step) {
      const double m = step < kGuesses ? probe(below, above) : middle(lo, hi);
      if (m <= lo || m >= hi) {
        break;
      }
      Evaluation e = evaluator_.look(m);
      if (e.breaks()) {
        hi = m;
        above = std::move(e);
      } else {
        lo = m;
        held = std::exchange(below, std::move(e));
      }
    }
    // The search looked at few replications; the answer is over all of them.
    below = evaluator_.whole(lo, std::move(below));
    if (below.breaks() && held.value > 0 && !executor_.interrupted()) {
      hi = lo;
      above = std::move(below);
      lo = held.value;
      below = evaluator_.whole(lo, std::move(held));
    }
    above = evaluator_.whole(hi, std::move(above));
    while (!above.breaks() && hi < scale * kFarOut && !executor_.interrupted()) {
      below = std::move(above);
      hi = request_.whole_numbers ? std::ceil(hi * narrow()) : hi * narrow();
      above = evaluator_.whole(hi, {});
    }
    Saturated found = describe(below, above);
    for (int round = 0; round < 3 && !is_later() && is_vague(found) && !executor_.interrupted(); ++round) {
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

  // Beside a bound or a guess the edge is near, and a short run would not tell.
  Evaluation first_look(double value, bool near) { return near ? evaluator_.look(value) : evaluator_.glance(value); }

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

  // What a replication says that says no more than the bracket: its mean is the middle, its interval not finer.
  static double end_of(const Evaluation& below, const Evaluation& above, std::size_t replication) {
    return replication % 2 == 0 ? below.value : above.value;
  }

  // Where each replication crosses the edge of the row that saturates first in it.
  std::vector<double> crossings(const Evaluation& below, const Evaluation& above) const {
    std::vector<double> all;
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
      at = binds ? std::min(at, bound) : at;
      // the short runs of what comes later may show more growth than there is: then the bracket is what is known
      all.push_back(is_later() && at < below.value ? end_of(below, above, r) : at);
    }
    return all;
  }

  // By the measures so far; the upper end of the bracket where they do not say. Without a lower end, `below` is empty.
  double likely_edge(const Evaluation& below, const Evaluation& above) const {
    return above.verdict.first ? estimate_mean(crossings(below, above)).value : above.value;
  }

  Saturated describe(const Evaluation& below, const Evaluation& above) {
    Saturated s;
    s.throughput_per_s = throughput(below);
    s.bound_at = evaluator_.bound().at_load;
    const auto bound_row = evaluator_.bound().resource;
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
    s.by_replication = crossings(below, above);
    const RowId first = *above.verdict.first;
    s.limited_by = "resource";
    s.resource = above.model->resources[first]->name;
    s.relieved_by = above.model->resources[first]->relieved_by;
    s.sign = above.verdict.rows[first].sign;
    s.agreeing = above.verdict.agreeing;
    s.at = estimate_mean(s.by_replication);
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
