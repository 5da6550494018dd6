// Systems with known answers: what is drawn compiles, is as loaded as it says, and is the same for the same seed.
#include "src/calibrate/known_system.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/experiment/measure_bound.hpp"

namespace loadstone::calibrate {
namespace {

TEST(KnownSystems, AreTheSameForASeedAndOthersForAnother) {
  const auto topologies = [](std::uint64_t seed) {
    std::string all;
    for (const KnownSystem& system : known_systems(kBands[1], 10, seed)) {
      all += system.topology + system.workload;
    }
    return all;
  };
  EXPECT_EQ(topologies(1), topologies(1));
  EXPECT_NE(topologies(1), topologies(2));
}

// The bound is found by other means than the number that a system was drawn with. It runs mean durations, so that a
// station, a pool and a row of them must come out at the reciprocal of the utilisation, but for how many happen to
// come.
TEST(KnownSystems, OpenOnesAreAsLoadedAsTheySay) {
  for (const Band& band : kBands) {
    for (const KnownSystem& system : band.is_closed ? std::vector<KnownSystem>{} : known_systems(band, 30, 1)) {
      EXPECT_GE(system.utilization, band.from);
      EXPECT_LE(system.utilization, band.to);
      load::Loaded model = loaded(system);
      const Bound bound = measure_bound(model.model, {});
      EXPECT_NEAR(bound.at_load * system.utilization, 1, 0.01) << system.family << '\n'
                                                               << system.topology << system.workload;
    }
  }
}

TEST(KnownSystems, BothHalvesHaveEveryFamily) {
  std::map<std::string, std::array<int, 2>> halves;
  const auto systems = known_systems(kBands[0], 30, 1);
  for (std::size_t i = 0; i < systems.size(); ++i) {
    ++halves[systems[i].family][i % 2];
  }
  EXPECT_EQ(halves.size(), 5U);
  for (const auto& [family, count] : halves) {
    EXPECT_EQ(count[0], count[1]) << family;
  }
}

TEST(KnownSystems, ClosedOnesCompileAndGainWhatTheirBandSays) {
  for (const Band& band : kBands) {
    for (const KnownSystem& system : band.is_closed ? known_systems(band, 10, 1) : std::vector<KnownSystem>{}) {
      EXPECT_EQ(loaded(system).model.sources.size(), 1U);
      EXPECT_EQ(*band.is_saturated, system.utilization < 0.2);
    }
  }
}

}  // namespace
}  // namespace loadstone::calibrate
