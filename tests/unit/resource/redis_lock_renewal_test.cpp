// Locks whose keys are extended by a watchdog, holders that die, and writes with old tokens. Instants by hand.
#include <gtest/gtest.h>

#include "tests/unit/engine/faulty_run.hpp"

namespace loadstone::test {
namespace {

// `go` does `work` under the lock, `second` works for a second; `more`: further resources.
std::string locked(const std::string& lock_keys, const std::string& work, const std::string& redis_keys = "",
                   const std::string& flow_keys = "", const std::string& more = "") {
  return "resources:\n  redis: {kind: redis, command_time: 0us" + redis_keys +
         "}\n  mutex: {kind: redis_lock, server: redis" + lock_keys + "}\n" + more + "flows:\n  go: {" + flow_keys +
         "steps: [{lock: mutex, do: [" + work + "]}]}\n  second: {steps: [{lock: mutex, do: [{delay: 1s}]}]}\n";
}

SeenRun seen(const std::string& topology, const std::vector<Arrivals>& arrivals) {
  return {"topology: t\n" + topology, arrivals};
}

std::uint64_t commands(const SeenRun& run) {
  return run.totals("redis.cpu").granted;
}

// Two work 8 s each on a key of 5 s. A's is extended at 2, 4 and 6 s; at 8 s its work ends before the watchdog wakes.
// B polls at 0, 0.1, .. 8.0 s, 81 times, and is in behind A's release at 8 s; its key is extended three times too.
TEST(RedisLockRenewal, AKeyThatIsExtendedDoesNotExpireUnderItsHolder) {
  const SeenRun run = seen(locked(", timeout: 5, renew: 2", "{delay: 8s}"), {{.count = 2}});
  EXPECT_EQ(run.max_ms(), 16'000);
  EXPECT_EQ(run.totals("mutex.overlap").arrivals, 0u);
  EXPECT_EQ(run.marked("mutex.lock_not_owned"), 0u);
  EXPECT_EQ(run.used_ms("mutex"), 16'000);
  EXPECT_EQ(commands(run), (1u + 3 + 1) + (81 + 3 + 1));
}

// 10 ms there, 1 ms of execution, 10 ms back. SET: executed at 11 ms, answered at 21 ms. The first renewal is sent at
// 2021 ms and executed at 2032 ms, 2021 ms after the SET: with that time to live it is in time (a command comes before
// an expiry of its instant), and the second is sent at 2042 + 2000 ms. With a nanosecond less the key is gone; the
// watchdog finds out and stops.
TEST(RedisLockRenewal, OneThatIsExecutedAtTheInstantOfTheExpiryIsInTime) {
  const auto run = [](const std::string& timeout) {
    return seen(
        "resources:\n  redis: {kind: redis, command_time: 1ms, rtt: 20ms}\n  mutex: {kind: redis_lock, server: "
        "redis, renew: 2, timeout: " +
            timeout + "}\nflows: {go: {steps: [{lock: mutex, do: [{delay: 5s}]}]}}\n",
        {{}});
  };
  const SeenRun in_time = run("2.021");
  EXPECT_EQ(in_time.marked("mutex.lock_not_owned"), 0u);
  EXPECT_EQ(commands(in_time), 1u + 2 + 1);
  EXPECT_EQ(in_time.used_ms("mutex"), 5021);  // from 11 ms to the release at 21 + 5000 + 11 ms
  const SeenRun late = run("2.020999999");
  EXPECT_EQ(late.marked("mutex.lock_not_owned"), 1u);
  EXPECT_EQ(commands(late), 1u + 1 + 1);
}

// Redis does not take the command at 4 s, so that the key, extended at 2 s, is gone at 7 s. It would have been extended
// again at 6 s, had the watchdog not stopped.
TEST(RedisLockRenewal, StopsWhenTheServerDoesNotTakeItsCommand) {
  const SeenRun run = faulty(locked(", timeout: 5, renew: 2", "{delay: 8s}"), {{}, {.flow = "second", .at = "7s"}},
                             "{at: 3500ms, for: 1s, target: redis, is: down}");
  EXPECT_EQ(run.marked("mutex.lock_not_owned"), 1u);
  EXPECT_EQ(run.max_ms("second"), 1000);
  EXPECT_EQ(run.used_ms("mutex"), 7000 + 1000);
}

// The same work, once waiting, once on the event loop: then the watchdog's task does not run for 8 s.
TEST(RedisLockRenewal, AHolderThatStallsItsLoopDoesNotExtend) {
  const auto run = [](const std::string& work) {
    return seen(locked(", timeout: 5, renew: 2", work, "", "service: web, ", "  web: {kind: service}\n"),
                {{}, {.flow = "second", .at = "5s"}});
  };
  EXPECT_EQ(run("{delay: 8s}").max_ms("second"), 4000);
  const SeenRun stalled = run("{delay: 8s, blocking: true}");
  EXPECT_EQ(stalled.max_ms("second"), 1000);
  EXPECT_EQ(stalled.marked("mutex.lock_not_owned"), 1u);
  EXPECT_EQ(stalled.used_ms("mutex.overlap"), 1000);
}

// A's process is killed at 2 s, before the renewal of that instant. Nobody gives the key back: it is gone 5 s after it
// was taken, or after it was extended at 1 s.
TEST(RedisLockRenewal, AHolderThatDiesLeavesItsKeyToExpire) {
  const auto run = [](const std::string& keys, std::string_view until = "1000s") {
    RunSettings settings;
    settings.drain = until == "1000s";
    return SeenRun(
        model("topology: t\n" + locked(keys, "{delay: 8s}", "", "service: web, ", "  web: {kind: service}\n"),
              arrivals_at({{}, {.flow = "second", .at = "3s"}}, until) +
                  "faults: [{at: 2s, for: 1s, target: web, is: killed}]\n"),
        settings);
  };
  const SeenRun expires = run(", timeout: 5");
  EXPECT_EQ(expires.failed_after_ms(), 2000);
  EXPECT_EQ(expires.max_ms("second"), 2000 + 1000);
  EXPECT_EQ(expires.marked("mutex.leaked"), 1u);
  EXPECT_EQ(expires.marked("mutex.lock_not_owned"), 0u);
  EXPECT_EQ(expires.used_ms("mutex"), 5000 + 1000);
  const SeenRun renewed = run(", timeout: 5, renew: 1");
  EXPECT_EQ(renewed.max_ms("second"), 3000 + 1000);
  EXPECT_EQ(renewed.used_ms("mutex"), 6000 + 1000);
}

// A worker that dies under its job leaves the key too; one whose job fails gives it back at once.
TEST(RedisLockRenewal, AWorkerThatDiesLeavesItsKey) {
  const auto run = [](const std::string& error) {
    return seen(
        "resources:\n  redis: {kind: redis, command_time: 0us}\n  mutex: {kind: redis_lock, server: redis, "
        "timeout: 5}\n  jobs: {kind: queue}\n  w: {kind: worker, from: jobs, flow: job, concurrency: 1}\n"
        "flows:\n  go: {steps: [{publish: jobs}]}\n  job: {steps: [{lock: mutex, do: [{fail: " +
            error + "}]}]}\n  second: {steps: [{lock: mutex, do: [{delay: 1s}]}]}\n",
        {{}, {.flow = "second", .at = "1s"}});
  };
  EXPECT_EQ(run("worker_lost").max_ms("second"), 4000 + 1000);
  EXPECT_EQ(run("broken").max_ms("second"), 1000);
}

TEST(RedisLockRenewal, AnEndlessHoldIsADeadlockForWhoAsksAgain) {
  RunSettings settings;
  settings.drain = false;
  const Observations o = run_once(
      model("topology: t\n" + locked(", timeout: 5, renew: 2", "{lock: mutex, do: []}"), arrivals_at({{}}, "20s")),
      settings);
  EXPECT_NE(o.stopped.find("deadlock"), std::string::npos) << o.stopped;
}

// Relieved, who holds a key that is extended holds it all along.
TEST(RedisLockRenewal, RelievedItIsHeldForTheWholeWork) {
  RunSettings settings;
  settings.everything_relieved = true;
  const SeenRun run(
      model("topology: t\n" + locked(", timeout: 5, renew: 2", "{delay: 8s}"), arrivals_at({{.count = 3}})), settings);
  EXPECT_EQ(run.used_ms("mutex"), 24'000);
}

// --- fencing ------------------------------------------------------------------------------------------------------

// A's key of 5 s expires under its work; B is in at 5 s and writes at 6 s.
std::string fenced(const std::string& work, const std::string& keys = ", timeout: 5") {
  return "populations: {thread: {count: 9}}\nresources:\n  redis: {kind: redis, command_time: 0us}\n"
         "  mutex: {kind: redis_lock, server: redis" +
         keys + "}\nflows:\n  go: {steps: [{lock: mutex, do: [" + work +
         "]}]}\n  second: {steps: [{lock: mutex, do: [{delay: 1s, fence: mutex}]}]}\n";
}

TEST(RedisLockFencing, AWriteBehindThatOfALaterHolderIsRefused) {
  const SeenRun run = seen(fenced("{delay: 8s, fence: mutex}"), {{}, {.flow = "second"}});
  EXPECT_EQ(run.failed("stale_token"), 1u);
  EXPECT_EQ(run.failed_after_ms(), 8000);
  EXPECT_EQ(run.completed("second"), 1u);
  EXPECT_EQ(run.marked("mutex.stale_token"), 1u);
}

// Also of the same holder, again and again, and before the later one has written anything.
TEST(RedisLockFencing, AWriteBeforeThatOfALaterHolderIsNot) {
  const SeenRun run =
      seen(fenced("{delay: 5500ms, fence: mutex}, {delay: 100ms, fence: mutex}"), {{}, {.flow = "second"}});
  EXPECT_EQ(run.completed(), 1u);
  EXPECT_EQ(run.completed("second"), 1u);
  EXPECT_EQ(run.marked("mutex.stale_token"), 0u);
}

// Both write at 6 s: whose end was scheduled first comes first. A's one delay was, A's second half was not.
TEST(RedisLockFencing, OfTwoAtOneInstantTheOneScheduledFirstComesFirst) {
  EXPECT_EQ(seen(fenced("{delay: 6s, fence: mutex}"), {{}, {.flow = "second"}}).failed("stale_token"), 0u);
  EXPECT_EQ(
      seen(fenced("{delay: 5500ms}, {delay: 500ms, fence: mutex}"), {{}, {.flow = "second"}}).failed("stale_token"),
      1u);
}

// B's token is the later one, but of another key.
TEST(RedisLockFencing, KeysDoNotFenceEachOther) {
  const SeenRun run = seen(
      fenced("{delay: 8s, fence: mutex}", ", timeout: 5, per: thread"),
      {{.attributes = "thread: integer(1; 1)"}, {.flow = "second", .at = "1s", .attributes = "thread: integer(2; 2)"}});
  EXPECT_EQ(run.completed(), 1u);
  EXPECT_EQ(run.completed("second"), 1u);
}

TEST(RedisLockFencing, ABranchWritesWithTheTokenOfItsRequestAndWhoHoldsNothingWithNone) {
  const SeenRun branches =
      seen(fenced("{parallel: {branches: [[{delay: 1s, fence: mutex}], [{delay: 2s, fence: mutex}]]}}"), {{}});
  EXPECT_EQ(branches.completed(), 1u);
  const SeenRun without = seen(
      "resources:\n  redis: {kind: redis}\n  mutex: {kind: redis_lock, server: redis}\n"
      "flows: {go: {steps: [{delay: 1s, fence: mutex, on_error: {stale_token: [{delay: "
      "2s}]}}]}}\n",
      {{}});
  EXPECT_EQ(without.marked("mutex.stale_token"), 1u);
  EXPECT_EQ(without.max_ms(), 3000);
}

// Everything at once, under 20 seeds: renewals that come late, processes that die, timeouts in commands and between,
// stalls, old tokens. Each run passes the laws of conservation.
TEST(RedisLockRenewal, EveryRunConserves) {
  std::uint64_t leaked = 0;
  std::uint64_t stale = 0;
  std::uint64_t late = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RunSettings settings;
    settings.seed = seed;
    const SeenRun run(
        model(
            "topology: t\npopulations: {thread: {count: 3}}\nresources:\n  redis: {kind: redis, command_time: "
            "exponential(20ms), rtt: exponential(5ms)}\n  web: {kind: service}\n  mutex: {kind: redis_lock, server: "
            "redis, per: thread, timeout: 300ms, renew: 150ms, sleep: 0.05, blocking_timeout: 3}\nflows:\n"
            "  a: {service: web, timeout: 4s, steps: [{lock: mutex, do: [{delay: exponential(200ms), fence: mutex, "
            "timeout: 400ms, on_error: {timeout: [{delay: 100ms, fence: mutex}]}}]}]}\n"
            "  b: {service: web, steps: [{lock: mutex, do: [{delay: exponential(100ms), blocking: true}, {delay: 1ms, "
            "fence: mutex}]}]}\n"
            "  c: {steps: [{call: a, timeout: 500ms, on_error: {any: [{lock: mutex, do: [{delay: 10ms}]}]}}]}\n",
            "workload: w\nwarmup: 5s\nduration: 60s\nattributes: {thread: uniform}\nscenarios: {s: {executor: "
            "constant-arrival-rate, exec: {a: 2, b: 1, c: 1}, arrival: poisson, rate: 4/s, duration: 60s}}\n"
            "faults: [{at: 20s, for: 1s, target: web, is: killed}, {at: 40s, for: 1s, target: redis, is: killed}]\n"),
        settings);
    leaked += run.marked("mutex.leaked");
    stale += run.marked("mutex.stale_token");
    late += run.marked("mutex.lock_not_owned");
  }
  EXPECT_GT(leaked, 0u);
  EXPECT_GT(stale, 0u);
  EXPECT_GT(late, 0u);
}

}  // namespace
}  // namespace loadstone::test
