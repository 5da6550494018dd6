#include "sim/experiment/saturate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/experiment/replications.hpp"

namespace loadstone {

namespace {

constexpr double kNarrow = 1.03;       // a bracket this tight is not bisected further
constexpr double kLaterEffort = 0.15;  // what comes next is found with less precision
constexpr std::size_t kFew = 4;        // replications of a first look
constexpr double kFarOut = 256;        // beyond this multiple of the start nothing is searched

struct Evaluation {
  double value = 0;
  Verdict verdict;
  std::vector<Observations> observed;
  std::shared_ptr<Model> model;
  std::string failed_threshold;

  [[nodiscard]] bool breaks() const { return verdict.saturated || !failed_threshold.empty(); }
};

class Search {
 public:
  Search(const ModelAt& model_at, const SaturateRequest& request, Executor& executor)
      : model_at_(model_at), request_(request), executor_(executor) {}

  SaturateResult run() {
    SaturateResult result;
    for (std::size_t i = 0; i < request_.depth && !executor_.interrupted(); ++i) {
      effort_ = i == 0 ? 1.0 : kLaterEffort;
      replications_ = i == 0 ? request_.replications : std::min(kFew, request_.replications);
      Saturated found = find_one();
      const bool more = found.limited_by == "resource";
      if (result.order.empty()) {
        summarize_half(found, result);
      }
      result.order.push_back(std::move(found));
      if (!more) {
        break;
      }
      relieved_.push_back(result.order.back().resource);
    }
    result.evaluations = evaluations_;
    return result;
  }

 private:
  RunSettings settings_at(double value) const {
    RunSettings settings;
    settings.seed = request_.seed;
    settings.load = request_.is_load ? value : request_.load;
    settings.relieved = relieved_;
    settings.drain = false;
    return settings;
  }

  // Demands at the axis value, from a run without limits.
  Bound bound_at(double value) {
    const auto model = model_at_(value);
    if (model == nullptr) {
      return {};
    }
    RunSettings settings = settings_at(value);
    settings.everything_relieved = true;
    settings.expected_values = true;
    Horizon horizon;
    horizon.blocks = 1;
    horizon.end = Duration{10'000'000'000};
    // long enough for a few thousand requests, and for the slowest of them many times over
    for (int round = 0; round < 8; ++round) {
      hold_peaks(*model, horizon.end);
      horizon.warmup = Duration{horizon.end.ns / 5};
      const Observations observed = run_replication(*model, settings, horizon);
      const Bound bound = read_bound(*model, observed, settings.load);
      const double seconds = horizon.end.seconds();
      const double needed =
          std::max(4000 / std::max(1e-9, bound.requests_per_s * settings.load), bound.longest_latency_s * 20);
      if (seconds >= needed * 0.99) {
        return bound;
      }
      horizon.end = whole_ns(std::min(needed * 1.05, seconds * 50) * 1e9);
    }
    return {};
  }

  static void hold_peaks(Model& model, Duration end) {
    for (const auto& source : model.sources) {
      source->hold_peak(end);
    }
  }

  // Long enough for so many completions of the scarcest resource at this load, and for the slowest request many times
  // over.
  Horizon horizon_for(const Bound& bound, double value, double share) const {
    const double load = request_.is_load ? value : request_.load;
    const double per_s = (bound.resource ? bound.demands[*bound.resource].arrivals_per_s : bound.requests_per_s) * load;
    const double measured = std::max({0.5, request_.completions * share * effort_ / std::max(1e-9, per_s),
                                      bound.longest_latency_s * 2 * share * effort_}) *
                            precision_;
    const double warmup = std::max(measured / 5, bound.longest_latency_s * (effort_ < 1 ? 1 : 2));
    Horizon horizon;
    horizon.warmup = whole_ns(warmup * 1e9);
    horizon.end = whole_ns((warmup + measured) * 1e9);
    horizon.blocks = 20;
    return horizon;
  }

  Evaluation evaluate(double value, double share, std::size_t replications) {
    ++evaluations_;
    Evaluation e;
    e.value = value;
    e.model = model_at_(value);
    if (e.model == nullptr) {
      return e;
    }
    const Horizon horizon = horizon_for(bound_, value, share);
    hold_peaks(*e.model, horizon.end);
    RunSettings settings = settings_at(value);
    e.model->limits.max_in_flight = std::min<std::uint64_t>(e.model->limits.max_in_flight, 200'000);
    e.observed = run_replications(*e.model, settings, horizon, replications, executor_);
    e.verdict = judge_saturation(*e.model, e.observed, relieved_);
    judge_thresholds(e);
    return e;
  }

  void judge_thresholds(Evaluation& e) const {
    if (request_.thresholds.empty()) {
      return;
    }
    const std::vector<double> quantiles = quantiles_of(request_.thresholds);
    const RunSummary summary = summarize(*e.model, e.observed, quantiles);
    for (const ThresholdResult& t : judge(request_.thresholds, summary)) {
      if (!t.ok && e.failed_threshold.empty()) {
        e.failed_threshold = t.metric + ": " + t.expression;
      }
    }
  }

  // A short look first: most loads are far from the edge.
  Evaluation look(double value) {
    const std::size_t few = std::min(kFew, request_.replications);
    Evaluation quick = evaluate(value, 0.2, few);
    return is_clear(quick) ? std::move(quick) : evaluate(value, 1.0, few);
  }

  static bool is_clear(const Evaluation& e) {
    if (e.verdict.stopped) {
      return true;
    }
    bool calm = e.failed_threshold.empty();
    bool clear_break = false;
    for (const RowVerdict& row : e.verdict.rows) {
      calm =
          calm && row.sign == Sign::none && row.mean.deficit < 0.01 && row.mean.blocked < 0.6 && row.mean.refused == 0;
      clear_break = clear_break || (row.sign == Sign::growth && row.mean.deficit > 0.1) ||
                    (row.sign == Sign::refused && row.mean.refused > 0.1);
    }
    return calm || clear_break;
  }

  double middle(double lo, double hi) const {
    const double m = std::sqrt(lo * hi);
    return request_.whole_numbers ? std::round(m) : m;
  }

  [[nodiscard]] bool is_narrow(double lo, double hi) const {
    return request_.whole_numbers ? hi - lo <= std::max(1.0, lo * (kNarrow - 1)) : hi / lo <= kNarrow;
  }

  Saturated find_one() {
    const double start = request_.from.value_or(1.0);
    bound_ = bound_at(start);
    if (!request_.is_load) {
      bound_.at_load = std::numeric_limits<double>::infinity();  // of another axis
    }
    const bool bounded = request_.is_load && std::isfinite(bound_.at_load);
    if (request_.is_load && !bounded && !has_other_limits()) {
      return unlimited();
    }
    double hi = bounded ? bound_.at_load * 1.05 : start * 2;
    double lo = bounded ? bound_.at_load * 0.85 : start;
    const double scale = bounded ? bound_.at_load : start;
    if (request_.to) {
      hi = std::min(hi, *request_.to);
      lo = std::min(lo, hi / 1.1);
    }
    Evaluation above = look(hi);
    while (!above.breaks() && !executor_.interrupted()) {
      if ((request_.to && hi >= *request_.to) || hi > scale * kFarOut) {
        return none_up_to(hi, above);
      }
      lo = hi;
      hi = request_.to ? std::min(hi * 2, *request_.to) : hi * 2;
      above = look(hi);
    }
    Evaluation below = look(lo);
    while (below.breaks() && lo > scale / kFarOut && !executor_.interrupted()) {
      above = std::move(below);
      hi = lo;
      lo = request_.whole_numbers ? std::floor(lo / 1.6) : lo / 1.6;
      if (request_.whole_numbers && lo < 1) {
        break;
      }
      below = look(lo);
    }
    while (!is_narrow(lo, hi) && !executor_.interrupted()) {
      const double m = middle(lo, hi);
      if (m <= lo || m >= hi) {
        break;
      }
      Evaluation e = look(m);
      (e.breaks() ? hi : lo) = m;
      (e.breaks() ? above : below) = std::move(e);
    }
    // The search looked at few replications; the answer is over all of them.
    below = evaluate(lo, 1.0, replications_);
    above = evaluate(hi, 1.0, replications_);
    while (!above.breaks() && hi < scale * kFarOut && !executor_.interrupted()) {
      below = std::move(above);
      hi = request_.whole_numbers ? std::ceil(hi * kNarrow) : hi * kNarrow;
      above = evaluate(hi, 1.0, replications_);
    }
    Saturated found = describe(below, above);
    for (int round = 0; round < 3 && effort_ == 1 && is_vague(found) && !executor_.interrupted(); ++round) {
      precision_ *= 3;
      below = evaluate(lo, 1.0, replications_);
      above = evaluate(hi, 1.0, replications_);
      if (!above.breaks()) {
        break;
      }
      found = describe(below, above);
    }
    precision_ = 1;
    return found;
  }

  static bool is_vague(const Saturated& found) {
    constexpr double kWidest = 0.045;  // relative half-width
    return found.at.ci && found.at.value > 0 && found.at.ci->width() / 2 > kWidest * found.at.value;
  }

  // A resource that the bound does not see but that can refuse (a server's connection slots), or a threshold.
  bool has_other_limits() const {
    const auto model = model_at_(request_.from.value_or(1.0));
    return !request_.thresholds.empty() ||
           (model != nullptr && std::any_of(model->resources.begin(), model->resources.end(), [&](const auto& plan) {
              return !plan->in_bound && plan->judged && plan->capacity < 1e15 &&
                     std::find(relieved_.begin(), relieved_.end(), plan->name) == relieved_.end();
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
    double per_s = 0;
    for (const auto& source : model.sources) {
      const auto rate = source->peak_rate();
      per_s = rate && per_s >= 0 ? per_s + *rate * 1e9 : -1;
    }
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
    double at = above.value;
    if (over.sign == Sign::growth) {
      return above.value * (1 - std::max(0.0, m.deficit));  // what is served of what comes
    } else if (replication < below.verdict.rows[row].replications.size()) {
      const Measures& u = below.verdict.rows[row].replications[replication];
      const double limit = over.sign == Sign::refused ? kRefusedLimit : kBlockedLimit;
      const double from = over.sign == Sign::refused ? u.refused : u.blocked;
      const double to = over.sign == Sign::refused ? m.refused : m.blocked;
      at = to > from ? below.value + (above.value - below.value) * (limit - from) / (to - from) : above.value;
    }
    return std::clamp(at, below.value, above.value);
  }

  Saturated describe(const Evaluation& below, const Evaluation& above) {
    Saturated s;
    s.throughput_per_s = throughput(below);
    s.bound_at = bound_.at_load;
    s.bound_resource = bound_.resource && above.model ? above.model->resources[*bound_.resource]->name : "";
    std::vector<double> crossings;
    if (!above.verdict.first) {
      s.limited_by = above.failed_threshold.empty() ? "resource" : "threshold";
      s.threshold = above.failed_threshold;
      for (std::size_t r = 0; r < replications_; ++r) {
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
      // no load passes the bound: an overload that was short shows less of itself than there is
      crossings.push_back(request_.is_load ? std::min(at, bound_.at_load) : at);
    }
    s.at = estimate_mean(crossings);
    s.throughput_per_s = offered_at(*above.model, s);
    const RunSummary summary = summarize(*above.model, above.observed, {});
    s.cause = find_cause(summary.resources, s.resource);
    return s;
  }

  // Latencies under half the capacity, drained to the end.
  void summarize_half(const Saturated& found, SaturateResult& result) {
    const double half = request_.whole_numbers ? std::max(1.0, std::floor(found.at.value / 2)) : found.at.value / 2;
    const auto model = model_at_(half);
    if (model == nullptr) {
      return;
    }
    Horizon horizon = horizon_for(bound_, half, 1.0);
    hold_peaks(*model, horizon.end);
    RunSettings settings = settings_at(half);
    settings.drain = true;
    const auto observed = run_replications(*model, settings, horizon, request_.replications, executor_);
    result.below = summarize(*model, observed, kDefaultQuantiles);
    result.below_at = half;
  }

  const ModelAt& model_at_;
  const SaturateRequest& request_;
  Executor& executor_;
  std::vector<std::string> relieved_;
  Bound bound_;
  double effort_ = 1;
  double precision_ = 1;  // how much longer than usual is measured
  std::size_t replications_ = 1;
  std::size_t evaluations_ = 0;
};

}  // namespace

SaturateResult saturate(const ModelAt& model_at, const SaturateRequest& request, Executor& executor) {
  return Search(model_at, request, executor).run();
}

}  // namespace loadstone
