// src/calibrate/known_system.hpp
//
// Small systems of which theory says how loaded they are and whether they are saturated, drawn at random: what the
// detector and the search for capacities are held against.
//
// Families. One station of some servers with many service laws and arrivals from even to bursty (cv up to 7); holds
//           nested two and three deep, with the outer or the inner one scarce; finite buffers that lose less than
//           0.3 %; two stations in a row; and closed loads, of which exact analysis says what more users would bring.
// Halves.   Those with an even index are for tuning, those with an odd one for what is published.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/saturate.hpp"
#include "src/load/loader.hpp"

namespace loadstone::calibrate {

struct KnownSystem {
  std::string family;
  std::string topology;  // YAML
  std::string workload;
  double utilization = 0;  // of what is scarcest, at load 1; of a closed one: the exact relative gain (see Band)
  std::optional<double> capacity;  // the greatest load; nothing where it is not 1 / utilization
};

// Utilisations that are judged alike. Of a closed load: what 10 % more users bring, in tenths of their number.
struct Band {
  const char* name;
  double from;
  double to;
  std::optional<bool> is_saturated;  // nothing: either answer is right
  bool is_closed;
};
inline constexpr std::array kBands{
    Band{"0.50 to 0.90", 0.5, 0.9, false, false},       Band{"0.90 to 0.95", 0.9, 0.95, false, false},
    Band{"0.95 to 0.98", 0.95, 0.98, false, false},     Band{"0.98 to 1", 0.98, 0.9999, false, false},
    Band{"exactly 1", 1, 1, std::nullopt, false},       Band{"1.01 to 1.02", 1.01, 1.02, true, false},
    Band{"1.02 to 1.05", 1.02, 1.05, true, false},      Band{"1.05 to 2", 1.05, 2, true, false},
    Band{"closed, gain over 0.5", 0.5, 1, false, true}, Band{"closed, gain under 0.05", 0, 0.05, true, true}};

// `count` systems of the band, the same for the same seed.
[[nodiscard]] std::vector<KnownSystem> known_systems(const Band& band, std::size_t count, std::uint64_t seed);

[[nodiscard]] load::Loaded loaded(const KnownSystem& system);
// What a search runs; the system must live as long.
[[nodiscard]] ModelAt models_of(const KnownSystem& system);

}  // namespace loadstone::calibrate
