// tests/support/sampled_model.hpp
//
// A model from YAML texts, run for a validation test: replications of seed 1, kept as observations, and the figures
// that closed forms speak of, one value per replication.
//
// Units. Seconds, shares and counts per second.
// Order. The horizon is the test's, not the workload's: `duration` in the text means nothing, and a constant load goes
//        on while the last sampled requests end, so no long request is cut off.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/estimate_check.hpp"
#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

struct Sampling {
  double warmup_s = 0;    // at least 20 relaxation times of the slowest station
  double measured_s = 0;  // of one replication; shortened by LOADSTONE_VALIDATION_SAMPLES
  std::size_t replications = 30;
};

using Values = std::vector<double>;

class SampledModel {
 public:
  // Expects of every replication that it conserves and ends.
  SampledModel(std::string_view topology, std::string_view workload, const Sampling& sampling);
  // A model that a test has tampered with; expects nothing.
  SampledModel(load::Loaded loaded, const Sampling& sampling);

  using Figure = std::function<double(const Observations&)>;
  [[nodiscard]] Values values(const Figure& figure) const;

  // Of those who got the resource, zeros included.
  [[nodiscard]] Values mean_wait(std::string_view resource) const;
  [[nodiscard]] Values wait_second_moment(std::string_view resource) const;
  [[nodiscard]] Values wait_quantile(std::string_view resource, double p) const;
  [[nodiscard]] Values utilization(std::string_view resource) const;
  [[nodiscard]] Values mean_in_queue(std::string_view resource) const;
  // Of completed requests.
  [[nodiscard]] Values mean_latency(std::string_view flow) const;
  [[nodiscard]] Values latency_variance(std::string_view flow) const;
  // Of requests that ended.
  [[nodiscard]] Values failed_share(std::string_view flow) const;
  [[nodiscard]] Values throughput(std::string_view flow) const;

  [[nodiscard]] const Model& model() const { return loaded_.model; }
  [[nodiscard]] const std::vector<Observations>& observations() const { return observations_; }

 private:
  [[nodiscard]] Values of_resource(std::string_view name,
                                   const std::function<double(const ResourceObservations&)>& figure) const;
  [[nodiscard]] Values of_flow(std::string_view name, const std::function<double(const FlowStats&)>& figure) const;

  load::Loaded loaded_;
  std::vector<Observations> observations_;
};

// A topology of one station "server" that flow "serve" visits; `keys` are the station's ("servers: 2, service: ..").
[[nodiscard]] std::string one_station(std::string_view keys);
// A workload of one scenario: `rate` requests per second of `flow`, arriving by the law `arrival`.
[[nodiscard]] std::string arrivals(double rate, std::string_view flow = "serve", std::string_view arrival = "poisson");

// a - b, element by element.
[[nodiscard]] Values minus(Values a, const Values& b);
[[nodiscard]] Values minus(Values a, double b);

}  // namespace loadstone::test
