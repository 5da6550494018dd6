#include "sim/experiment/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>

#include "sim/experiment/horizon.hpp"

namespace loadstone {

namespace {

// A point in progress: its replications so far, and how many are still to come.
struct Pending {
  std::vector<Observations> observed;
  std::atomic<std::size_t> left{0};
};

void set_value(SweepPoint& point, const std::string& name, const std::string& value) {
  if (name == "load") {
    std::from_chars(value.data(), value.data() + value.size(), point.load);
  } else {
    point.set[name] = value;
  }
  point.varied.emplace_back(name, value);
}

// Every combination of the axes' values from `axis` on, added to `points`.
void expand(const std::vector<GridAxis>& grid, std::size_t axis, const SweepPoint& so_far,
            std::vector<SweepPoint>& points) {
  if (axis == grid.size()) {
    points.push_back(so_far);
    return;
  }
  for (const std::string& value : grid[axis].values) {
    SweepPoint next = so_far;
    set_value(next, grid[axis].name, value);
    expand(grid, axis + 1, next, points);
  }
}

}  // namespace

double number_of_points(const Experiment& experiment) {
  double number = static_cast<double>(std::max<std::size_t>(1, experiment.points.size()) *
                                      std::max<std::size_t>(1, experiment.cases.size()));
  for (const GridAxis& axis : experiment.grid) {
    number *= static_cast<double>(axis.values.size());
  }
  return number;
}

std::vector<SweepPoint> points_of(const Experiment& experiment, const Overrides& set, double load) {
  std::vector<SweepPoint> points;
  for (std::size_t files = 0; files < experiment.points.size(); ++files) {
    SweepPoint base;
    base.files = files;
    base.set = set;
    base.load = load;
    for (const auto& [name, value] : experiment.points[files].set) {
      base.set[name] = value;
    }
    for (const ExperimentCase& one : experiment.cases) {
      SweepPoint& point = points.emplace_back(base);
      point.name = one.name;
      for (const auto& [name, value] : one.set) {
        set_value(point, name, value);
      }
    }
    if (experiment.cases.empty()) {
      expand(experiment.grid, 0, base, points);
    }
  }
  return points;
}

void sweep(const std::vector<SweepPoint>& points, const CompilePoint& compile, const RunRequest& request,
           SweepSink& sink, Executor& executor) {
  std::vector<Pending> pending(points.size());
  for (Pending& point : pending) {
    point.observed.resize(request.replications);
    point.left = request.replications;
  }
  executor.run(points.size() * request.replications, [&](std::size_t job) {
    const std::size_t point = job / request.replications;
    const std::size_t replication = job % request.replications;
    const std::shared_ptr<const Compiled> compiled = compile(point);
    RunRequest own = request;
    own.settings.load = points[point].load;
    RunSettings settings = own.settings;
    settings.replication = replication;
    settings.give_up = [&executor] { return executor.interrupted(); };
    Observations observed = run_replication(compiled->model, settings, horizon_of(compiled->workload, compiled->model));
    if (observed.given_up) {
      return;
    }
    sink.row(point, replication, summarize(compiled->model, {&observed, 1}, kDefaultQuantiles));
    Pending& mine = pending[point];
    mine.observed[replication] = std::move(observed);
    if (mine.left.fetch_sub(1) == 1) {
      sink.point(point, conclude(compiled->model, compiled->topology, compiled->workload, compiled->thresholds, own,
                                 mine.observed));
      mine.observed = {};
    }
  });
}

}  // namespace loadstone
