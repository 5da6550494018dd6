#include "src/cli/sweep_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "src/cli/saturate_support.hpp"
#include "src/load/emit_yaml.hpp"
#include "src/load/experiment_file.hpp"
#include "src/store/key.hpp"

namespace loadstone::cli {

namespace {

std::optional<Experiment> experiment_of(const Options& options, Diagnostics& diagnostics) {
  if (options.files.size() == 2) {
    Experiment experiment;
    experiment.points.emplace_back().topology = {options.files[0], {}};
    experiment.workload = PlacedText{options.files[1], {}};
    return experiment;
  }
  return load::read_experiment_at(
      options.files[0], diagnostics,
      {"loadstone sweep EXPERIMENT", "loadstone sweep TOPOLOGY WORKLOAD --grid name=5,10,20"});
}

// Axes of the command line come after those of the file, or replace them.
void add_axes(const Options& options, Experiment& experiment, Diagnostics& diagnostics) {
  for (const std::string& text : options.grid) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      diagnostics.error({}, "--grid needs name=values, got '" + text + "'", {"--grid db_pool_size=5..80:5"});
      continue;
    }
    auto values = parse_grid_values(std::string_view(text).substr(equals + 1));
    if (const auto* message = std::get_if<std::string>(&values)) {
      diagnostics.error({}, "--grid: " + *message);
      continue;
    }
    GridAxis axis{text.substr(0, equals), std::get<std::vector<std::string>>(std::move(values)), {}};
    const auto same = std::find_if(experiment.grid.begin(), experiment.grid.end(),
                                   [&](const GridAxis& a) { return a.name == axis.name; });
    if (same != experiment.grid.end()) {
      *same = std::move(axis);
    } else {
      experiment.grid.push_back(std::move(axis));
    }
  }
}

void check_loads(const Experiment& experiment, Diagnostics& diagnostics) {
  for (const GridAxis& axis : experiment.grid) {
    for (const std::string& value : axis.name == "load" ? axis.values : std::vector<std::string>{}) {
      const auto parsed = parse_quantity(value);
      const auto* number = std::get_if<Quantity>(&parsed);
      if (number == nullptr || number->dim != kNumber || number->value <= 0 || number->value > 1e9) {
        diagnostics.error(axis.place, "grid: a load must be a number above 0 and at most 1e9, got '" + value + "'");
      }
    }
  }
}

}  // namespace

std::optional<SweepInputs> read_sweep(const Options& options, Diagnostics& diagnostics) {
  auto experiment = experiment_of(options, diagnostics);
  if (!experiment) {
    return std::nullopt;
  }
  add_axes(options, *experiment, diagnostics);
  check_loads(*experiment, diagnostics);
  if (!diagnostics.ok()) {
    return std::nullopt;
  }
  if (const double count = number_of_points(*experiment); count > static_cast<double>(kMostPoints)) {
    diagnostics.error({}, "the grid has " + format_number(count) + " points, more than " + std::to_string(kMostPoints));
    return std::nullopt;
  }
  SweepInputs inputs;
  for (const ExperimentPoint& point : experiment->points) {
    const PlacedText& workload = point.workload ? *point.workload : *experiment->workload;
    if (auto files = load::read_inputs(point.topology.text, workload.text, diagnostics)) {
      options.apply_engine(*files);
      inputs.files.push_back(std::move(*files));
    }
  }
  if (!diagnostics.ok()) {
    return std::nullopt;
  }
  inputs.points = points_of(*experiment, options.set, options.load);
  for (const SweepPoint& point : inputs.points) {
    for (const auto& [name, value] : point.varied) {
      if (std::find(inputs.varied.begin(), inputs.varied.end(), name) == inputs.varied.end()) {
        inputs.varied.push_back(name);
      }
    }
  }
  inputs.experiment = std::move(*experiment);
  return inputs;
}

namespace {

// "db_pool_size = 5, load = 2"
std::string describe(const SweepPoint& point) {
  std::string text = point.name;
  for (const auto& [name, value] : point.varied) {
    text += (text.empty() ? "" : ", ") + name + " = " + value;
  }
  return text;
}

}  // namespace

Options options_of(Options options, const SweepPoint& point) {
  options.set = point.set;
  options.load = point.load;
  return options;
}

namespace {

// All that a point's results depend on but its parameters: what the two files and those they name say, and how it is
// run.
std::string common_text(const load::Inputs& files, const Options& options) {
  std::string text = fmt::format("{}\nengine {}\nseed {}\n", store::results_revision(), options.engine, options.seed);
  if (!options.platform.empty()) {
    text += fmt::format("platform {}\n", options.platform_key);
  }
  if (options.method == Method::saturate) {
    text += fmt::format("saturate {} from {} to {} depth {} replications {}\n", options.axis,
                        options.from ? format_number(*options.from) : "", options.to ? format_number(*options.to) : "",
                        options.depth, options.replications);
  }
  return text + load::emit_yaml(files.topology) + "\n" + load::emit_yaml(files.workload) + "\n";
}

std::string key_of(std::string text, const SweepPoint& point, const load::Loaded& loaded) {
  text += fmt::format("load {}\n", point.load);
  for (const auto& [name, value] : point.set) {
    text += fmt::format("set {} {}\n", name, value);
  }
  for (const FileText& file : loaded.side_files) {
    text += fmt::format("file {} {}\n", file.path, store::key_of(*file.text));
  }
  return store::key_of(text);
}

void add_name(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) {
    list.push_back(name);
  }
}

}  // namespace

std::optional<report::SweepPlan> plan_of(const SweepInputs& inputs, const Options& options, Diagnostics& diagnostics) {
  report::SweepPlan plan;
  plan.experiment = inputs.experiment.name;
  plan.method = *options.method;
  plan.seed = options.seed;
  plan.replications = options.replications;
  plan.varied = inputs.varied;
  std::vector<std::string> common;
  for (const load::Inputs& files : inputs.files) {
    common.push_back(common_text(files, options));
  }
  for (const SweepPoint& point : inputs.points) {
    const auto checked = check_search(inputs.files[point.files], options_of(options, point), diagnostics);
    if (!checked) {
      if (const std::string where = describe(point); !where.empty()) {
        diagnostics.warning({}, "this is so at the point with " + where);
      }
      return std::nullopt;  // the points after it would mostly repeat the same
    }
    const load::Loaded& loaded = checked->loaded;
    for (const Flow& flow : loaded.model.flows) {
      add_name(plan.flows, flow.name);
    }
    for (const auto& resource : loaded.model.resources) {
      add_name(plan.resources, resource->name);
    }
    plan.points.push_back({.key = key_of(common[point.files], point, loaded),
                           .topology = loaded.topology.name,
                           .workload = loaded.workload.name,
                           .name = point.name,
                           .varied = point.varied});
  }
  return plan;
}

std::string key_of(const report::SweepPlan& plan) {
  std::string text = fmt::format("{}\n", plan.replications);
  for (const report::PlannedPoint& point : plan.points) {
    text += point.key + "\n";
  }
  return store::key_of(text);
}

CompiledPoint compile_point(const SweepInputs& inputs, std::size_t point) {
  Diagnostics diagnostics;
  CompiledPoint compiled;
  compiled.loaded = *load::compile(inputs.files[inputs.points[point].files], inputs.points[point].set, diagnostics);
  compiled.thresholds = parse_thresholds(compiled.loaded.workload, compiled.loaded.topology, diagnostics);
  return compiled;
}

std::shared_ptr<const ReadyPoint> PointCache::make(std::size_t point) const {
  auto ready = std::make_shared<ReadyPoint>();
  ready->compiled = compile_point(inputs_, point);
  RunSettings settings = settings_;
  settings.load = inputs_.points[point].load;
  SerialExecutor pilots;
  const load::Loaded& loaded = ready->compiled.loaded;
  ready->planned = warmed_horizon(loaded.workload, loaded.model, settings, pilots);
  return ready;
}

std::shared_ptr<const ReadyPoint> PointCache::get(std::size_t point) {
  std::promise<std::shared_ptr<const ReadyPoint>> mine;
  std::shared_future<std::shared_ptr<const ReadyPoint>> found;
  bool is_mine = false;
  {
    const std::lock_guard lock(mutex_);
    const auto at = ready_.find(point);
    is_mine = at == ready_.end();
    found = is_mine ? ready_.emplace(point, mine.get_future().share()).first->second : at->second;
    while (ready_.size() > most_) {
      // Points are asked for in ascending order: the first is the least likely to be asked for again.
      ready_.erase(ready_.begin()->first == point ? std::prev(ready_.end()) : ready_.begin());
    }
  }
  if (is_mine) {
    try {
      mine.set_value(make(point));
    } catch (...) {
      mine.set_exception(std::current_exception());
    }
  }
  return found.get();
}

}  // namespace loadstone::cli
