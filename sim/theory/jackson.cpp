#include "sim/theory/jackson.hpp"

#include <utility>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {

// lambda_j - sum over i of lambda_i P[i][j] = gamma_j.
std::vector<double> total_arrival_rates(const std::vector<JacksonStation>& stations, const Matrix& routing) {
  const std::size_t n = stations.size();
  LOADSTONE_CHECK(routing.size() == n, std::to_string(routing.size()));
  Matrix equations(n, std::vector<double>(n, 0.0));
  std::vector<double> outside;
  for (std::size_t i = 0; i < n; ++i) {
    LOADSTONE_CHECK(routing[i].size() == n, std::to_string(i));
    double row_sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      LOADSTONE_CHECK(routing[i][j] >= 0, std::to_string(i));
      row_sum += routing[i][j];
      equations[j][i] -= routing[i][j];
    }
    LOADSTONE_CHECK(row_sum <= 1 + 1e-12, std::to_string(row_sum));
    equations[i][i] += 1;
    outside.push_back(stations[i].arrival_rate);
  }
  return linear_solve(std::move(equations), std::move(outside));
}

}  // namespace

JacksonResult solve_jackson(const std::vector<JacksonStation>& stations, const Matrix& routing) {
  const std::vector<double> rates = total_arrival_rates(stations, routing);
  double entering = 0;
  for (const JacksonStation& station : stations) {
    entering += station.arrival_rate;
  }
  LOADSTONE_CHECK(entering > 0, "nobody enters");
  JacksonResult result;
  for (std::size_t i = 0; i < stations.size(); ++i) {
    result.stations.push_back({rates[i], stations[i].service_rate, stations[i].servers});
    result.visits.push_back(rates[i] / entering);
    result.mean_in_network += result.stations[i].mean_in_system();
  }
  result.mean_response = result.mean_in_network / entering;
  return result;
}

}  // namespace loadstone
