#include "src/calibrate/known_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "sim/random/keyed.hpp"
#include "sim/theory/machine_repair.hpp"
#include "sim/theory/mmck.hpp"
#include "src/load/document.hpp"

namespace loadstone::calibrate {

namespace {

constexpr double kService_s = 0.01;

// Choices of one system, each used once.
class Dice {
 public:
  explicit Dice(Key key) : key_(key) {}

  double between(double low, double high) { return low + (high - low) * uniform(draw_of(key_, mix(++thrown_), 0)); }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + uniform_below(draw_of(key_, mix(++thrown_), 0), list.size()));
  }

 private:
  Key key_;
  std::uint64_t thrown_ = 0;
};

std::string open_load(const std::string& arrival, double per_s) {
  return fmt::format(
      "workload: known\nscenarios: {{load: {{executor: constant-arrival-rate, exec: serve, arrival: {}, rate: {}/s, "
      "duration: 1h}}}}\n",
      arrival, per_s);
}

std::string topology(const std::string& resources, const std::string& steps) {
  return "topology: known\nresources:\n" + resources + "flows: {serve: {steps: [" + steps + "]}}\n";
}

std::string station(const std::string& name, int servers, const std::string& law, const std::string& more = "") {
  return fmt::format("  {}: {{kind: station, servers: {}, service: {}{}}}\n", name, servers, law, more);
}

std::string some_law(Dice& dice) {
  return dice.one_of<const char*>({"exponential(10ms)", "10ms", "lognormal(mean=10ms; cv=2)", "erlang(k=4; mean=10ms)",
                                   "hyperexponential(mean=10ms; cv=3)", "uniform(5ms; 15ms)"});
}

int some_servers(Dice& dice) {
  return dice.one_of({1, 1, 2, 4, 10, 20});
}

double rate_of(int servers, double utilization) {
  return utilization * servers / kService_s;
}

KnownSystem one_station(Dice& dice, double utilization) {
  const int servers = some_servers(dice);
  const std::string arrival = dice.one_of<const char*>({"poisson", "poisson", "gamma(cv=0.5)", "gamma(cv=1.5)"});
  return {"one station", topology(station("desk", servers, some_law(dice)), "{visit: desk}"),
          open_load(arrival, rate_of(servers, utilization)), utilization, 1 / utilization};
}

KnownSystem bursty(Dice& dice, double utilization) {
  const int servers = some_servers(dice);
  return {"bursty arrivals", topology(station("desk", servers, some_law(dice)), "{visit: desk}"),
          open_load(fmt::format("gamma(cv={:.2f})", dice.between(2, 7)), rate_of(servers, utilization)), utilization,
          1 / utilization};
}

// Who holds a place of the outer one is served at once, or waits for one of fewer servers: the fewer are scarce, and as
// many requests are inside as keep them busy.
KnownSystem nested(Dice& dice, double utilization) {
  const int scarce = some_servers(dice);
  const bool is_outer = dice.one_of({true, false});
  const bool has_third = dice.one_of({true, false});
  const int outer = is_outer ? scarce : scarce + dice.one_of({0, 1, 5});
  const int inner = is_outer ? scarce + dice.one_of({0, 3, 50}) : scarce;
  std::string resources = fmt::format("  outer: {{kind: semaphore, size: {}}}\n", outer);
  std::string steps = "{visit: inner}";
  if (has_third) {
    resources += fmt::format("  middle: {{kind: semaphore, size: {}}}\n", std::max(outer, inner));
    steps = "{hold: middle, do: [" + steps + "]}";
  }
  return {"nested holds",
          topology(resources + station("inner", inner, some_law(dice)), "{hold: outer, do: [" + steps + "]}"),
          open_load("poisson", rate_of(scarce, utilization)), utilization, 1 / utilization};
}

// Its line is long enough to lose under 0.3 % where it is not overloaded.
KnownSystem finite(Dice& dice, double utilization) {
  constexpr double kLost = 0.002;
  const int servers = some_servers(dice);
  int line = dice.one_of({20, 50, 200});
  while (utilization < 1 && Mmck{utilization * servers, 1, servers, servers + line}.blocking() > kLost) {
    line += line / 4;
  }
  return {
      "finite buffer",
      topology(station("desk", servers, "exponential(10ms)", fmt::format(", queue_limit: {}", line)), "{visit: desk}"),
      open_load("poisson", rate_of(servers, utilization)), utilization, std::nullopt};
}

KnownSystem in_a_row(Dice& dice, double utilization) {
  const int servers = some_servers(dice);
  const int more = servers + 1 + servers / 2;
  return {"two in a row",
          topology(station("first", more, some_law(dice)) + station("second", servers, some_law(dice)),
                   "{visit: first}, {visit: second}"),
          open_load("poisson", rate_of(servers, utilization)), utilization, 1 / utilization};
}

// Exactly what a tenth more users bring, as a share of what they would bring without a line.
double exact_gain(int users, double think_s, int servers) {
  const int more = users + std::max(1, users / 10);
  const double now = MachineRepair{users, think_s, 1 / kService_s, servers}.throughput();
  const double then = MachineRepair{more, think_s, 1 / kService_s, servers}.throughput();
  return (then / now - 1) / (static_cast<double>(more) / users - 1);
}

KnownSystem closed(Dice& dice, const Band& band) {
  for (;;) {
    const int servers = dice.one_of({1, 2, 4, 10});
    const int users = 10 * dice.one_of({2, 4, 8, 16});
    const double think_s = dice.between(0.1, 3) * users * kService_s / servers;
    const double gain = exact_gain(users, think_s, servers);
    if (gain >= band.from && gain <= band.to) {
      return {"closed load", topology(station("desk", servers, "exponential(10ms)"), "{visit: desk}"),
              fmt::format("workload: known\nscenarios: {{load: {{executor: constant-vus, exec: serve, vus: {}, "
                          "thinkTime: exponential({}s), duration: 1h}}}}\n",
                          users, think_s),
              gain, std::nullopt};
    }
  }
}

}  // namespace

std::vector<KnownSystem> known_systems(const Band& band, std::size_t count, std::uint64_t seed) {
  std::vector<KnownSystem> systems;
  const Key key = combine(combine(mix(seed), hash_text("known systems")), hash_text(band.name));
  for (std::size_t i = 0; i < count; ++i) {
    Dice dice(combine(key, i));
    if (band.is_closed) {
      systems.push_back(closed(dice, band));
      continue;
    }
    const double utilization = dice.between(band.from, band.to);
    // Neighbours are of one family, so that both halves have as many of each.
    switch (i / 2 % 5) {
      case 0:
        systems.push_back(one_station(dice, utilization));
        break;
      case 1:
        systems.push_back(bursty(dice, utilization));
        break;
      case 2:
        systems.push_back(nested(dice, utilization));
        break;
      // Just over 1 a long line loses less than the 1 % from which that counts as saturated.
      case 3:
        systems.push_back(utilization > 1 && utilization < 1.02 ? one_station(dice, utilization)
                                                                : finite(dice, utilization));
        break;
      default:
        systems.push_back(in_a_row(dice, utilization));
        break;
    }
  }
  return systems;
}

load::Loaded loaded(const KnownSystem& system) {
  Diagnostics diagnostics;
  auto topology = load::parse_document(system.topology, "topology.yaml", diagnostics);
  auto workload = load::parse_document(system.workload, "workload.yaml", diagnostics);
  auto compiled = topology && workload
                      ? load::compile({std::move(*topology).take_root(), std::move(*workload).take_root(),
                                       "topology.yaml", "workload.yaml"},
                                      {}, diagnostics)
                      : std::nullopt;
  if (!compiled) {
    throw std::logic_error("a known system does not compile: " + to_string(diagnostics.list().front()) +
                           system.topology + system.workload);
  }
  return std::move(*compiled);
}

ModelAt models_of(const KnownSystem& system) {
  return [&system](double) { return std::make_shared<Model>(std::move(loaded(system).model)); };
}

}  // namespace loadstone::calibrate
