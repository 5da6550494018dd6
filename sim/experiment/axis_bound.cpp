#include "sim/experiment/axis_bound.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/base/infinity.hpp"
#include "sim/experiment/measure_bound.hpp"

namespace loadstone {

namespace {

constexpr double kLightRate = 2000;  // requests a second, while demands are measured

// Demands are proportional to the load, so that a load which is cheap to run tells them.
double light_load(const Model& model, double load) {
  double rate = 0;
  for (const auto& source : model.sources) {
    const auto peak = source->peak_rate();
    if (!peak) {
      return load;  // users, who cannot be made fewer than one
    }
    rate += *peak * 1e9;
  }
  return rate * load > kLightRate ? kLightRate / rate : load;
}

class AxisSearch {
 public:
  AxisSearch(const ModelAt& model_at, const AxisBoundRequest& request) : model_at_(model_at), request_(request) {}

  AxisBound run() {
    AxisBound result;
    result.to = request_.to;
    const Loads& end = loads_at(request_.to);
    for (std::size_t row = 0; row < end.size(); ++row) {
      result.rows.push_back({names_[row], request_.is_load ? end[row] : where_full(row)});
    }
    std::stable_sort(result.rows.begin(), result.rows.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    result.at = result.rows.empty() ? kInfinity : result.rows.front().at;
    result.first = std::isfinite(result.at) ? result.rows.front().resource : "";
    return result;
  }

 private:
  using Loads = std::vector<double>;  // at which each row is full

  const Loads& loads_at(double value) {
    const auto [at, is_new] = measured_.try_emplace(value);
    if (is_new) {
      if (const auto model = model_at_(value)) {
        RunSettings settings;
        settings.seed = request_.seed;
        settings.load = light_load(*model, request_.load);
        for (const Demand& demand : measure_bound(*model, settings).demands) {
          at->second.push_back(demand.at_load);
        }
        if (names_.empty()) {
          for (const auto& plan : model->resources) {
            names_.push_back(plan->name);
          }
        }
      }
    }
    return at->second;
  }

  bool is_enough(double value, std::size_t row) {
    const Loads& loads = loads_at(value);
    return row < loads.size() && loads[row] >= request_.load;
  }

  double where_full(std::size_t row) {
    double lo = request_.from;
    double hi = request_.to;
    if (is_enough(hi, row)) {
      return kInfinity;
    }
    if (!is_enough(lo, row)) {
      return 0;
    }
    while (request_.whole_numbers ? hi - lo > 1 : hi / lo > 1.001) {
      const double between = std::sqrt(lo * hi);
      const double middle = request_.whole_numbers ? std::clamp(std::round(between), lo + 1, hi - 1) : between;
      (is_enough(middle, row) ? lo : hi) = middle;
    }
    return lo;
  }

  const ModelAt& model_at_;
  const AxisBoundRequest& request_;
  std::map<double, Loads> measured_;
  std::vector<std::string> names_;
};

}  // namespace

AxisBound find_axis_bound(const ModelAt& model_at, const AxisBoundRequest& request) {
  return AxisSearch(model_at, request).run();
}

}  // namespace loadstone
