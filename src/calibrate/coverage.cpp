#include "src/calibrate/coverage.hpp"

#include "sim/experiment/run.hpp"
#include "sim/theory/machine_repair.hpp"
#include "sim/theory/mm1.hpp"
#include "sim/theory/mmc.hpp"
#include "src/calibrate/known_system.hpp"

namespace loadstone::calibrate {

namespace {

// A system with its exact mean wait and the 95th percentile of it, in seconds.
struct Subject {
  const char* name;
  KnownSystem system;
  double mean_s;
  double p95_s;
};

std::string desk(int servers) {
  return "topology: known\nresources:\n  desk: {kind: station, servers: " + std::to_string(servers) +
         ", service: exponential(10ms)}\nflows: {serve: {steps: [{visit: desk}]}}\n";
}

KnownSystem open_system(int servers, const char* rate, const char* duration) {
  return {"", desk(servers),
          std::string("workload: known\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, rate: ") +
              rate + ", duration: " + duration + "}}\n",
          0, std::nullopt};
}

std::vector<Subject> subjects() {
  const Mm1 mm1{.arrival_rate = 80, .service_rate = 100};
  const Mmc mm5{.arrival_rate = 450, .service_rate = 100, .servers = 5};
  const MachineRepair repair{.users = 10, .think_time = 0.05, .service_rate = 100, .servers = 2};
  return {{"M/M/1 at 0.8", open_system(1, "80/s", "300s"), mm1.mean_wait(), mm1.wait_quantile(0.95)},
          {"M/M/5 at 0.9", open_system(5, "450/s", "120s"), mm5.mean_wait(), mm5.wait_quantile(0.95)},
          {"10 users, 2 servers",
           {"", desk(2),
            "workload: known\nscenarios: {load: {executor: constant-vus, exec: serve, vus: 10, thinkTime: "
            "exponential(50ms), duration: 120s}}\n",
            0, std::nullopt},
           repair.mean_wait(),
           repair.wait_quantile(0.95)}};
}

void add(CoverageRow& row, const Estimate& found) {
  const double exact = row.exact_ms;
  ++row.experiments;
  row.covered += found.ci && found.ci->lo <= exact && exact <= found.ci->hi ? 1 : 0;
  row.relative_width += found.ci ? found.ci->width() / 2 / exact : 0;
  row.bias += found.value / exact - 1;
}

}  // namespace

std::vector<CoverageRow> calibrate_coverage(std::size_t experiments, std::uint64_t first_seed, Executor& executor) {
  std::vector<CoverageRow> rows;
  for (const Subject& subject : subjects()) {
    const load::Loaded model = loaded(subject.system);
    std::vector<TimesSummary> waits(experiments);
    executor.run(experiments, [&](std::size_t i) {
      SerialExecutor here;
      RunRequest request;
      request.settings.seed = first_seed + i;
      waits[i] = run(model.model, model.topology, model.workload, {}, request, here).summary.resources.front().wait;
    });
    if (executor.interrupted()) {
      break;
    }
    CoverageRow mean{.model = subject.name, .figure = "mean wait", .exact_ms = subject.mean_s * 1e3};
    CoverageRow p95{.model = subject.name, .figure = "p95 of the wait", .exact_ms = subject.p95_s * 1e3};
    for (const TimesSummary& wait : waits) {
      add(mean, wait.mean_ms);
      add(p95, *wait.quantile(0.95));
    }
    for (CoverageRow* row : {&mean, &p95}) {
      row->relative_width /= static_cast<double>(experiments);
      row->bias /= static_cast<double>(experiments);
      rows.push_back(*row);
    }
  }
  return rows;
}

}  // namespace loadstone::calibrate
