// Services and what stands before them behave as fidelity 7 says (docs/reference/fidelity.md, section front).
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A service on a host with many cores, with flows that run in it.
std::string web(const std::string& keys, const std::string& flows) {
  return "topology: t\nhosts: {box: {cores: 64}}\nresources:\n  web: {kind: service, host: box" + keys + "}\nflows:\n" +
         flows;
}

// 10 ms of CPU every 12.5 ms: nobody queues, each is inside for 100 ms, so 80 x 0.1 = 8 are inside on average.
TEST(FidelityFront, Behaviour1EightAreInsideAtEightyRequestsASecond) {
  const SeenRun seen(web("", flows_named({"go"}, "{cpu: 10ms}, {delay: 90ms}", "service: web, ")),
                     {{.count = 800, .every = "12500us"}});
  EXPECT_EQ(seen.sum_ms(), 800 * 100);
  EXPECT_EQ(seen.used_ms("web.requests"), 8 * 10'000);  // over the 10 s of arrivals
}

// 1,250 in 10 s are 2.5 s more than the loop can do: it works through them at 100/s, and the last one, which came at
// 9.992 s, is done at 12.5 + 0.09 s. Its waits (90 ms) bound nothing: 11/s would take 113 s.
TEST(FidelityFront, Behaviour1TheLoopCarriesAHundredASecond) {
  const SeenRun seen(web("", flows_named({"go"}, "{cpu: 10ms}, {delay: 90ms}", "service: web, ")),
                     {{.count = 1250, .every = "8ms"}});
  EXPECT_EQ(seen.max_ms(), 12'590 - 9'992);
  EXPECT_EQ(seen.used_ms("web.loop"), 12'500);
}

// A call that blocks the loop from 0 to 2 s. Who comes in between waits until then, 1 ms each; a health check with a
// timeout of 1 s fails after it, one that comes 500 ms before the end does not.
TEST(FidelityFront, Behaviour2ABlockingCallStallsTheWholeWorker) {
  const SeenRun seen(web("", flows_named({"slow"}, "{delay: 2s, blocking: true}", "service: web, ") +
                                 flows_named({"go"}, "{cpu: 1ms}", "service: web, ") +
                                 flows_named({"health", "late"}, "{cpu: 1ms}", "service: web, timeout: 1s, ")),
                     {{.flow = "slow"},
                      {.at = "100ms", .count = 10, .every = "100ms"},
                      {.flow = "health", .at = "150ms"},
                      {.flow = "late", .at = "1500ms"}});
  // Request i of the ten came at 100 + 100 i ms and is done at 2001 + i ms, one later from the second on: the health
  // check's work is done all the same, in its turn.
  EXPECT_EQ(seen.sum_ms(), 10 * 2001 + 45 + 9 - (10 * 100 + 100 * 45));
  EXPECT_EQ(seen.failed("timeout", "health"), 1u);
  EXPECT_EQ(seen.failed_after_ms("health"), 1000);
  EXPECT_EQ(seen.max_ms("late"), 512);  // 2012 - 1500
}

}  // namespace
}  // namespace loadstone::test
