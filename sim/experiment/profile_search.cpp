#include "sim/experiment/profile_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/analysis/profile_verdict.hpp"
#include "sim/base/infinity.hpp"
#include "sim/experiment/edge.hpp"
#include "sim/experiment/evaluation.hpp"
#include "sim/experiment/measure_bound.hpp"
#include "sim/experiment/replications.hpp"

namespace loadstone {

namespace {

// How sure one must be that a value breaks.
enum class Sure : std::uint8_t { surely, probably, maybe };

// A value that was tried, and what was seen there.
struct Tried {
  double value = 0;
  ProfileVerdict verdict;
  std::string failed_threshold;
  Estimate throughput_per_s;
  std::shared_ptr<Model> model;
  std::vector<ResourceSummary> resources;

  [[nodiscard]] bool breaks(Sure sure) const {
    return !failed_threshold.empty() || (sure == Sure::surely     ? verdict.surely
                                         : sure == Sure::probably ? verdict.probably
                                                                  : verdict.maybe);
  }
};

class ProfileSearch {
 public:
  ProfileSearch(const ModelAt& model_at, const SaturateRequest& request, Executor& executor)
      : model_at_(model_at), request_(request), executor_(executor) {}

  SaturateResult run() {
    SaturateResult result;
    find_start();
    while (result.order.size() < request_.depth && !executor_.interrupted()) {
      tried_.clear();
      Saturated found = find_one();
      if (executor_.interrupted()) {
        break;
      }
      if (result.order.empty()) {
        result.below_at = whole(found.at.value / 2);
        result.below = summary_at(result.below_at);
      }
      const bool more = found.limited_by == "resource" && !found.resource.empty();
      result.order.push_back(std::move(found));
      if (!more) {
        break;
      }
      relieved_.push_back(result.order.back().resource);
      last_edge_ = result.order.back().at.value;
    }
    result.evaluations = evaluations_;
    if (result.order.empty()) {
      result.order.emplace_back();  // of a search that was cut short
    }
    return result;
  }

 private:
  static constexpr double kWindowSeconds = 60;
  static constexpr double kNarrow = 1.02;       // a bracket this tight is not bisected further
  static constexpr double kLaterNarrow = 1.08;  // the same, of what comes next
  static constexpr double kStep = 2;            // from value to value until the edge is passed
  static constexpr double kBelowBound =
      4;  // an overload costs more than a look from below: so far below the search begins
  static constexpr double kFarOut = 256;      // beyond this multiple of the start nothing is searched
  static constexpr double kLaterFarOut = 16;  // the same, of what comes next, from the last edge
  static constexpr std::uint64_t kMostInFlight = 200'000;

  [[nodiscard]] double narrow() const { return relieved_.empty() ? kNarrow : kLaterNarrow; }
  [[nodiscard]] double whole(double value) const {
    return request_.whole_numbers ? std::max(1.0, std::round(value)) : value;
  }

  [[nodiscard]] RunSettings settings_at(double value) const {
    RunSettings settings;
    settings.seed = request_.seed;
    settings.load = request_.is_load ? value : request_.load;
    settings.relieved = relieved_;
    settings.engine = request_.engine;
    return settings;
  }

  // How long the slowest request takes where nothing is in its way; and where to look first: below the load that
  // could be kept up at the peak, if nothing else is said.
  void find_start() {
    start_ = request_.from.value_or(1.0);
    const auto model = model_at_(start_);
    if (model == nullptr) {
      return;
    }
    Bound bound;
    executor_.run(1, [&](std::size_t) { bound = measure_bound(*model, settings_at(start_)); });
    slowest_ = whole_ns(bound.longest_latency_s * 1e9);
    if (request_.is_load && !request_.from && std::isfinite(bound.at_load)) {
      start_ = bound.at_load / kBelowBound;
    }
  }

  // The whole course; and after it a minute, and as long as the slowest request takes.
  [[nodiscard]] Horizon horizon_of(const Model& model) const {
    Horizon horizon;
    horizon.end = model.end;
    horizon.blocks =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(model.end.seconds() / kWindowSeconds)));
    horizon.drain = whole_ns(kWindowSeconds * 1e9) + slowest_;
    return horizon;
  }

  std::vector<Observations> observe(const Model& model, double value) {
    return run_replications(model, settings_at(value), horizon_of(model), request_.replications, executor_);
  }

  RunSummary summary_at(double value) {
    const auto model = model_at_(value);
    return model == nullptr ? RunSummary{} : summarize(*model, observe(*model, value), kDefaultQuantiles);
  }

  const Tried& attempt(double value) {
    const auto known = std::find_if(tried_.begin(), tried_.end(), [&](const Tried& t) { return t.value == value; });
    if (known != tried_.end()) {
      return *known;
    }
    ++evaluations_;
    Tried& t = tried_.emplace_back();
    t.value = value;
    t.model = model_at_(value);
    if (t.model == nullptr) {
      return t;
    }
    t.model->limits.max_in_flight = std::min(t.model->limits.max_in_flight, kMostInFlight);
    const std::vector<Observations> observed = observe(*t.model, value);
    if (executor_.interrupted()) {
      return t;
    }
    t.verdict = judge_profile(*t.model, observed, horizon_of(*t.model).drain, relieved_);
    RunSummary summary = summarize(*t.model, observed, quantiles_of(request_.thresholds));
    t.failed_threshold = first_failed(request_.thresholds, summary);
    t.resources = std::move(summary.resources);
    t.throughput_per_s = throughput_of(observed);
    if (request_.on_evaluation) {
      request_.on_evaluation({value, observed.size(), t.model->end.seconds(), t.breaks(Sure::probably),
                              t.verdict.first ? t.model->resources[*t.verdict.first]->name : t.failed_threshold});
    }
    return t;
  }

  struct Bracket {
    double holds = 0;
    double breaks = kInfinity;
  };

  // What is known of an edge from all that was tried.
  [[nodiscard]] Bracket bracket_of(Sure sure) const {
    Bracket bracket;
    for (const Tried& t : tried_) {
      if (t.breaks(sure)) {
        bracket.breaks = std::min(bracket.breaks, t.value);
      }
    }
    for (const Tried& t : tried_) {
      if (!t.breaks(sure) && t.value < bracket.breaks) {
        bracket.holds = std::max(bracket.holds, t.value);
      }
    }
    return bracket;
  }

  // Between a value at which nothing may break and one that surely does; false where none does up to the end.
  bool enclose() {
    const double start = whole(last_edge_.value_or(start_));
    const double most = request_.to.value_or(start * (last_edge_ ? kLaterFarOut : kFarOut));
    for (double v = std::min(start, most); !attempt(v).breaks(Sure::surely) && !executor_.interrupted();) {
      if (v >= most || tried_.back().model == nullptr) {
        return bracket_of(Sure::probably).breaks < kInfinity;
      }
      v = std::min(most, whole(std::ceil(v * kStep * 1e6) / 1e6));
    }
    for (double v = bracket_of(Sure::maybe).breaks; attempt(v).breaks(Sure::maybe) && !executor_.interrupted();) {
      const double next = whole(v / kStep);
      if (next >= v || next < start / kFarOut) {
        break;
      }
      v = next;
    }
    return true;
  }

  void narrow_down(Sure sure) {
    for (;;) {
      const auto [holds, breaks] = bracket_of(sure);
      const bool is_narrow =
          request_.whole_numbers ? breaks - holds <= std::max(1.0, holds * (narrow() - 1)) : breaks <= holds * narrow();
      const double middle = whole(std::sqrt(holds * breaks));
      if (is_narrow || !std::isfinite(breaks) || middle <= holds || middle >= breaks || executor_.interrupted()) {
        return;
      }
      attempt(middle);
    }
  }

  [[nodiscard]] bool can_break() const {
    const auto model = model_at_(request_.from.value_or(1.0));
    return !request_.thresholds.empty() || (model != nullptr && has_limits(*model, relieved_, LimitKind::any));
  }

  Saturated find_one() {
    if (!can_break()) {
      return unlimited();
    }
    const bool found = enclose();
    if (executor_.interrupted()) {
      return {};
    }
    if (!found) {
      return none_up_to();
    }
    narrow_down(Sure::probably);
    if (relieved_.empty()) {
      narrow_down(Sure::surely);
      narrow_down(Sure::maybe);
    }
    return executor_.interrupted() ? Saturated{} : describe();
  }

  [[nodiscard]] const Tried& tried_at(double value) const {
    return *std::find_if(tried_.begin(), tried_.end(), [&](const Tried& t) { return t.value == value; });
  }

  [[nodiscard]] Saturated describe() const {
    const Bracket likely = bracket_of(Sure::probably);
    const Bracket sure = bracket_of(Sure::surely);
    Saturated s;
    s.at.value = likely.holds > 0 ? std::sqrt(likely.holds * likely.breaks) : likely.breaks;
    if (std::isfinite(sure.breaks)) {
      s.at.ci = Interval{std::min(bracket_of(Sure::maybe).holds, likely.holds), std::max(sure.breaks, likely.breaks)};
    } else {
      s.at.why = "no value up to the end of the axis breaks in all likelihood";
    }
    s.bound_at = kInfinity;  // a profile may pass what cannot be kept up
    const Tried& above = tried_at(std::isfinite(sure.breaks) ? sure.breaks : likely.breaks);
    s.throughput_per_s = tried_at(likely.holds > 0 ? likely.holds : likely.breaks).throughput_per_s;
    s.resources = above.resources;
    s.limited_by = above.failed_threshold.empty() || above.verdict.first ? "resource" : "threshold";
    s.threshold = s.limited_by == "threshold" ? above.failed_threshold : "";
    s.sign = above.verdict.sign;
    s.window_s = above.verdict.window_s;
    s.agreeing = above.verdict.agreeing;
    if (above.verdict.first) {
      const ResourcePlan& first = *above.model->resources[*above.verdict.first];
      s.resource = first.name;
      s.relieved_by = first.relieved_by;
      s.cause = find_cause(s.resources, s.resource);
    }
    return s;
  }

  [[nodiscard]] Saturated none_up_to() const {
    Saturated s;
    s.limited_by = "none_up_to";
    s.bound_at = kInfinity;
    for (const Tried& tried : tried_) {  // upwards, to where the model no longer compiles
      if (tried.model != nullptr) {
        s.at = {tried.value, std::nullopt, "the workload as written is carried up to here"};
        s.throughput_per_s = tried.throughput_per_s;
      }
    }
    return s;
  }

  const ModelAt& model_at_;
  const SaturateRequest& request_;
  Executor& executor_;
  std::vector<std::string> relieved_;
  std::vector<Tried> tried_;  // with what is relieved now
  Duration slowest_;
  double start_ = 1;
  std::optional<double> last_edge_;  // of what was relieved last
  std::size_t evaluations_ = 0;
};

}  // namespace

SaturateResult search_profile(const ModelAt& model_at, const SaturateRequest& request, Executor& executor) {
  return ProfileSearch(model_at, request, executor).run();
}

}  // namespace loadstone
