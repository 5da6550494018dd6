// Results do not move unawares: fingerprints of short runs of what is shipped and of random models, as they were kept.
//
// LOADSTONE_UPDATE_GOLDEN=1 rewrites tests/golden/fingerprints.csv. A change belongs under Results in CHANGELOG.md; it
// also makes stored runs of older programs another program's (see CMakeLists.txt).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/command.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/places.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

using namespace loadstone::literals;

std::string line(const std::string& name, const Observations& observed) {
  std::array<char, 17> fingerprint{};
  std::snprintf(fingerprint.data(), fingerprint.size(), "%016" PRIx64, observed.fingerprint);
  return name + "," + std::to_string(observed.events) + "," + fingerprint.data() + "\n";
}

std::string shipped_lines() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/topologies")) {
    if (entry.path().extension() == ".yaml") {
      names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  std::string lines;
  for (const std::string& name : names) {
    const load::Loaded loaded = Shipped(name, "saas-mix").load();
    lines += line(name, run_replication(loaded.model, {}, {.warmup = 1_s, .end = 10_s}));
  }
  return lines;
}

std::string random_lines() {
  std::string lines;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const RandomModel text = random_model(number);
    lines += line("random " + std::to_string(number), run_once(model(text.topology, text.workload)));
  }
  return lines;
}

TEST(Golden, FingerprintsAreTheOnesThatWereKept) {
  const std::string path = source_dir() + "/tests/golden/fingerprints.csv";
  const std::string found = "model,events,fingerprint\n" + shipped_lines() + random_lines();
  if (std::getenv("LOADSTONE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << found;
    return;
  }
  EXPECT_EQ(text_of(path), found) << "(LOADSTONE_UPDATE_GOLDEN=1 rewrites " << path << ")";
}

}  // namespace
}  // namespace loadstone::test
