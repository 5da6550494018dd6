// Systems in which the resource with the longest line, or the busiest, is the victim of another: what saturates first,
// its cause, and the capacity, which is algebra in each file.
//
// A case is a topology in tests/validation/victims, under one request a second of flow `go`, with comments at its head:
//
//   # why the capacity is what it is
//   # first: pool | llm         what may be named first: nested lines that break at one load are one to the search
//   # cause: llm                where the chain of waiting ends
//   # capacity: 2               requests a second
//   # attributes: {key: ..}     of the workload; may be absent
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/experiment/saturate.hpp"
#include "tests/support/command.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

constexpr double kWithin =
    0.06;  // of the capacity; a choice between branches alone makes 3 % in a search of this length

std::string folder() {
  return source_dir() + "/tests/validation/victims";
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    all.push_back(entry.path().stem().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// What stands behind "# key: ", "" if it is not there.
std::string said(const std::string& text, const std::string& key) {
  const std::string mark = "# " + key + ": ";
  const auto at = text.find(mark);
  const auto from = at + mark.size();
  return at == std::string::npos ? "" : text.substr(from, text.find('\n', from) - from);
}

std::vector<std::string> choices_of(std::string text) {
  std::vector<std::string> all;
  for (std::size_t bar = text.find(" | "); bar != std::string::npos; bar = text.find(" | ")) {
    all.push_back(text.substr(0, bar));
    text = text.substr(bar + 3);
  }
  all.push_back(text);
  return all;
}

class Victims : public testing::TestWithParam<std::string> {};

TEST_P(Victims, AreNamedFirstWithTheirCause) {
  const std::string topology = text_of(folder() + "/" + GetParam() + ".yaml");
  const std::string attributes = said(topology, "attributes");
  const std::string workload = "workload: one-a-second\n" +
                               (attributes.empty() ? "" : "attributes: " + attributes + "\n") +
                               "scenarios: {s: {executor: constant-arrival-rate, exec: go, rate: 1/s, duration: 1s}}\n";
  SaturateRequest request;
  request.depth = 1;
  SerialExecutor executor;
  const Saturated found =
      saturate([&](double) { return std::make_shared<Model>(std::move(model(topology, workload).model)); }, request,
               executor)
          .order.front();
  EXPECT_THAT(choices_of(said(topology, "first")), testing::Contains(found.resource));
  EXPECT_THAT(choices_of(said(topology, "cause")), testing::Contains(found.cause.resource));
  const double capacity = std::stod(said(topology, "capacity"));
  EXPECT_NEAR(found.at.value, capacity, kWithin * capacity);
}

INSTANTIATE_TEST_SUITE_P(Of, Victims, testing::ValuesIn(names()), [](const auto& one) { return one.param; });

TEST(VictimsSuite, HasTwentyFiveSystemsAtLeast) {
  EXPECT_GE(names().size(), 25U);
}

}  // namespace
}  // namespace loadstone::test
