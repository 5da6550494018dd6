// No number of a shipped topology or workload is silent: whatever is written as a number or a distribution, `explain`
// says with its status, and how far it may be off where it is a guess.
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "sim/expression/quantity.hpp"
#include "src/load/loader.hpp"
#include "src/load/overlay.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// Keys under which text stands, or what is said about a number rather than a number.
const std::set<std::string, std::less<>> kText{"topology", "workload", "extends", "about",  "source", "range",
                                               "status",   "cron",     "start",   "that",   "when",   "errors",
                                               "tags",     "timezone", "threshold"};

bool is_number(const Node& node) {
  return node.is_scalar() && !node.quoted && quantity_prefix(node.text) == node.text.size() && !node.text.empty();
}

using Spot = std::pair<std::uint32_t, std::uint32_t>;
using Spots = std::set<std::pair<std::string, Spot>>;

void collect(const Node& node, std::vector<const Node*>& numbers) {
  if (is_number(node)) {
    numbers.push_back(&node);
  }
  for (const Node& item : node.items) {
    collect(item, numbers);
  }
  for (const Entry& entry : node.entries) {
    if (!kText.contains(entry.key)) {
      collect(entry.value, numbers);
    }
  }
}

// The numbers of a file that nothing was noted about.
std::vector<std::string> silent(const Node& root, const std::vector<Assumption>& noted) {
  Spots said;
  for (const Assumption& a : noted) {
    said.insert({std::string(a.place.file), {a.place.line, a.place.column}});
  }
  std::vector<const Node*> numbers;
  collect(root, numbers);
  std::vector<std::string> missing;
  for (const Node* number : numbers) {
    if (!said.contains({std::string(number->place.file), {number->place.line, number->place.column}})) {
      missing.push_back(to_string(number->place) + ": " + number->text);
    }
  }
  return missing;
}

std::vector<std::string> files_in(const char* folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(fs::path(source_dir()) / folder)) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// A workload may use parameters of its topology: the first of the same system, else of all, that has them.
std::optional<load::Loaded> read(const std::string& path, const Node& root) {
  Diagnostics diagnostics;
  if (load::kind_of(root) == load::FileKind::topology) {
    return load::compile_topology(root, {}, diagnostics);
  }
  const std::string name = fs::path(path).filename().string();
  std::vector<std::string> topologies = files_in("topologies");
  std::stable_partition(topologies.begin(), topologies.end(), [&](const std::string& t) {
    return fs::path(t).filename().string().substr(0, 4) == name.substr(0, 4);
  });
  for (const std::string& topology : topologies) {
    Diagnostics tried;
    const auto inputs = load::read_inputs(topology, path, tried);
    if (auto loaded = load::compile(*inputs, {}, tried)) {
      return loaded;
    }
  }
  return std::nullopt;
}

class Provenance : public testing::TestWithParam<const char*> {};

TEST_P(Provenance, EveryNumberIsSaidWithItsStatusAndEveryGuessWithItsRange) {
  for (const std::string& path : files_in(GetParam())) {
    Diagnostics diagnostics;
    const auto file = load::read_overlaid(path, diagnostics);
    const auto loaded = read(path, file->root);
    ASSERT_TRUE(loaded) << path << " goes with no topology";
    EXPECT_THAT(silent(file->root, loaded->assumptions), IsEmpty()) << path;
    for (const Assumption& a : loaded->assumptions) {
      const bool guess = a.status == Status::assumed || a.status == Status::estimated;
      EXPECT_TRUE(!guess || !a.range.empty() || a.value.starts_with("="))
          << to_string(a.place) << ": " << a.path << " is " << to_string(a.status) << " without a range";
      EXPECT_TRUE(a.status != Status::documented || !a.source.empty() || !a.about.empty())
          << to_string(a.place) << ": " << a.path << " is documented, but nothing says where";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Provenance, testing::Values("topologies", "workloads"),
                         [](const auto& folder) { return std::string(folder.param); });

}  // namespace
}  // namespace loadstone::test
