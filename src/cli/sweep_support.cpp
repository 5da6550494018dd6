#include "src/cli/sweep_support.hpp"

#include <algorithm>
#include <cmath>

#include "src/cli/saturate_support.hpp"
#include "src/load/experiment_file.hpp"

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

std::optional<SweepNames> check_points(const SweepInputs& inputs, const Options& options, Diagnostics& diagnostics) {
  SweepNames names;
  const auto add = [](std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) {
      list.push_back(name);
    }
  };
  for (const SweepPoint& point : inputs.points) {
    const auto checked = check_search(inputs.files[point.files], options_of(options, point), diagnostics);
    if (!checked) {
      if (const std::string where = describe(point); !where.empty()) {
        diagnostics.warning({}, "this is so at the point with " + where);
      }
      return std::nullopt;  // the points after it would mostly repeat the same
    }
    for (const Flow& flow : checked->loaded.model.flows) {
      add(names.flows, flow.name);
    }
    for (const auto& plan : checked->loaded.model.resources) {
      add(names.resources, plan->name);
    }
  }
  return names;
}

std::shared_ptr<const Compiled> PointCache::get(std::size_t point) {
  std::promise<std::shared_ptr<const Compiled>> mine;
  std::shared_future<std::shared_ptr<const Compiled>> found;
  bool is_mine = false;
  {
    const std::lock_guard lock(mutex_);
    const auto at = compiled_.find(point);
    is_mine = at == compiled_.end();
    found = is_mine ? compiled_.emplace(point, mine.get_future().share()).first->second : at->second;
  }
  if (is_mine) {
    try {
      Diagnostics diagnostics;
      auto loaded = load::compile(inputs_.files[inputs_.points[point].files], inputs_.points[point].set, diagnostics);
      auto compiled = std::make_shared<Compiled>();
      compiled->thresholds = parse_thresholds(loaded->workload, loaded->topology, diagnostics);
      compiled->topology = std::move(loaded->topology);
      compiled->workload = std::move(loaded->workload);
      compiled->model = std::move(loaded->model);
      RunSettings settings = request_.settings;
      settings.load = inputs_.points[point].load;
      SerialExecutor pilots;
      compiled->planned = warmed_horizon(compiled->workload, compiled->model, settings, request_.replications, pilots);
      mine.set_value(std::move(compiled));
    } catch (...) {
      mine.set_exception(std::current_exception());
    }
  }
  return found.get();
}

void PointCache::drop(std::size_t point) {
  const std::lock_guard lock(mutex_);
  compiled_.erase(point);
}

SweepCollector::SweepCollector(const SweepInputs& inputs, PointCache& cache, const SweepNames& names,
                               report::SweepReport& report, report::OutDirectory* out)
    : inputs_(inputs), cache_(cache), format_(inputs.varied, names.flows, names.resources), report_(report), out_(out) {
  if (out_ != nullptr) {
    out_->append_to_journal(format_.header());
  }
}

Identity SweepCollector::identity_of(std::size_t point, const Compiled& compiled) const {
  return {.topology = compiled.topology.name,
          .workload = compiled.workload.name,
          .seed = report_.seed,
          .load = inputs_.points[point].load,
          .params = {}};
}

std::size_t SweepCollector::row(std::size_t point, std::size_t replication, const RunSummary& summary) {
  const auto compiled = cache_.get(point);
  std::string line = format_.row(point, inputs_.points[point], identity_of(point, *compiled), replication, summary);
  const std::lock_guard lock(mutex_);
  if (out_ != nullptr) {
    out_->append_to_journal(line);
  }
  rows_[{point, replication}] = std::move(line);
  return ++finished_[point];
}

void SweepCollector::point(std::size_t point, RunResult result) {
  result.identity.params.insert(inputs_.points[point].set.begin(), inputs_.points[point].set.end());
  cache_.drop(point);
  const std::lock_guard lock(mutex_);
  report_.runs[point] = std::move(result);
}

std::string SweepCollector::csv() const {
  std::string text = format_.header();
  for (const auto& [key, line] : rows_) {
    text += line;
  }
  return text;
}

}  // namespace loadstone::cli
