#include "sim/experiment/run.hpp"

#include <algorithm>

#include "sim/experiment/compare.hpp"
#include "sim/experiment/verdict.hpp"

namespace loadstone {

RunResult run(const Model& model, const Topology& topology, const Workload& workload,
              const std::vector<Threshold>& thresholds, const RunRequest& request, Executor& executor) {
  const WarmedHorizon warmed = warmed_horizon(workload, model, request.settings, executor);
  const PrecisionGoal goal = request.precision.value_or(PrecisionGoal{});
  const std::vector<Observations> observed =
      run_until_precise(model, request.settings, warmed.horizon, request.replications, goal, executor);
  return executor.interrupted() ? RunResult{}
                                : conclude(model, topology, workload, thresholds, request, warmed.warmup, observed);
}

RunResult conclude(const Model& model, const Topology& topology, const Workload& workload,
                   const std::vector<Threshold>& thresholds, const RunRequest& request, const Warmup& warmup,
                   std::span<const Observations> observed) {
  std::vector<double> quantiles(std::begin(kDefaultQuantiles), std::end(kDefaultQuantiles));
  quantiles.insert(quantiles.end(), request.quantiles.begin(), request.quantiles.end());
  const std::vector<double> asked = quantiles_of(thresholds);
  quantiles.insert(quantiles.end(), asked.begin(), asked.end());
  std::sort(quantiles.begin(), quantiles.end());
  quantiles.erase(std::unique(quantiles.begin(), quantiles.end()), quantiles.end());

  RunResult result;
  result.identity = {.topology = topology.name,
                     .workload = workload.name,
                     .seed = request.settings.seed,
                     .load = request.settings.load,
                     .params = {},
                     .engine = request.settings.engine != nullptr ? request.settings.engine->name() : "native"};
  result.warmup = warmup;
  result.summary = summarize(model, observed, quantiles);
  if (request.precision) {
    result.precision = {*request.precision, widest_headline(result.summary)};
  }
  result.thresholds = judge(thresholds, result.summary);
  result.cost = fixed_cost(topology, model);
  result.cost.variable_usd_month = variable_usd_month(topology, model, result.summary);
  result.cost.llm_usd = result.summary.llm_usd;
  pronounce(model, judge_saturation(model, observed, request.settings.relieved), result);
  return result;
}

}  // namespace loadstone
