#include "tests/support/sampled_model.hpp"

#include "sim/experiment/replications.hpp"
#include "tests/support/conserved.hpp"

namespace loadstone::test {

namespace {

Duration seconds(double s) {
  return {static_cast<std::int64_t>(s * 1e9)};
}

double mean_square(const Histogram& histogram) {
  return to_double(histogram.sum_of_squares()) / static_cast<double>(histogram.count()) * 1e-18;
}

double measured_ns(const Observations& o) {
  return static_cast<double>((o.measured_until - o.measured_from).ns);
}

}  // namespace

SampledModel::SampledModel(std::string_view topology, std::string_view workload, const Sampling& sampling)
    : SampledModel(test::model(topology, workload), sampling) {
  for (const Observations& o : observations_) {
    EXPECT_TRUE(conserved_and_ended(model(), o));
  }
}

SampledModel::SampledModel(load::Loaded loaded, const Sampling& sampling) : loaded_(std::move(loaded)) {
  const Horizon horizon{.warmup = seconds(sampling.warmup_s),
                        .end = seconds(sampling.warmup_s + sampling.measured_s * validation_scale())};
  SerialExecutor executor;
  observations_ = run_replications(loaded_.model, {}, horizon, sampling.replications, executor);
}

Values SampledModel::values(const Figure& figure) const {
  Values values;
  for (const Observations& o : observations_) {
    values.push_back(figure(o));
  }
  return values;
}

Values SampledModel::of_resource(std::string_view name,
                                 const std::function<double(const ResourceObservations&)>& figure) const {
  const RowId row = row_of(model(), name);
  return values([&](const Observations& o) { return figure(o.resources[row]); });
}

Values SampledModel::of_flow(std::string_view name, const std::function<double(const FlowStats&)>& figure) const {
  const FlowId flow = flow_of(model(), name);
  return values([&](const Observations& o) { return figure(o.flows[flow]); });
}

Values SampledModel::mean_wait(std::string_view resource) const {
  return of_resource(resource, [](const ResourceObservations& r) { return r.meter.wait.mean() * 1e-9; });
}

Values SampledModel::wait_second_moment(std::string_view resource) const {
  return of_resource(resource, [](const ResourceObservations& r) { return mean_square(r.meter.wait); });
}

Values SampledModel::wait_quantile(std::string_view resource, double p) const {
  return of_resource(
      resource, [p](const ResourceObservations& r) { return static_cast<double>(r.meter.wait.quantile(p)) * 1e-9; });
}

Values SampledModel::utilization(std::string_view resource) const {
  const RowId row = row_of(model(), resource);
  return values([&](const Observations& o) {
    const ResourceObservations& r = o.resources[row];
    return to_double(window_of(r.meter).in_use_area) / measured_ns(o) / static_cast<double>(r.capacity);
  });
}

Values SampledModel::mean_in_queue(std::string_view resource) const {
  const RowId row = row_of(model(), resource);
  return values([&](const Observations& o) {
    return to_double(window_of(o.resources[row].meter).waiting_area) / measured_ns(o);
  });
}

Values SampledModel::mean_latency(std::string_view flow) const {
  return of_flow(flow, [](const FlowStats& f) { return f.latency.mean() * 1e-9; });
}

Values SampledModel::latency_variance(std::string_view flow) const {
  return of_flow(flow, [](const FlowStats& f) { return f.latency.variance() * 1e-18; });
}

Values SampledModel::failed_share(std::string_view flow) const {
  return of_flow(flow, [](const FlowStats& f) {
    return static_cast<double>(f.sample.failed) / static_cast<double>(f.sample.failed + f.sample.completed);
  });
}

Values SampledModel::throughput(std::string_view flow) const {
  const FlowId id = flow_of(model(), flow);
  return values([&](const Observations& o) {
    return static_cast<double>(o.flows[id].completed_in_window) / measured_ns(o) * 1e9;
  });
}

std::string one_station(std::string_view keys) {
  return "topology: one\nresources: {server: {kind: station, " + std::string(keys) +
         "}}\nflows: {serve: {steps: [{visit: server}]}}\n";
}

std::string arrivals(double rate, std::string_view flow, std::string_view arrival) {
  return "workload: constant\nscenarios: {load: {executor: constant-arrival-rate, exec: " + std::string(flow) +
         ", arrival: " + std::string(arrival) + ", rate: " + std::to_string(rate) + "/s, duration: 1h}}\n";
}

Values minus(Values a, const Values& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] -= b[i];
  }
  return a;
}

Values minus(Values a, double b) {
  for (double& value : a) {
    value -= b;
  }
  return a;
}

}  // namespace loadstone::test
