// sim/experiment/evaluation.hpp
//
// One value of the axis, tried: replications long enough to tell, their verdict and the thresholds. What the search for
// a capacity asks.
//
// Length. In completions of the scarcest resource, and never shorter than the slowest requests take many times over. A
//         run whose lines are still on the way to their steady length is made again, twice as long. What is measured is
//         a whole number of looks of a worker that polls: a line that is emptied at a beat does not grow.
// Closed. Where users bring the load, nothing grows: a value is saturated if 10 % more users bring less than 2 % more
//         throughput (in proportion where 10 % is less than one user).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/analysis/bound.hpp"
#include "sim/analysis/saturation.hpp"
#include "sim/experiment/executor.hpp"
#include "sim/experiment/saturate.hpp"

namespace loadstone {

struct Evaluation {
  double value = 0;
  Verdict verdict;
  std::vector<Observations> observed;
  std::shared_ptr<Model> model;
  bool is_vague = false;  // whether something carries the load lies within the noise, and that is wide
  std::string failed_threshold;
  Horizon horizon;
  std::vector<double> gains;  // of a closed load, by replication: relative gain in throughput over that in users

  [[nodiscard]] bool breaks() const { return verdict.saturated || !failed_threshold.empty(); }
};

// Requests of sources that completed, a second of the window.
[[nodiscard]] double throughput_of(const Observations& o);
[[nodiscard]] Estimate throughput_of(std::span<const Observations> replications);

// The first of them that does not hold, as it is written; "" if all do.
[[nodiscard]] std::string first_failed(const std::vector<Threshold>& thresholds, const RunSummary& summary);

// Whether anything that is not relieved can fill: anything at all, or what no bound sees.
enum class LimitKind : std::uint8_t { any, beside_the_bound };
[[nodiscard]] bool has_limits(const Model& model, std::span<const std::string> relieved, LimitKind which);

// The load that came in it, where load 1 is so many requests a second: not quite the one that was to come.
[[nodiscard]] double load_that_came(const Observations& o, double requests_per_s);

inline constexpr double kFlatGain = 0.2;       // of a closed load: below it, more users are not worth having
inline constexpr std::size_t kFewRuns = 4;     // replications of a first look
inline constexpr std::size_t kFewestRuns = 2;  // where they tell clearly

// How much a search spends: on its first answer all, on what comes after it less.
struct Effort {
  double share = 1;
  std::size_t replications = 1;
};

class Evaluator {
 public:
  Evaluator(const ModelAt& model_at, const SaturateRequest& request, Executor& executor)
      : model_at_(model_at), request_(request), executor_(executor) {}

  // Before each search: what it may spend, and what has no limit from now on.
  void begin(const Effort& effort, std::vector<std::string> relieved);
  // Measures the bound at the axis value; runs after it are as long as it says.
  const Bound& find_bound(double value);
  [[nodiscard]] const Bound& bound() const { return bound_; }

  // Few replications, short ones first: for values that may be far from the edge.
  [[nodiscard]] Evaluation glance(double value);
  // Few replications at full length; fewer where they tell clearly.
  [[nodiscard]] Evaluation look(double value);
  // All replications at full length; those that `seen` has of the same value and length are not run again.
  [[nodiscard]] Evaluation whole(double value, Evaluation seen);
  // The same runs followed to the end of their requests, for latencies.
  [[nodiscard]] RunSummary drained(double value);

  void measure_longer(double times) { precision_ *= times; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const Effort& effort() const { return effort_; }
  [[nodiscard]] const std::vector<std::string>& relieved() const { return relieved_; }
  // Requests a second at load 1 where that is written down; 0 elsewhere.
  [[nodiscard]] static double written_rate(const Model& model);

 private:
  RunSettings settings_at(double value) const;
  double completions_per_s() const;
  Horizon horizon_for(double value, double share) const;
  Evaluation evaluate(double value, double share, std::size_t replications, Evaluation seen);
  Evaluation evaluate_once(double value, double share, std::size_t replications, Evaluation& seen,
                           bool believe_settling);
  void judge_thresholds(Evaluation& e) const;
  void judge_carried(Evaluation& e, bool believe_settling) const;
  void judge_closed(Evaluation& e, const Horizon& horizon, const RunSettings& settings);

  const ModelAt& model_at_;
  const SaturateRequest& request_;
  Executor& executor_;
  std::vector<std::string> relieved_;
  Bound bound_;
  Effort effort_;
  double precision_ = 1;  // how much longer than usual is measured
  double stretch_ = 1;    // the same, because lines took long to settle
  double settle_s_ = 0;   // of the slowest line, by its own pauses
  double beat_s_ = 0;     // of the fastest
  std::size_t count_ = 0;
};

}  // namespace loadstone
