#include <gtest/gtest.h>

#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

// Bytes may be drawn, or the request's own.
TEST(Transfer, TakesItsBytesFromTheRequest) {
  const auto m = model(
      "topology: t\npopulations: {size: {count: 10}}\nresources: {wire: {kind: link, rtt: 0s, bandwidth: 1B/s}}\n"
      "flows: {go: {steps: [{transfer: {link: wire, bytes: $request.size}}]}}\n",
      arrivals_at({{.attributes = "size: integer(7; 7)"}}));
  EXPECT_EQ(run_once(m).flows[0].latency.max(), 7'000'000'000);
}

TEST(Transfer, NeedsALink) {
  EXPECT_NE(
      errors_of("topology: t\nresources: {s: {kind: semaphore, size: 1}}\nflows: {go: {steps: [{transfer: s}]}}\n",
                arrivals_at({{}}))
          .find("which cannot carry bytes"),
      std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
