// The two engines on the same models: 600 random systems of all kinds, half of them without anything fluid, and every
// topology and workload that is shipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "sim/experiment/horizon.hpp"
#include "sim/resource/registry.hpp"
#include "sim/step/registry.hpp"
#include "tests/differential/two_engines.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/random_system.hpp"

namespace loadstone::test {
namespace {

using namespace loadstone::literals;

// What is said of all models of one test.
struct Tally {
  std::size_t models = 0;
  std::size_t fluid = 0;
  std::size_t swapped = 0;
  std::size_t ends = 0;
  std::size_t together = 0;
  std::size_t exact = 0;
  std::int64_t farthest = 0;

  void add(const std::string& name, const Agreement& agreement) {
    EXPECT_EQ(agreement.failure, "") << name;
    ++models;
    fluid += agreement.is_fluid ? 1 : 0;
    ends += agreement.ends;
    together += agreement.together;
    exact += agreement.exact;
    farthest = std::max(farthest, agreement.farthest);
    if (!agreement.swapped.empty()) {
      ++swapped;
      std::cout << name << ": after " << agreement.together << " of " << agreement.ends
                << " ends, changed places: " << agreement.swapped << "\n";
    }
  }
  void say() const {
    std::cout << models << " models, " << fluid << " of them fluid, " << ends << " ends; " << together
              << " before the first swapped pairs, " << exact << " of these at the same nanosecond, the others up to "
              << farthest << " ns apart; " << swapped << " with a swapped pair\n";
  }
};

RandomModel timers_only(std::uint64_t number) {
  RandomModel model = random_model(number);
  for (std::size_t at = 0; (at = model.topology.find("processor_sharing", at)) != std::string::npos;) {
    model.topology.replace(at, std::string("processor_sharing").size(), "fifo");
  }
  return model;
}

TEST(TwoEngines, WhereOnlyTimersDecideTheFingerprintsAreTheSame) {
  const auto simgrid = engine_beside("simgrid");
  Tally tally;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const RandomModel text = timers_only(number);
    const load::Loaded loaded = portable_model(text.topology, text.workload);
    tally.add("random model " + std::to_string(number),
              run_both(loaded, {}, horizon_of(loaded.workload, loaded.model), *simgrid));
  }
  for (std::uint64_t number = 0; number < 200; ++number) {
    const RandomSystem text = random_system(number, false);
    const load::Loaded loaded = portable_model(text.topology, text.workload);
    tally.add("random system without sharing " + std::to_string(number),
              run_both(loaded, {}, horizon_of(loaded.workload, loaded.model), *simgrid));
  }
  tally.say();
  EXPECT_EQ(tally.fluid, 0U);
  EXPECT_EQ(tally.exact, tally.ends);
}

TEST(TwoEngines, WhereCoresAndLinksAreSharedTheyAgreeToAHundredNanoseconds) {
  const auto simgrid = engine_beside("simgrid");
  Tally tally;
  for (std::uint64_t number = 0; number < 400; ++number) {
    const RandomSystem text = random_system(number, true);
    const load::Loaded loaded = portable_model(text.topology, text.workload);
    tally.add("random system " + std::to_string(number),
              run_both(loaded, {}, horizon_of(loaded.workload, loaded.model), *simgrid));
  }
  tally.say();
  EXPECT_GT(tally.fluid, tally.models / 2);
  EXPECT_GT(tally.ends, 20'000U);
}

// Shortest first: "rithmxo" before "rithmxo-large".
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + folder)) {
    if (entry.path().extension() == ".yaml") {
      names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  return names;
}

// The first topology of the same family with which the workload compiles.
std::pair<std::string, load::Loaded> with_its_topology(const std::string& workload,
                                                       const std::vector<std::string>& topologies) {
  std::string problems;
  for (const std::string& topology : topologies) {
    if (workload.substr(0, workload.find('-')) == topology.substr(0, topology.find('-'))) {
      try {
        return {topology, portable_shipped(topology, workload)};
      } catch (const std::invalid_argument& problem) {
        problems += problem.what();
      }
    }
  }
  throw std::invalid_argument(workload + " fits no topology: " + problems);
}

// So much of it that SimGrid can follow: where a thousand pieces of work share a host, each change costs it a thousand
// times as much.
struct Affordable {
  RunSettings settings;
  Horizon horizon;
};
Affordable affordable(const Model& model) {
  constexpr std::uint64_t kMostWorks = 5'000;
  Affordable chosen;
  for (const double load : {1.0, 0.1}) {
    chosen.settings.load = load;
    for (const Duration end : {200_ms, 500_ms, 1_s, 2_s, 4_s, 8_s, 16_s}) {
      const Horizon horizon{.warmup = Duration{end.ns / 8}, .end = end, .drain = end};
      CountingKernel kernel;
      static_cast<void>(run_replication_on(kernel, model, chosen.settings, horizon));
      if (kernel.works() > kMostWorks) {
        break;
      }
      chosen.horizon = horizon;
    }
    if (chosen.horizon.end > Duration{}) {
      break;
    }
  }
  return chosen;
}

TEST(TwoEngines, EveryShippedTopologyAndWorkloadAgrees) {
  const auto simgrid = engine_beside("simgrid");
  Tally tally;
  const auto run = [&](const std::string& topology, const std::string& workload, const load::Loaded& loaded) {
    const Affordable chosen = affordable(loaded.model);
    tally.add(topology + " under " + workload, run_both(loaded, chosen.settings, chosen.horizon, *simgrid));
  };
  const std::vector<std::string> topologies = names_in("/topologies");
  for (const std::string& topology : topologies) {
    run(topology, "saas-mix", portable_shipped(topology, "saas-mix"));
  }
  for (const std::string& workload : names_in("/workloads")) {
    if (workload != "saas-mix") {
      const auto [topology, loaded] = with_its_topology(workload, topologies);
      run(topology, workload, loaded);
    }
  }
  tally.say();
  EXPECT_GE(tally.models, 40U);
}

TEST(TwoEngines, TheRandomSystemsHaveEveryKindOfResourceAndStep) {
  std::string all;
  for (std::uint64_t number = 0; number < 400; ++number) {
    all += random_system(number, true).topology;
  }
  for (const auto* kind : resource_kinds()) {
    EXPECT_NE(all.find("kind: " + std::string(kind->name)), std::string::npos) << kind->name;
  }
  for (const auto* kind : step_kinds()) {
    EXPECT_NE(all.find("{" + std::string(kind->verb) + ":"), std::string::npos) << kind->verb;
  }
}

}  // namespace
}  // namespace loadstone::test
