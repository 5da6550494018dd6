#include "tests/differential/two_engines.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "src/remote/process_engine.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {

namespace {

std::string number(double x) {
  return std::to_string(x);
}

std::vector<RequestEnd> sorted(std::vector<RequestEnd> ends) {
  std::sort(ends.begin(), ends.end(), [](const RequestEnd& a, const RequestEnd& b) {
    return std::tuple(a.at, a.key, a.flow, a.error) < std::tuple(b.at, b.key, b.flow, b.error);
  });
  return ends;
}

std::string describe(const Model& model, const RequestEnd& end) {
  return model.flows[end.flow].name + " " + std::to_string(end.key % 100000) +
         (end.error != 0 ? " (" + model.errors[end.error] + ")" : "") + " at " + std::to_string(end.at.ns) + " ns";
}

bool is_same_request(const RequestEnd& a, const RequestEnd& b) {
  return a.key == b.key && a.flow == b.flow && a.error == b.error;
}

// The ends, side by side.
void walk(const Model& model, const Observations& native, const Observations& other, Agreement& agreement) {
  const std::vector<RequestEnd> mine = sorted(native.ends);
  const std::vector<RequestEnd> theirs = sorted(other.ends);
  agreement.ends = mine.size();
  const std::size_t both = std::min(mine.size(), theirs.size());
  std::size_t i = 0;
  for (; i < both && is_same_request(mine[i], theirs[i]); ++i) {
    const std::int64_t apart = std::abs(mine[i].at.ns - theirs[i].at.ns);
    agreement.farthest = std::max(agreement.farthest, apart);
    agreement.exact += apart == 0 ? 1 : 0;
    if (apart > kNear) {
      agreement.failure = "request " + std::to_string(i) + ", " + describe(model, mine[i]) + ", ends there at " +
                          std::to_string(theirs[i].at.ns) + " ns";
      return;
    }
  }
  agreement.together = i;
  if (i == mine.size() && i == theirs.size()) {
    return;
  }
  if (i == both) {
    agreement.failure =
        "of " + std::to_string(mine.size()) + " requests that ended, " + std::to_string(theirs.size()) + " did there";
    return;
  }
  const std::int64_t gap = std::abs(mine[i].at.ns - theirs[i].at.ns);
  agreement.swapped = describe(model, mine[i]) + " here, " + describe(model, theirs[i]) + " there; " +
                      std::to_string(gap) + " ns between them";
  if (gap > kNear) {
    agreement.failure = "changed places: " + agreement.swapped;
  }
}

// Counts and means of the two, one after the other.
class Figures {
 public:
  Figures(double counts_within, Agreement& agreement) : counts_within_(counts_within), agreement_(agreement) {}

  void count(const std::string& what, std::uint64_t a, std::uint64_t b) {
    const double most = std::max(static_cast<double>(a), static_cast<double>(b));
    fail_if(std::abs(static_cast<double>(a) - static_cast<double>(b)) > std::ceil(counts_within_ * most), what,
            static_cast<double>(a), static_cast<double>(b));
  }
  void mean(const std::string& what, double a, double b, double absolute) {
    fail_if(std::abs(a - b) > 1e-4 * std::max(std::abs(a), std::abs(b)) + absolute, what, a, b);
  }

 private:
  void fail_if(bool failed, const std::string& what, double a, double b) {
    if (failed && agreement_.failure.empty()) {
      agreement_.failure = what + ": " + number(a) + " here, " + number(b) + " there" +
                           (agreement_.swapped.empty() ? "" : ", after " + agreement_.swapped);
    }
  }

  double counts_within_;
  Agreement& agreement_;
};

double mean_of(Int128 sum, std::uint64_t count) {
  return count == 0 ? 0 : to_double(sum) / static_cast<double>(count);
}

void compare_figures(const Model& model, const Observations& a, const Observations& b, Agreement& agreement) {
  Figures figures(agreement.swapped.empty() ? 0 : 1e-3, agreement);
  for (std::size_t i = 0; i < model.flows.size(); ++i) {
    const std::string name = "flow '" + model.flows[i].name + "', ";
    figures.count(name + "offered", a.flows[i].run.offered, b.flows[i].run.offered);
    figures.count(name + "completed", a.flows[i].run.completed, b.flows[i].run.completed);
    figures.count(name + "failed", a.flows[i].run.failed, b.flows[i].run.failed);
    figures.mean(name + "mean latency", a.flows[i].latency.mean(), b.flows[i].latency.mean(), kNear);
  }
  for (std::size_t i = 0; i < model.resources.size(); ++i) {
    const std::string name = "resource '" + model.resources[i]->name + "', ";
    const Totals& x = a.resources[i].at_end;
    const Totals& y = b.resources[i].at_end;
    figures.count(name + "arrivals", x.arrivals, y.arrivals);
    figures.count(name + "completed", x.completed, y.completed);
    figures.count(name + "refused", x.refused, y.refused);
    figures.count(name + "timed out", x.timed_out, y.timed_out);
    figures.mean(name + "integral of what is in use", to_double(x.in_use_area), to_double(y.in_use_area),
                 static_cast<double>(kNear) * static_cast<double>(1 + x.arrivals));
    figures.mean(name + "mean wait", mean_of(a.resources[i].meter.wait_sum, x.granted),
                 mean_of(b.resources[i].meter.wait_sum, y.granted), kNear);
    figures.mean(name + "mean hold", mean_of(a.resources[i].meter.hold_sum, x.granted),
                 mean_of(b.resources[i].meter.hold_sum, y.granted), kNear);
  }
}

load::Loaded compiled(std::optional<load::Inputs> inputs, Diagnostics& diagnostics) {
  std::optional<load::Loaded> loaded;
  if (inputs && diagnostics.ok()) {
    inputs->for_another_process = true;
    loaded = load::compile(*inputs, {}, diagnostics);
  }
  if (!loaded) {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.sorted()) {
      text += to_string(diagnostic);
    }
    throw std::invalid_argument(text);
  }
  return std::move(*loaded);
}

}  // namespace

Agreement compare(const Model& model, const Observations& native, const Observations& other, std::uint64_t works) {
  Agreement agreement;
  agreement.is_fluid = works > 0;
  if (native.stopped != other.stopped) {
    agreement.failure = "it stopped here with '" + native.stopped + "', there with '" + other.stopped + "'";
    return agreement;
  }
  walk(model, native, other, agreement);
  if (!agreement.is_fluid && native.fingerprint != other.fingerprint && agreement.failure.empty()) {
    agreement.failure = "only timers decide, and the fingerprints are not the same (" + std::to_string(native.events) +
                        " events here, " + std::to_string(other.events) + " there)";
  }
  if (agreement.failure.empty()) {
    compare_figures(model, native, other, agreement);
  }
  return agreement;
}

std::unique_ptr<Engine> engine_beside(std::string_view name) {
  const auto program = std::filesystem::path(command_path()).parent_path() / ("loadstone-" + std::string(name));
  return std::make_unique<remote::ProcessEngine>(std::string(name), program.string());
}

Agreement run_both(const load::Loaded& loaded, RunSettings settings, const Horizon& horizon, const Engine& other,
                   const MakeKernel& make_native) {
  settings.note_ends = true;
  const auto kernel = make_native();
  const Observations native = run_replication_on(*kernel, loaded.model, settings, horizon);
  return compare(loaded.model, native, other.run(loaded.model, settings, horizon), kernel->works());
}

load::Loaded portable_model(std::string_view topology, std::string_view workload) {
  Diagnostics diagnostics;
  auto t = load::parse_document(topology, "topology.yaml", diagnostics);
  auto w = load::parse_document(workload, "workload.yaml", diagnostics);
  if (!t || !w) {
    return compiled(std::nullopt, diagnostics);
  }
  return compiled(load::Inputs{.topology = std::move(*t).take_root(),
                               .workload = std::move(*w).take_root(),
                               .topology_path = "topology.yaml",
                               .workload_path = "workload.yaml"},
                  diagnostics);
}

load::Loaded portable_shipped(const std::string& topology, const std::string& workload) {
  Diagnostics diagnostics;
  auto inputs = load::read_inputs(source_dir() + "/topologies/" + topology + ".yaml",
                                  source_dir() + "/workloads/" + workload + ".yaml", diagnostics);
  return compiled(std::move(inputs), diagnostics);
}

}  // namespace loadstone::test
