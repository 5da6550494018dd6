// loadstone sweep EXPERIMENT, or sweep TOPOLOGY WORKLOAD --grid name=values
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/cli/sweep_support.hpp"
#include "src/report/sweep_report.hpp"
#include "src/store/row_bytes.hpp"
#include "src/store/run_bytes.hpp"
#include "src/store/store.hpp"

namespace loadstone::cli {

namespace {

// What the experiment says holds unless the command line says otherwise.
Options effective_options(const Options& options, const Experiment& experiment) {
  Options own = options;
  own.method = options.method ? options.method : experiment.method.method;
  if (own.method == Method::run) {
    own.axis = "load";  // and nothing else of a search
    own.from.reset();
    own.to.reset();
  } else if (options.files.size() == 1) {
    own.axis = options.given("--axis") ? options.axis : experiment.method.search.axis;
    own.from = options.from ? options.from : experiment.method.search.from;
    own.to = options.to ? options.to : experiment.method.search.to;
    own.depth = options.given("--depth") ? options.depth : static_cast<std::size_t>(experiment.method.search.depth);
  }
  if (experiment.replications && !options.given("--replications")) {
    own.replications = static_cast<std::size_t>(*experiment.replications);
  }
  if (experiment.seed && !options.given("--seed")) {
    own.seed = static_cast<std::uint64_t>(*experiment.seed);
  }
  return own;
}

// A sweep that was read and checked. A task is a replication of a point, or a point where its capacity is searched.
class Sweep {
 public:
  Sweep(const SweepInputs& inputs, const report::SweepPlan& plan, const Options& options,
        exec::ThreadExecutor& executor)
      : inputs_(inputs), plan_(plan), options_(options), executor_(executor) {
    request_.settings.seed = options.seed;
    request_.settings.engine = options.other_engine.get();
    request_.replications = options.replications;
    request_.quantiles = options.quantiles;
  }

  [[nodiscard]] bool is_search() const { return plan_.method == Method::saturate; }
  [[nodiscard]] std::size_t tasks_of_a_point() const { return is_search() ? 1 : plan_.replications; }

  struct Work {
    std::size_t there = 0;             // tasks that the store has
    std::vector<std::size_t> missing;  // and those that it has not, ascending
  };
  // Of this shard.
  [[nodiscard]] Work work(const store::Store& store) const {
    Work work;
    for (std::size_t point = 0; point < plan_.points.size(); ++point) {
      const std::vector<bool> has = finished(store, point);
      for (std::size_t i = 0; i < has.size(); ++i) {
        const std::size_t task = point * has.size() + i;
        if (task % options_.shards != options_.shard) {
          continue;
        }
        if (has[i]) {
          ++work.there;
        } else {
          work.missing.push_back(task);
        }
      }
    }
    return work;
  }
  [[nodiscard]] bool is_complete(const store::Store& store, std::size_t point) const {
    const std::vector<bool> has = finished(store, point);
    return std::find(has.begin(), has.end(), false) == has.end();
  }

  // In any process of the farm, to the root.
  [[nodiscard]] std::string compute(std::size_t task, PointCache& points) const {
    return is_search() ? search_point(task) : run_replication_of(task, points);
  }
  void deliver(std::size_t task, const std::string& result, store::Store& store) const {
    const std::size_t point = task / tasks_of_a_point();
    if (is_search()) {
      store.put(plan_.points[point].key, store::search_row_of(result));
      return;
    }
    const store::RunFound found = store::run_found_of(result);
    store.put(plan_.points[point].key, found.row, found.bytes);
  }

  // What a finished point says.
  [[nodiscard]] RunResult conclude_point(const store::Store& store, std::size_t point) const {
    std::vector<Observations> observed;
    Warmup warmup;
    for (std::size_t replication = 0; replication < plan_.replications; ++replication) {
      store::FinishedRun run = store::finished_run_of(store.bytes(plan_.points[point].key, replication));
      warmup = std::move(run.warmup);
      observed.push_back(std::move(run.observed));
    }
    RunRequest request = request_;
    request.settings.load = inputs_.points[point].load;
    const CompiledPoint compiled = compile_point(inputs_, point);
    const load::Loaded& loaded = compiled.loaded;
    RunResult result =
        conclude(loaded.model, loaded.topology, loaded.workload, compiled.thresholds, request, warmup, observed);
    result.identity.params.insert(inputs_.points[point].set.begin(), inputs_.points[point].set.end());
    return result;
  }

  [[nodiscard]] const RunSettings& settings() const { return request_.settings; }

 private:
  [[nodiscard]] std::vector<bool> finished(const store::Store& store, std::size_t point) const {
    const std::string& key = plan_.points[point].key;
    return is_search() ? std::vector<bool>{store.has_search(key)} : store.has_runs(key, plan_.replications);
  }

  [[nodiscard]] std::string run_replication_of(std::size_t task, PointCache& points) const {
    const std::size_t point = task / plan_.replications;
    const auto ready = points.get(point);
    RunSettings settings = request_.settings;
    settings.load = inputs_.points[point].load;
    settings.replication = task % plan_.replications;
    settings.give_up = [this] { return executor_.interrupted(); };
    const Model& model = ready->compiled.loaded.model;
    const store::FinishedRun run{ready->planned.warmup, run_replication(model, settings, ready->planned.horizon)};
    if (run.observed.given_up) {
      return "";
    }
    const RunSummary summary = summarize(model, {&run.observed, 1}, kDefaultQuantiles);
    return store::to_bytes(
        store::RunFound{report::run_row(summary, plan_.seed, settings.replication), store::to_bytes(run)});
  }

  [[nodiscard]] std::string search_point(std::size_t point) const {
    Diagnostics diagnostics;
    const Options own = options_of(options_, inputs_.points[point]);
    const auto inputs = check_search(inputs_.files[inputs_.points[point].files], own, diagnostics);
    const Progress progress(executor_, options_, fmt::format("point {}/{}: run", point + 1, plan_.points.size()),
                            Progress::Rounds::many);
    const SaturateReport found = search(*inputs, own, executor_);
    return executor_.interrupted() ? "" : store::to_bytes(report::search_row(found));
  }

  const SweepInputs& inputs_;
  const report::SweepPlan& plan_;
  const Options& options_;
  exec::ThreadExecutor& executor_;
  RunRequest request_;
};

// The table, result.json and rows.csv of what the store has, point after point. False if they could not be printed.
bool report_sweep(const Sweep& sweep, const report::SweepPlan& plan, const store::Store& store, const Options& options,
                  const report::OutDirectory* out) {
  std::vector<bool> complete;
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    complete.push_back(sweep.is_complete(store, point));
  }
  report::SweepTable table(plan);
  report::SweepJson json(plan, std::find(complete.begin(), complete.end(), false) == complete.end());
  std::optional<report::OutFile> file;
  if (out != nullptr) {
    file.emplace(out->path_of("result.json"));
  }
  bool is_printed = true;
  const auto add = [&](const std::string& text) {
    if (file) {
      file->add(text);
    }
    is_printed = is_printed && (!options.json || print(text));
  };
  add(json.begin());
  for (std::size_t point = 0; point < plan.points.size() && is_printed; ++point) {
    if (!complete[point]) {
      continue;
    }
    if (sweep.is_search()) {
      const report::SearchRow row = *store.search(plan.points[point].key);
      table.add(point, row);
      add(json.point(point, row));
    } else {
      const RunResult result = sweep.conclude_point(store, point);
      table.add(point, result);
      add(json.point(point, result));
    }
  }
  add(json.end());
  if (file) {
    file->commit();
    report::OutFile rows(out->path_of("rows.csv"));
    store.write_rows([&](const std::string& text) { rows.add(text); });
    rows.commit();
  }
  return is_printed && (options.json || print(table.text()));
}

}  // namespace

int sweep(const Options& given, exec::ThreadExecutor& executor, exec::TaskFarm& farm) {
  Diagnostics diagnostics;
  const auto inputs = read_sweep(given, diagnostics);
  const Options options = inputs ? effective_options(given, inputs->experiment) : given;
  if (options.method == Method::bound) {
    diagnostics.error(inputs->experiment.place, "a sweep runs or saturates; 'bound' is for loadstone check");
  }
  const auto plan = inputs && diagnostics.ok() ? plan_of(*inputs, options, diagnostics) : std::nullopt;
  const bool is_valid = (!farm.is_root() || print_diagnostics(diagnostics)) && plan;
  farm.agree(is_valid ? key_of(*plan) : "invalid");
  if (!is_valid) {
    return kInvalidInput;
  }
  const Sweep sweep(*inputs, *plan, options, executor);
  PointCache points(*inputs, sweep.settings(), executor.threads() + 1);
  const auto compute = [&](std::size_t task) { return sweep.compute(task, points); };
  const auto width = sweep.is_search() ? exec::TaskFarm::Width::all_threads : exec::TaskFarm::Width::one_thread;
  if (!farm.is_root()) {
    farm.run({}, compute, {}, width);
    return kDone;
  }
  Output output(options, store::kFileName);
  const report::OutDirectory* out = output.directory();
  store::Store store(out != nullptr ? out->path_of(store::kFileName) : "");
  store.set_plan(*plan);
  const Sweep::Work work = sweep.work(store);
  if (work.there > 0 && !options.quiet) {
    fmt::print(stderr, "loadstone: {} of {} {} were in {} already\n", work.there, work.there + work.missing.size(),
               sweep.is_search() ? "searches" : "runs", options.out);
  }
  {
    std::optional<Progress> progress;
    if (!sweep.is_search()) {
      progress.emplace(farm, options, "run");
    }
    farm.run(
        work.missing, compute, [&](std::size_t task, const std::string& result) { sweep.deliver(task, result, store); },
        width);
  }
  const bool is_printed = report_sweep(sweep, *plan, store, options, out);
  output.finish();
  if (!is_printed) {
    return kFailed;
  }
  return executor.interrupted() ? interrupted(executor, out != nullptr ? "what was finished is in " + options.out +
                                                                             "; the same command goes on from there"
                                                                       : "the points that were finished are shown")
                                : kDone;
}

int command_sweep(const Options& options) {
  exec::ThreadExecutor executor(options.threads);
  exec::ThreadFarm farm(executor);
  return sweep(options, executor, farm);
}

}  // namespace loadstone::cli
