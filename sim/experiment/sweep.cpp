#include "sim/experiment/sweep.hpp"

#include <algorithm>
#include <charconv>

namespace loadstone {

namespace {

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

}  // namespace loadstone
