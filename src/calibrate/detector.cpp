#include "src/calibrate/detector.hpp"

#include <algorithm>

#include "sim/experiment/evaluation.hpp"

namespace loadstone::calibrate {

namespace {

constexpr std::size_t kSystems = 30;  // of a band, both halves together
constexpr std::size_t kReplications = 10;

SaturateRequest request_of(std::uint64_t seed) {
  SaturateRequest request;
  request.seed = seed;
  request.replications = kReplications;
  request.depth = 1;
  return request;
}

struct Said {
  bool saturated = false;
  double events = 0;
};

// What `saturate` would say of load 1, if its search came by there.
Said verdict_of(const KnownSystem& system, std::uint64_t seed) {
  SerialExecutor here;
  const SaturateRequest request = request_of(seed);
  const ModelAt model_at = models_of(system);
  Evaluator evaluator(model_at, request, here);
  evaluator.begin({.share = 1, .replications = kReplications}, {});
  evaluator.find_bound(1);
  const Evaluation evaluation = evaluator.whole(1, {});
  Said said{evaluation.breaks(), 0};
  for (const Observations& o : evaluation.observed) {
    said.events += static_cast<double>(o.events);
  }
  return said;
}

void count(DetectorRow& row, const KnownSystem& system, const Said& said) {
  auto family = std::find_if(row.families.begin(), row.families.end(),
                             [&](const DetectorRow::Family& f) { return f.name == system.family; });
  if (family == row.families.end()) {
    family = row.families.insert(row.families.end(), {system.family});
  }
  ++row.runs;
  ++family->runs;
  row.saturated += said.saturated ? 1 : 0;
  family->saturated += said.saturated ? 1 : 0;
  row.events += said.events;
}

}  // namespace

std::vector<DetectorRow> calibrate_detector(std::size_t half, std::size_t runs, std::uint64_t seed,
                                            Executor& executor) {
  std::vector<DetectorRow> rows;
  for (const Band& band : kBands) {
    std::vector<KnownSystem> mine;
    const std::vector<KnownSystem> all = known_systems(band, kSystems, seed);
    for (std::size_t i = half; i < all.size(); i += 2) {
      mine.push_back(all[i]);
    }
    const std::size_t each = (runs + mine.size() - 1) / mine.size();
    std::vector<Said> said(mine.size() * each);
    executor.run(said.size(), [&](std::size_t i) { said[i] = verdict_of(mine[i / each], 1 + i % each); });
    if (executor.interrupted()) {
      break;
    }
    DetectorRow& row = rows.emplace_back(DetectorRow{.band = band, .systems = mine.size(), .families = {}});
    for (std::size_t i = 0; i < said.size(); ++i) {
      count(row, mine[i / each], said[i]);
    }
    row.events /= static_cast<double>(row.runs);
  }
  return rows;
}

std::vector<CapacityRow> calibrate_capacity(std::size_t systems, std::uint64_t seed, Executor& executor) {
  std::vector<KnownSystem> known;
  for (const KnownSystem& system : known_systems(kBands[0], 2 * systems, seed)) {
    if (system.capacity && known.size() < systems) {
      known.push_back(system);
    }
  }
  std::vector<CapacityRow> rows(known.size());
  executor.run(known.size(), [&](std::size_t i) {
    SerialExecutor here;
    const SaturateResult result = saturate(models_of(known[i]), request_of(seed), here);
    rows[i] = {known[i].family, *known[i].capacity, result.order.front().at};
  });
  return rows;
}

}  // namespace loadstone::calibrate
