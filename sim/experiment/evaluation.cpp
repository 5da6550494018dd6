#include "sim/experiment/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/experiment/measure_bound.hpp"
#include "sim/experiment/replications.hpp"

namespace loadstone {

namespace {

constexpr double kLongestStretch = 16;
constexpr double kLaterStretch = 2;
constexpr double kVagueStretch = 4;
constexpr double kVague = 0.015;     // what a row carries is known no better than this
constexpr double kNearlyAll = 0.99;  // of the load: a row that is sure to carry it is not accused
constexpr double kNested = 0.8;      // of the time somebody waits, at more than one row
constexpr double kPauses = 2;        // of the slowest line, before and in what is measured
constexpr double kLatencies = 100;
constexpr double kFewRequests = 20'000;
constexpr double kDrainedShare = 0.25;  // latencies far from the edge need no more
constexpr double kClosedLength = 3;     // a difference of two throughputs needs longer runs
constexpr std::uint64_t kMostInFlight = 200'000;

bool is_clear(const Evaluation& e) {
  if (e.verdict.stopped) {
    return true;
  }
  bool calm = e.failed_threshold.empty() && e.gains.empty();
  bool clear_break = false;
  for (const RowVerdict& row : e.verdict.rows) {
    calm = calm && row.sign == Sign::none && row.mean.deficit < 0.01 && row.mean.blocked < 0.6 && row.mean.refused == 0;
    clear_break = clear_break || (row.sign == Sign::growth && row.mean.deficit > 0.1) ||
                  (row.sign == Sign::refused && row.mean.refused > 0.1);
  }
  return calm || clear_break;
}

std::int64_t users_of(const Model& model, double load) {
  std::int64_t users = 0;
  for (const auto& source : model.sources) {
    users += source->peak_users(load).value_or(0);
  }
  return users;
}

// The load that a row carried in each replication while it was in use: what was served of what came, by the share of
// time in which it was. What came is counted, so that how unevenly it came does not matter; a line on its way does not
// either. Nothing where the row had time to spare, or is none that a line grows at.
std::vector<double> carried_loads(const Evaluation& e, const RowVerdict& row, double requests_per_s) {
  constexpr double kBusy = 0.9;
  std::vector<double> loads;
  for (std::size_t r = 0; r < e.observed.size(); ++r) {
    const Measures& m = row.replications[r];
    if (row.mean.busy < kBusy || m.busy < kBusy / 2 || m.refused > 0) {
      return {};
    }
    loads.push_back(load_that_came(e.observed[r], requests_per_s) * (1 - m.deficit) / m.busy);
  }
  return loads;
}

// Where nothing grows, the row on which most of the time somebody waits; the busiest if nobody waits anywhere.
RowId most_pressed(const Model& model, const Verdict& verdict) {
  RowId most = 0;
  std::pair<double, double> pressure{-1, -1};
  for (const RowVerdict& row : verdict.rows) {
    const std::pair<double, double> own{std::max(row.mean.blocked, row.mean.refused), row.mean.busy};
    const ResourcePlan& plan = *model.resources[row.row];
    if (plan.judged && plan.is_limited() && own > pressure) {
      pressure = own;
      most = row.row;
    }
  }
  return most;
}

}  // namespace

double throughput_of(const Observations& o) {
  return static_cast<double>(o.entered_completed) / (o.measured_until - o.measured_from).seconds();
}

Estimate throughput_of(std::span<const Observations> replications) {
  std::vector<double> values;
  for (const Observations& o : replications) {
    values.push_back(throughput_of(o));
  }
  return estimate_mean(values);
}

std::string first_failed(const std::vector<Threshold>& thresholds, const RunSummary& summary) {
  for (const ThresholdResult& t : judge(thresholds, summary)) {
    if (!t.ok) {
      return t.metric + ": " + t.expression;
    }
  }
  return "";
}

bool has_limits(const Model& model, std::span<const std::string> relieved, LimitKind which) {
  return std::any_of(model.resources.begin(), model.resources.end(), [&](const auto& plan) {
    return (which == LimitKind::any || !plan->in_bound) && plan->is_limited() && is_judged(*plan, relieved);
  });
}

double load_that_came(const Observations& o, double requests_per_s) {
  return static_cast<double>(o.entered) / ((o.measured_until - o.measured_from).seconds() * requests_per_s);
}

void Evaluator::begin(const Effort& effort, std::vector<std::string> relieved) {
  effort_ = effort;
  relieved_ = std::move(relieved);
  precision_ = 1;
  stretch_ = 1;
}

RunSettings Evaluator::settings_at(double value) const {
  RunSettings settings;
  settings.seed = request_.seed;
  settings.load = request_.is_load ? value : request_.load;
  settings.relieved = relieved_;
  settings.drain = false;
  settings.engine = request_.engine;
  return settings;
}

const Bound& Evaluator::find_bound(double value) {
  bound_ = {};
  settle_s_ = 0;
  beat_s_ = 0;
  if (const auto model = model_at_(value)) {
    executor_.run(1, [&](std::size_t) { bound_ = measure_bound(*model, settings_at(value)); });
    for (const auto& plan : model->resources) {
      const double settle_s = plan->settle.seconds();
      settle_s_ = std::max(settle_s_, settle_s);
      beat_s_ = beat_s_ == 0 || (settle_s > 0 && settle_s < beat_s_) ? settle_s : beat_s_;
    }
  }
  if (!request_.is_load) {
    bound_.at_load = std::numeric_limits<double>::infinity();  // of another axis
  }
  return bound_;
}

// Of the scarcest resource at load 1; of those that are nearly as scarce, the one with the fewest.
double Evaluator::completions_per_s() const {
  constexpr double kNearly = 1.1;
  if (!bound_.resource) {
    return bound_.requests_per_s;
  }
  const Demand& scarcest = bound_.demands[*bound_.resource];
  double fewest = scarcest.arrivals_per_s;
  for (const Demand& demand : bound_.demands) {
    if (demand.at_load <= scarcest.at_load * kNearly && demand.arrivals_per_s > 0) {
      fewest = std::min(fewest, demand.arrivals_per_s);
    }
  }
  return fewest;
}

// Long enough for so many completions of the scarcest resource at this load, and for the slowest request many times
// over.
Horizon Evaluator::horizon_for(double value, double share) const {
  const double load = request_.is_load ? value : request_.load;
  const double per_s = completions_per_s() * load;
  const double own = share * effort_.share;
  const double latency = bound_.longest_latency_s;
  // many of the slowest requests, where that takes few requests in all
  const double many = std::min(latency * kLatencies, kFewRequests / std::max(1e-9, bound_.requests_per_s * load));
  double measured = std::max({0.5, request_.completions * own / std::max(1e-9, per_s), latency * 2 * own,
                              many * share * (effort_.share < 1 ? 0.5 : 1), settle_s_ * kPauses}) *
                    precision_ * stretch_;
  if (beat_s_ > 0) {
    measured = std::ceil(measured / beat_s_) * beat_s_;
  }
  const double warmup =
      std::max({measured / 5, latency * (effort_.share < 1 ? 1 : 2) * stretch_, settle_s_ * kPauses * stretch_});
  Horizon horizon;
  horizon.warmup = whole_ns(warmup * 1e9);
  horizon.end = whole_ns((warmup + measured) * 1e9);
  horizon.blocks = 20;
  return horizon;
}

Evaluation Evaluator::evaluate_once(double value, double share, std::size_t replications, Evaluation& seen,
                                    bool believe_settling) {
  ++count_;
  Evaluation e;
  e.value = value;
  e.model = model_at_(value);
  if (e.model == nullptr) {
    return e;
  }
  const RunSettings settings = settings_at(value);
  const bool closed = users_of(*e.model, settings.load) > 0;
  const Horizon horizon = horizon_for(value, closed ? share * kClosedLength : share);
  e.horizon = horizon;
  hold_peaks(*e.model, horizon.end);
  e.model->limits.max_in_flight = std::min(e.model->limits.max_in_flight, kMostInFlight);
  if (seen.value == value && seen.horizon.warmup == horizon.warmup && seen.horizon.end == horizon.end &&
      seen.observed.size() <= replications) {
    e.observed = std::move(seen.observed);
  }
  std::vector<Observations> more =
      run_replications(*e.model, settings, horizon, replications - e.observed.size(), executor_, e.observed.size());
  std::move(more.begin(), more.end(), std::back_inserter(e.observed));
  if (executor_.interrupted()) {
    return e;
  }
  e.verdict = judge_saturation(*e.model, e.observed, relieved_, believe_settling);
  judge_carried(e, believe_settling);
  judge_thresholds(e);
  if (closed) {
    judge_closed(e, horizon, settings);
  }
  if (request_.on_evaluation) {
    request_.on_evaluation({value, replications, horizon.end.seconds(), e.breaks(),
                            e.verdict.first ? e.model->resources[*e.verdict.first]->name : e.failed_threshold});
  }
  return e;
}

Evaluation Evaluator::evaluate(double value, double share, std::size_t replications, Evaluation seen) {
  for (;;) {
    // What comes next is searched with less effort: there, what does not tell is no sign.
    const bool first = effort_.share >= 1;
    const bool longest = stretch_ >= (first ? kLongestStretch : kLaterStretch);
    Evaluation e = evaluate_once(value, share, replications, seen, longest && first);
    const bool is_vague = e.is_vague && first && replications == effort_.replications && stretch_ < kVagueStretch;
    if ((!e.verdict.settling && !is_vague) || longest || executor_.interrupted()) {
      return e;
    }
    stretch_ *= 2;
  }
}

Evaluation Evaluator::glance(double value) {
  Evaluation quick = evaluate(value, 0.2, std::min(kFewRuns, request_.replications), {});
  return is_clear(quick) ? std::move(quick) : look(value);
}

Evaluation Evaluator::look(double value) {
  Evaluation two = evaluate(value, 1.0, std::min(kFewestRuns, request_.replications), {});
  return request_.thresholds.empty() && is_clear(two)
             ? std::move(two)
             : evaluate(value, 1.0, std::min(kFewRuns, request_.replications), std::move(two));
}

Evaluation Evaluator::whole(double value, Evaluation seen) {
  return evaluate(value, 1.0, effort_.replications, std::move(seen));
}

RunSummary Evaluator::drained(double value) {
  const auto model = model_at_(value);
  if (model == nullptr) {
    return {};
  }
  const Horizon horizon = horizon_for(value, kDrainedShare);
  hold_peaks(*model, horizon.end);
  RunSettings settings = settings_at(value);
  settings.drain = true;
  return summarize(*model, run_replications(*model, settings, horizon, request_.replications, executor_),
                   kDefaultQuantiles);
}

void Evaluator::judge_thresholds(Evaluation& e) const {
  if (request_.thresholds.empty()) {
    return;
  }
  const std::vector<double> quantiles = quantiles_of(request_.thresholds);
  e.failed_threshold = first_failed(request_.thresholds, summarize(*e.model, e.observed, quantiles));
}

// Where the load is known, what a row carries tells more than how its line grew: it is free of the noise of arrivals,
// and of a line that grows because the run began empty. A row that carries more than the load does not grow; one that
// carries less is overloaded, although its line may not show it yet. Where a line grows, one further in that never ends
// is its cause, and carries just what is let through.
void Evaluator::judge_carried(Evaluation& e, bool believe_settling) const {
  constexpr double kConfidence = 0.9;  // of the interval: one side of it is 95 %
  const double requests_per_s = written_rate(*e.model);
  if (!request_.is_load || requests_per_s <= 0 || effort_.share < 1) {
    return;
  }
  std::vector<Estimate> carried(e.verdict.rows.size(), estimate_mean({}));
  std::optional<RowId> least;
  double least_load = e.value * (1 - kVisibleDeficit);
  for (const RowVerdict& row : e.verdict.rows) {
    const ResourcePlan& plan = *e.model->resources[row.row];
    if (!plan.judged || plan.refills || e.observed[0].resources[row.row].members > 1 ||
        plan.settle > Duration{} ||  // whose waiters pause while it is free
        std::find(relieved_.begin(), relieved_.end(), plan.name) != relieved_.end()) {
      continue;
    }
    carried[row.row] = estimate_mean(carried_loads(e, row, requests_per_s), kConfidence);
    const auto& ci = carried[row.row].ci;
    if (ci && ci->hi < least_load) {
      least = row.row;
      least_load = ci->hi;
    }
    e.is_vague = e.is_vague || (ci && ci->lo < e.value && e.value < ci->hi && ci->width() / 2 > kVague * e.value);
  }
  // With lines inside lines it takes their growth to tell which was first.
  const auto always_waited_for = std::count_if(e.verdict.rows.begin(), e.verdict.rows.end(),
                                               [](const RowVerdict& row) { return row.mean.blocked > kNested; });
  if (always_waited_for > 1) {
    return;
  }
  const auto is_carried = [&](const RowVerdict& row) {
    const auto& ci = carried[row.row].ci;
    return ci && carried[row.row].value > e.value && ci->lo > e.value * kNearlyAll;
  };
  const bool something_grows = std::any_of(e.verdict.rows.begin(), e.verdict.rows.end(), [&](const RowVerdict& row) {
    return row.sign == Sign::growth && !is_carried(row);
  });
  std::vector<std::string> not_judged = relieved_;
  for (const RowVerdict& row : e.verdict.rows) {
    if ((row.sign == Sign::growth || (row.sign == Sign::blocked && !something_grows)) && is_carried(row)) {
      not_judged.push_back(e.model->resources[row.row]->name);
    }
  }
  if (not_judged.size() > relieved_.size()) {
    e.verdict = judge_saturation(*e.model, e.observed, not_judged, believe_settling);
  }
  if (least && !e.verdict.saturated && !e.verdict.settling) {
    e.verdict.saturated = true;
    e.verdict.first = least;
    e.verdict.agreeing = 1;
    e.verdict.rows[*least].sign = Sign::growth;
  }
}

void Evaluator::judge_closed(Evaluation& e, const Horizon& horizon, const RunSettings& settings) {
  const std::int64_t users = users_of(*e.model, settings.load);
  RunSettings more = settings;
  more.load = settings.load * 1.1;
  while (users_of(*e.model, more.load) == users) {
    more.load *= 1.1;  // 10 % is less than one user
  }
  const double relative = static_cast<double>(users_of(*e.model, more.load)) / static_cast<double>(users) - 1;
  const std::vector<Observations> with_more = run_replications(*e.model, more, horizon, e.observed.size(), executor_);
  if (executor_.interrupted()) {
    return;
  }
  double sum = 0;
  for (std::size_t r = 0; r < with_more.size(); ++r) {
    const double before = throughput_of(e.observed[r]);
    e.gains.push_back(before > 0 ? (throughput_of(with_more[r]) / before - 1) / relative : 0);
    sum += e.gains.back();
  }
  if (e.verdict.first || sum / static_cast<double>(with_more.size()) >= kFlatGain) {
    return;
  }
  const RowId row = most_pressed(*e.model, e.verdict);
  e.verdict.saturated = true;
  e.verdict.first = row;
  e.verdict.agreeing = 1;
  e.verdict.rows[row].sign = Sign::flat;
}

double Evaluator::written_rate(const Model& model) {
  double per_s = 0;
  for (const auto& source : model.sources) {
    const auto rate = source->peak_rate();
    if (!rate) {
      return 0;
    }
    per_s += *rate * 1e9;
  }
  return per_s;
}

}  // namespace loadstone
