// loadstone sensitivity TOPOLOGY WORKLOAD
#include <atomic>
#include <functional>
#include <future>
#include <vector>

#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/load/guesses.hpp"
#include "src/report/sensitivity_report.hpp"

namespace loadstone::cli {

namespace {

// A hundred searches tell more than one that knows its third digit.
constexpr std::size_t kReplications = 4;
constexpr double kCompletions = 500;

Outcome outcome_at(const SearchInputs& inputs, const load::Guesses& guesses, const Factors& factors,
                   const Options& options, exec::ThreadExecutor& executor) {
  load::Inputs varied = inputs.inputs;
  varied.topology = load::with_guesses(std::move(varied.topology), guesses, factors);
  Diagnostics diagnostics;
  const auto checked = check_search(std::move(varied), options, diagnostics);
  Outcome outcome;
  if (!checked) {
    outcome.impossible = diagnostics.list().empty() ? "it cannot be run" : diagnostics.list().front().message;
    return outcome;
  }
  const Saturated first = search(*checked, options, executor, kCompletions).result.order.front();
  outcome.at = first.at;
  outcome.first = first.limited_by == "threshold" ? first.threshold : first.resource;
  return outcome;
}

// As many at a time as there are threads: what one search has to wait for, the threads do for another.
void side_by_side(std::size_t count, const exec::ThreadExecutor& executor,
                  const std::function<void(std::size_t)>& job) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count && !executor.interrupted(); i = next++) {
      job(i);
    }
  };
  std::vector<std::future<void>> workers;
  for (unsigned i = 0; i < executor.threads(); ++i) {
    workers.push_back(std::async(std::launch::async, work));
  }
  for (auto& worker : workers) {
    worker.get();
  }
}

}  // namespace

int command_sensitivity(const Options& given) {
  Options options = given;
  options.depth = 1;
  options.replications = given.given("--replications") ? given.replications : kReplications;
  Diagnostics diagnostics;
  const auto inputs = read_search(options.files[0], options.files[1], options, diagnostics);
  if (!print_diagnostics(diagnostics) || !inputs) {
    return kInvalidInput;
  }
  Output output(given);
  const load::Guesses guesses = load::guesses_of(inputs->inputs, inputs->loaded, options.set);
  const std::vector<Factors> points = sensitivity_points(guesses.varied, options.samples, options.seed);
  std::vector<Outcome> outcomes(points.size());
  exec::ThreadExecutor executor(options.threads);
  {
    const Progress progress(executor, options, "varying: run", Progress::Rounds::many);
    side_by_side(points.size(), executor,
                 [&](std::size_t i) { outcomes[i] = outcome_at(*inputs, guesses, points[i], options, executor); });
  }
  if (executor.interrupted()) {
    return interrupted(executor, "a study of guesses that is cut short has no result");
  }
  Sensitivity result = summarize_sensitivity(guesses.varied, points, outcomes);
  result.identity = identity_of(*inputs, options);
  result.not_varied = guesses.not_varied;
  const std::string json = report::to_json(result);
  output.finish(json);
  return print(options.json ? json : report::to_console(result)) ? kDone : kFailed;
}

}  // namespace loadstone::cli
