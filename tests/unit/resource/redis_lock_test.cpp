#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/conserved.hpp"
#include "tests/unit/resource/planned_arrivals.hpp"

namespace loadstone::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1000 * kMs;

// Flows that do different things under the lock; `go` does `work`.
load::Loaded locks(const std::string& lock_keys, const std::string& command_time, const std::string& workload,
                   const std::string& work = "[{delay: 8s}]", const std::string& redis_keys = "") {
  return model("topology: t\npopulations: {thread: {count: 9}}\nresources:\n  redis: {kind: redis, command_time: " +
                   command_time + redis_keys + "}\n  mutex: {kind: redis_lock, server: redis" + lock_keys +
                   "}\nflows:\n  go: {steps: [{lock: mutex, do: " + work +
                   "}]}\n  brief: {steps: [{lock: mutex, do: []}]}\n"
                   "  second: {steps: [{lock: mutex, do: [{delay: 1s}]}]}\n"
                   "  halves: {steps: [{lock: mutex, do: [{delay: 500ms}, {delay: 500ms}]}]}\n"
                   "  patient: {steps: [{lock: mutex, do: [{delay: 1s}], timeout: 400ms}]}\n",
               workload);
}

RunSettings without_drain() {
  RunSettings settings;
  settings.drain = false;
  return settings;
}

// One run and what it says of the lock, its server and the flows. Conservation is asked of every run.
struct Seen {
  explicit Seen(load::Loaded l, const RunSettings& settings = {})
      : loaded(std::move(l)), o(run_once(loaded, settings)) {
    EXPECT_TRUE(conserved(loaded.model, o));
  }
  [[nodiscard]] const ResourceObservations& row(std::string_view name) const {
    return o.resources[row_of(loaded.model, name)];
  }
  [[nodiscard]] const ResourceObservations& mutex() const { return row("mutex"); }
  [[nodiscard]] const FlowStats& flow(std::string_view name) const { return o.flows[flow_of(loaded.model, name)]; }
  [[nodiscard]] std::uint64_t commands() const { return row("redis.cpu").at_end.granted; }
  [[nodiscard]] std::uint64_t marks(const std::string& name) const {
    const auto& names = loaded.model.marks;
    return o.marks[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
  }
  load::Loaded loaded;
  Observations o;
};

// A takes the key at 0 and works 8 s, its key is gone at 5 s; B has polled at 0, 0.1 s, .. and the poll at 5.0 s comes
// behind the expiry. Both are inside from 5 s to 8 s. B's own key is gone at 10 s; it comes out at 13 s.
TEST(RedisLock, IsTakenByAnotherWhenItsTimeToLiveEndsAndTheOverlapIsRecorded) {
  const Seen seen(locks(", timeout: 5", "0us", arrivals_at({{.count = 2}})));
  EXPECT_EQ(seen.mutex().meter.wait.max(), 5 * kS);
  EXPECT_EQ(seen.flow("go").latency.max(), 13 * kS);
  EXPECT_EQ(seen.row("mutex.overlap").at_end.completed, 1u);
  EXPECT_EQ(seen.row("mutex.overlap").meter.hold.max(), 3 * kS);
  EXPECT_EQ(seen.marks("mutex.lock_not_owned"), 2u);
  EXPECT_EQ(seen.flow("go").run.completed, 2u);  // the work does not fail
  // held is what the server has: 5 s each
  EXPECT_EQ(seen.mutex().meter.hold_sum, 10 * kS);
  EXPECT_EQ(seen.mutex().meter.hold.sum(), 10 * kS);
  EXPECT_EQ(seen.mutex().meter.breakdown.total(), 10 * kS);
}

// c = 1 ms. A's SET is done at c, B's at 2 c, and B's further ones each 101 ms later: the first behind A's expiry at
// 5001 ms is 2 + 50 x 101 = 5052 ms. A's release is done at 8001 + 1 ms.
TEST(RedisLock, OverlapsFromThePollBehindTheExpiryToTheLateRelease) {
  const Seen seen(locks(", timeout: 5", "1ms", arrivals_at({{.count = 2}})));
  EXPECT_EQ(seen.mutex().meter.wait.max(), 5050 * kMs);
  EXPECT_EQ(seen.row("mutex.overlap").meter.hold.max(), (8002 - 5052) * kMs);
  EXPECT_EQ(seen.commands(), 1u + 51u + 2u);  // A's SET, B's, two releases
}

TEST(RedisLock, ReleasedInTimeIsNoViolation) {
  const Seen seen(locks(", timeout: 5", "1ms", arrivals_at({{.flow = "second", .count = 3}})));
  EXPECT_EQ(seen.marks("mutex.lock_not_owned"), 0u);
  EXPECT_EQ(seen.row("mutex.overlap").at_end.arrivals, 0u);
  EXPECT_EQ(seen.mutex().at_end.completed, 3u);
  EXPECT_EQ(seen.mutex().at_end.in_use, 0);
}

// Taken at 1 ms, the key expires at 5001 ms. A release that is executed at 5001 ms comes first (Phase::release).
TEST(RedisLock, AReleaseExecutedAtTheInstantOfTheExpiryStillOwnsTheKey) {
  const Seen in_time(locks(", timeout: 5", "1ms", arrivals_at({{}}), "[{delay: 4999ms}]"));
  EXPECT_EQ(in_time.marks("mutex.lock_not_owned"), 0u);
  const Seen late(locks(", timeout: 5", "1ms", arrivals_at({{}}), "[{delay: 4999000001ns}]"));
  EXPECT_EQ(late.marks("mutex.lock_not_owned"), 1u);
  EXPECT_EQ(late.mutex().meter.hold_sum, 5 * kS);
}

// B's SET, sent at 5000 ms, is executed at 5001 ms, the instant of the expiry, and so before it: it fails, and the next
// is executed at 5001 + 100 + 1 ms. One that is sent a nanosecond later takes the key at once.
TEST(RedisLock, ASetExecutedAtTheInstantOfTheExpiryComesBeforeIt) {
  const Seen early(locks(", timeout: 5", "1ms", arrivals_at({{}, {.flow = "brief", .at = "5s"}})));
  EXPECT_EQ(early.mutex().meter.wait.max(), 101 * kMs);
  const Seen behind(locks(", timeout: 5", "1ms", arrivals_at({{}, {.flow = "brief", .at = "5000000001ns"}})));
  EXPECT_EQ(behind.mutex().meter.wait.max(), 0);
}

// Commands take no time: B arrives at the very instant of the expiry, and arrivals come last.
TEST(RedisLock, AnArrivalAtTheInstantOfTheExpiryFindsNoKey) {
  const Seen seen(locks(", timeout: 5", "0us", arrivals_at({{}, {.flow = "brief", .at = "5s"}})));
  EXPECT_EQ(seen.mutex().meter.wait.max(), 0);
}

// The end of A's work at 1 s and B's poll at 1 s are both wake-ups, so the one scheduled first comes first, with its
// command. A's single delay was (B polls behind it and gets the key); A's second half was not.
TEST(RedisLock, AReleaseAndAPollAtOneInstantGoInTheOrderInWhichTheyWereScheduled) {
  const Seen release_first(locks(", sleep: 1", "0us", arrivals_at({{.flow = "second"}, {.flow = "brief"}})));
  EXPECT_EQ(release_first.mutex().meter.wait.max(), 1 * kS);
  const Seen poll_first(locks(", sleep: 1", "0us", arrivals_at({{.flow = "halves"}, {.flow = "brief"}})));
  EXPECT_EQ(poll_first.mutex().meter.wait.max(), 2 * kS);
}

// B has waited since 60 ms, C since 130 ms. At A's release at 1 s nobody is told; C polls next, at 1.03 s.
TEST(RedisLock, GoesToWhoeverPollsFirstAndNotToWhoCameFirst) {
  const Seen seen(
      locks("", "0us", arrivals_at({{.flow = "second"}, {.at = "60ms"}, {.flow = "brief", .at = "130ms"}})));
  EXPECT_EQ(seen.flow("brief").latency.max(), 900 * kMs);
  EXPECT_EQ(seen.flow("go").latency.max(), 1000 * kMs + 8 * kS);  // B polls at 1.06 s
}

// Pauses double from 100 ms: attempts at 0, .1, .3, .7, 1.5, 3.1, 6.3, 12.7 s, then every 10 s.
TEST(RedisLock, BacksOffExponentiallyUpToTheCap) {
  const std::string keys = ", retry: {backoff: exponential, base: 100ms, cap: 10s}";
  const auto wait_behind = [&](const std::string& work) {
    const Seen seen(locks(keys, "0us", arrivals_at({{}, {.flow = "brief"}}), work));
    return std::pair(seen.mutex().meter.wait.max(), seen.commands());
  };
  EXPECT_EQ(wait_behind("[{delay: 50ms}]"), std::pair(100 * kMs, std::uint64_t{3 + 2}));
  EXPECT_EQ(wait_behind("[{delay: 6301ms}]"), std::pair(12'700 * kMs, std::uint64_t{3 + 8}));
  EXPECT_EQ(wait_behind("[{delay: 12701ms}]"), std::pair(22'700 * kMs, std::uint64_t{3 + 9}));
  EXPECT_EQ(wait_behind("[{delay: 22701ms}]"), std::pair(32'700 * kMs, std::uint64_t{3 + 10}));
}

// A holds the key for 100 ms and 1 ns, B asks at 100 ms and gets it at its second attempt, after one pause: 300 times.
const Histogram pauses(const std::string& jitter) {
  const Seen seen(locks(
      ", retry: {base: 1s, jitter: " + jitter + "}", "0us",
      arrivals_at({{.count = 300, .every = "10s"}, {.flow = "brief", .at = "100ms", .count = 300, .every = "10s"}},
                  "3100s"),
      "[{delay: 100000001ns}]"));
  EXPECT_EQ(seen.mutex().at_end.waited, 300u);
  return seen.flow("brief").latency;
}

TEST(RedisLock, JitterStaysWithinItsBounds) {
  const Histogram full = pauses("full");  // uniform below 1 s: mean 0.5, sd 0.289; four sd of the mean are 0.067
  EXPECT_LT(full.min(), kS / 20);
  EXPECT_LE(full.max(), kS);
  EXPECT_NEAR(full.mean() * 1e-9, 0.5, 0.067);
  const Histogram equal = pauses("equal");  // half of it and a uniform half
  EXPECT_GE(equal.min(), kS / 2);
  EXPECT_LE(equal.max(), kS);
  EXPECT_NEAR(equal.mean() * 1e-9, 0.75, 0.034);
  EXPECT_EQ(pauses("none").min(), kS);
}

// With A never done, B tries at 0, .1, .2, ... and gives up at the attempt after which the next would come too late.
TEST(RedisLock, GivesUpWhenTheNextTryWouldPassTheBlockingTimeout) {
  const auto failure_at = [](const std::string& blocking_timeout) {
    const Seen seen(locks(", blocking_timeout: " + blocking_timeout, "0us",
                          arrivals_at({{}, {.flow = "brief", .at = "1ns"}}), "[{delay: 900s}]"));
    EXPECT_EQ(seen.flow("brief").errors[error_of(seen.loaded.model, "lock_timeout")], 1u);
    EXPECT_EQ(seen.mutex().at_end.timed_out, 1u);
    EXPECT_EQ(seen.mutex().at_end.waiting, 0);
    return std::pair(seen.flow("brief").failure.max(), seen.commands());
  };
  EXPECT_EQ(failure_at("0.5"), std::pair(500 * kMs, std::uint64_t{2 + 6}));  // equal is not past
  EXPECT_EQ(failure_at("450ms"), std::pair(400 * kMs, std::uint64_t{2 + 5}));
  EXPECT_EQ(failure_at("0.05"), std::pair(std::int64_t{0}, std::uint64_t{2 + 1}));
  EXPECT_EQ(failure_at("0"), std::pair(std::int64_t{0}, std::uint64_t{2 + 1}));
}

// The limit counts from before the first command: SETs are answered at 20 ms and each 120 ms later (the round trip of
// 20 ms and the sleep of 100 ms); at 140 ms the next attempt would begin at 240 ms.
TEST(RedisLock, TheBlockingTimeoutCountsTheRoundTrips) {
  const Seen seen(locks(", blocking_timeout: 0.239", "0us", arrivals_at({{}, {.flow = "brief", .at = "1s"}}),
                        "[{delay: 900s}]", ", rtt: 20ms"));
  EXPECT_EQ(seen.flow("brief").failure.max(), 140 * kMs);
  const Seen longer(locks(", blocking_timeout: 0.24", "0us", arrivals_at({{}, {.flow = "brief", .at = "1s"}}),
                          "[{delay: 900s}]", ", rtt: 20ms"));
  EXPECT_EQ(longer.flow("brief").failure.max(), 260 * kMs);
}

// r = 20 ms. The key is set half a round trip after it was asked for, and its time to live counts from there.
TEST(RedisLock, IsHeldFromTheExecutionOfTheSetToThatOfTheRelease) {
  const Seen seen(locks("", "1ms", arrivals_at({{}}), "[{delay: 1s}]", ", rtt: 20ms"));
  EXPECT_EQ(seen.flow("go").latency.max(), 2 * 21 * kMs + kS);
  EXPECT_EQ(seen.mutex().meter.hold.max(), kS + 21 * kMs);
  const Seen expired(locks(", timeout: 1.02", "1ms", arrivals_at({{}}), "[{delay: 1s}]", ", rtt: 20ms"));
  EXPECT_EQ(expired.marks("mutex.lock_not_owned"), 1u);
  const Seen not_expired(locks(", timeout: 1.021", "1ms", arrivals_at({{}}), "[{delay: 1s}]", ", rtt: 20ms"));
  EXPECT_EQ(not_expired.marks("mutex.lock_not_owned"), 0u);
}

// `patient` leaves at 400 ms, when it sleeps between two polls (at 303 and 404 ms).
TEST(RedisLock, ARequestThatIsAbandonedWhileItSleepsLeavesTheLine) {
  const Seen seen(locks("", "1ms", arrivals_at({{}, {.flow = "patient"}})));
  EXPECT_EQ(seen.flow("patient").failure.max(), 400 * kMs);
  EXPECT_EQ(seen.mutex().at_end.timed_out, 1u);
  EXPECT_EQ(seen.mutex().meter.wait_sum, (400 - 2) * kMs);
  EXPECT_EQ(seen.commands(), 2u + 4u);  // A's two; B's at 1, 102, 203, 304 ms
}

// A poll and the timeout at one instant, 400 ms: Phase::expire comes first, no command is sent.
TEST(RedisLock, ATimeoutAtTheInstantOfAPollComesFirst) {
  const Seen seen(locks("", "0us", arrivals_at({{}, {.flow = "patient"}})));
  EXPECT_EQ(seen.commands(), 2u + 4u);
  EXPECT_EQ(seen.flow("patient").errors[error_of(seen.loaded.model, "timeout")], 1u);
}

// B's first SET is executed at 2 ms, its second 1 ms after 2 + 397 ms and 1 ns: at the instant of its timeout. A's
// release was executed at 298 ms, so B has the lock; the timeout then ends its work and gives the lock back.
TEST(RedisLock, ASetExecutedAtTheInstantOfTheTimeoutTakesTheKey) {
  const Seen seen(
      locks(", sleep: 0.397000001", "1ms", arrivals_at({{}, {.flow = "patient", .at = "1ns"}}), "[{delay: 296ms}]"));
  EXPECT_EQ(seen.mutex().at_end.granted, 2u);
  EXPECT_EQ(seen.mutex().at_end.timed_out, 0u);
  EXPECT_EQ(seen.mutex().at_end.in_use, 0);
  EXPECT_EQ(seen.flow("patient").failure.max(), 400 * kMs);
}

// c = 100 ms. A takes the key at 100 ms and its release is executed at 350 ms. B's second SET, sent at 300 ms, is
// executed at 450 ms, but B has gone at 400 ms: the key is nobody's until 5450 ms. C sends SETs at 6 s.
TEST(RedisLock, ASetUnderWayIsExecutedThoughItsClientHasGone) {
  const Seen seen(locks(", timeout: 5", "100ms", arrivals_at({{}, {.flow = "patient"}, {.flow = "brief", .at = "1s"}}),
                        "[{delay: 150ms}]"));
  EXPECT_EQ(seen.marks("mutex.leaked"), 1u);
  EXPECT_EQ(seen.marks("mutex.lock_not_owned"), 0u);
  // C: SETs are executed at 1100 ms and every 200 ms from there: the first at or after 5450 ms is 5500 ms
  EXPECT_EQ(seen.mutex().meter.wait.max(), 4400 * kMs);
  EXPECT_EQ(seen.mutex().meter.hold_sum, (250 + 5000 + 100) * kMs);
}

TEST(RedisLock, AKeyThatNobodyKnowsOfAndNeverExpiresIsHeldForEver) {
  const Seen seen(locks("", "100ms", arrivals_at({{}, {.flow = "patient"}, {.flow = "brief", .at = "1s"}}, "10s"),
                        "[{delay: 150ms}]"),
                  without_drain());
  EXPECT_EQ(seen.marks("mutex.leaked"), 1u);
  EXPECT_EQ(seen.mutex().at_end.in_use, 1);
  EXPECT_EQ(seen.mutex().at_end.waiting, 1);
}

// The step under the lock is timed out while it is served, so the request is split and its hold moves to the part that
// goes on; the key still expires at 5 s, and its release at 11 s finds it gone.
TEST(RedisLock, TheKeyExpiresWhoeverCarriesTheHold) {
  const Seen seen(
      model("topology: t\nresources:\n  redis: {kind: redis, command_time: 0us}\n  desk: {kind: station, service: 3s}\n"
            "  mutex: {kind: redis_lock, server: redis, timeout: 5}\nflows:\n"
            "  go: {steps: [{lock: mutex, do: [{visit: desk, timeout: 1s, on_error: {timeout: [{delay: 10s}]}}]}]}\n",
            arrivals_at({{.count = 1}})));
  EXPECT_EQ(seen.mutex().meter.hold_sum, 5 * kS);
  EXPECT_EQ(seen.marks("mutex.lock_not_owned"), 1u);
  EXPECT_EQ(seen.flow("go").latency.max(), 11 * kS);
}

// Two branches want the lock; the first to end decides, and the other is cancelled while it polls.
TEST(RedisLock, ABranchThatIsCancelledWhileItPollsLeavesTheLine) {
  const Seen seen(model(
      "topology: t\nresources:\n  redis: {kind: redis, command_time: 1ms}\n  mutex: {kind: redis_lock, server: redis}\n"
      "flows:\n  go: {steps: [{parallel: {branches: [[{lock: mutex, do: [{delay: 1s}]}], [{lock: mutex, do: []}]], "
      "wait: first, rest: cancel}}]}\n",
      arrivals_at({{}})));
  EXPECT_EQ(seen.mutex().at_end.timed_out, 1u);
  EXPECT_EQ(seen.mutex().at_end.waiting, 0);
  EXPECT_EQ(seen.flow("go").latency.max(), 1002 * kMs);
}

// A asks again for what it holds: without a time to live nothing can end that.
TEST(RedisLock, AHolderThatAsksAgainIsADeadlockUnlessTheKeyExpires) {
  const std::string again = "[{lock: mutex, do: []}]";
  const Seen stuck(locks("", "0us", arrivals_at({{}}, "10s"), again), without_drain());
  EXPECT_NE(stuck.o.stopped.find("deadlock"), std::string::npos) << stuck.o.stopped;
  const Seen expires(locks(", timeout: 5", "0us", arrivals_at({{}}, "10s"), again), without_drain());
  EXPECT_EQ(expires.o.stopped, "");
  EXPECT_EQ(expires.flow("go").latency.max(), 5 * kS);
}

TEST(RedisLock, EachValueOfItsAttributeHasAKeyOfItsOwn) {
  const Seen seen(locks(", per: thread", "0us",
                        arrivals_at({{.attributes = "thread: integer(1; 1)"},
                                     {.attributes = "thread: integer(2; 2)"},
                                     {.attributes = "thread: integer(1; 1)"}})));
  EXPECT_EQ(seen.mutex().members, 2u);
  EXPECT_EQ(seen.mutex().at_end.waited, 1u);
  EXPECT_EQ(seen.mutex().meter.wait_sum, 8 * kS);
}

// What a pool's holder does while it polls is to wait for the lock, its commands included; the first SET is Redis.
TEST(RedisLock, TheHoldBreakdownSaysWaitingForTheLockWhileItPolls) {
  const Seen seen(model(
      "topology: t\nresources:\n  redis: {kind: redis, command_time: 1ms}\n  mutex: {kind: redis_lock, server: redis}\n"
      "  pool: {kind: semaphore, size: 9}\nflows:\n  go: {steps: [{lock: mutex, do: [{delay: 1s}]}]}\n"
      "  held: {steps: [{hold: pool, do: [{lock: mutex, do: [{delay: 2s}]}]}]}\n",
      arrivals_at({{}, {.flow = "held"}})));
  const RowId mutex = row_of(seen.loaded.model, "mutex");
  const RowId redis = row_of(seen.loaded.model, "redis.cpu");
  Int128 waiting = 0;
  Int128 queueing = 0;
  Int128 served = 0;
  Int128 own = 0;
  for (const Breakdown::Row& row : seen.row("pool").meter.breakdown.rows()) {
    waiting += row.on == mutex && row.doing == Doing::waiting ? row.ns : 0;
    queueing += row.on == redis && row.doing == Doing::waiting ? row.ns : 0;
    served += row.on == redis && row.doing == Doing::served ? row.ns : 0;
    own += row.doing == Doing::own ? row.ns : 0;
  }
  EXPECT_EQ(queueing, 1 * kMs);    // behind the other's SET
  EXPECT_EQ(served, 2 * kMs);      // its first SET and its release
  EXPECT_EQ(waiting, 1010 * kMs);  // from 2 ms to 2 + 10 x 101 ms; the other's release was at 1002 ms
  EXPECT_EQ(own, 2 * kS);
  EXPECT_EQ(seen.row("pool").meter.breakdown.total(), waiting + queueing + served + own);
}

// 20 users without pause, hold 1 s, sleep 0.1 s: a little is lost at each hand-over, since 19 pollers at random phases
// leave a gap of about 0.1 s / 20. Waits are far from equal, as they would be in a queue (19 s each).
TEST(RedisLock, PollersHandOverWithAGapAndOutOfOrder) {
  const Seen seen(
      model("topology: t\nresources: {redis: {kind: redis}, mutex: {kind: redis_lock, server: redis}}\n"
            "flows: {go: {steps: [{lock: mutex, do: [{delay: 1s}]}]}}\n",
            "workload: w\nwarmup: 0s\nscenarios: {a: {executor: constant-vus, exec: go, vus: 20, duration: 2000s, "
            "thinkFirst: true, thinkTime: uniform(0ms; 100ms)}}\n"));
  const double rate = static_cast<double>(seen.flow("go").completed_in_window) / 2000;
  EXPECT_LT(rate, 0.9995);
  EXPECT_GT(rate, 0.990);
  const Histogram& wait = seen.mutex().meter.wait;
  EXPECT_NEAR(wait.mean() * 1e-9, 19, 1);
  EXPECT_GT(std::sqrt(wait.variance()), 0.5 * wait.mean());
  EXPECT_GT(wait.max(), 45 * kS);
}

// Each attempt costs its timer and its command's completion, and a release nothing, however many wait: 10,000 waiters,
// a poll a second, for ten seconds; A's release at 5 s lets in one, which then works on.
TEST(RedisLock, TenThousandWaitersCostTheirCommandsAndNothingElse) {
  const std::vector<Arrivals> arrivals{{.flow = "halves"}, {.at = "1ms", .count = 10'000, .every = "100us"}};
  const Seen seen(locks(", sleep: 1", "10us", arrivals_at(arrivals, "10s"), "[{delay: 1000s}]"), without_drain());
  EXPECT_EQ(seen.mutex().at_end.granted, 2u);
  EXPECT_EQ(seen.mutex().at_end.waiting, 9'999);
  EXPECT_GT(seen.commands(), 90'000u);
  constexpr std::uint64_t kArrivals = 10'001;
  EXPECT_LE(seen.o.events, 2 * seen.commands() + kArrivals + 20);
}

// Everything at once, under 20 seeds: keys that expire under their holders, timeouts between polls and in commands,
// limits, branches that are cancelled, failures inside. Each run passes the engine's conservation laws and the tests'.
TEST(RedisLock, EveryRunConserves) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RunSettings settings;
    settings.seed = seed;
    settings.drain = seed % 2 == 0;
    const Seen seen(
        model(
            "topology: t\npopulations: {thread: {count: 3}}\nresources:\n  redis: {kind: redis, command_time: "
            "exponential(20ms), rtt: exponential(5ms)}\n  pool: {kind: semaphore, size: 40, timeout: 5s}\n"
            "  mutex: {kind: redis_lock, server: redis, per: thread, timeout: 300ms, retry: {base: 50ms, cap: 1s, "
            "jitter: full}, blocking_timeout: 3}\n  plain: {kind: redis_lock, server: redis, per: thread, sleep: 0.2}\n"
            "flows:\n  a: {timeout: 4s, steps: [{lock: mutex, do: [{delay: exponential(200ms)}], timeout: 700ms}]}\n"
            "  b: {steps: [{hold: pool, do: [{lock: mutex, do: [{delay: exponential(100ms)}, {choose: [{weight: 1, do: "
            "[{fail: broken}]}, {weight: 3, do: []}]}], retry: {max: 2, base: 10ms}}]}]}\n"
            "  c: {steps: [{parallel: {branches: [[{lock: mutex, do: [{delay: exponential(100ms)}]}], [{lock: plain, "
            "do: "
            "[{delay: 20ms}]}]], wait: first, rest: cancel}}]}\n"
            "  d: {steps: [{lock: plain, do: [{delay: exponential(50ms)}], timeout: 1s}]}\n",
            "workload: w\nwarmup: 5s\nduration: 60s\nattributes: {thread: uniform}\nscenarios: {s: {executor: "
            "constant-arrival-rate, exec: {a: 3, b: 2, c: 1, d: 2}, arrival: poisson, rate: 6/s, duration: 60s}}\n"),
        settings);
    EXPECT_GT(seen.row("mutex.overlap").at_end.completed, 0u);
    EXPECT_GT(seen.mutex().at_end.timed_out, 0u);
    EXPECT_GT(seen.marks("mutex.lock_not_owned"), 0u);
  }
}

// Relieved, it is never contended: for the bound its demand is the hold alone, and no longer than the time to live.
TEST(RedisLock, RelievedItIsNeverContended) {
  RunSettings settings;
  settings.everything_relieved = true;
  const Seen seen(locks(", timeout: 5", "0us", arrivals_at({{.count = 3}})), settings);
  EXPECT_EQ(seen.flow("go").latency.max(), 8 * kS);
  EXPECT_EQ(seen.mutex().at_end.waited, 0u);
  EXPECT_EQ(seen.mutex().meter.hold_sum, 3 * 5 * kS);
  EXPECT_EQ(seen.row("mutex.overlap").at_end.arrivals, 0u);
}

TEST(RedisLock, BareNumbersAreRedisPysSeconds) {
  const Seen bare(locks(", timeout: 5, sleep: 0.2, blocking_timeout: 1", "0us", arrivals_at({{.count = 2}})));
  const Seen written(locks(", timeout: 5s, sleep: 200ms, blocking_timeout: 1s", "0us", arrivals_at({{.count = 2}})));
  EXPECT_EQ(bare.o.fingerprint, written.o.fingerprint);
}

std::string errors_of_lock(const std::string& keys) {
  return errors_of("topology: t\nresources: {redis: {kind: redis}, q: {kind: station}, mutex: {kind: redis_lock" +
                       keys + "}}\nflows: {go: {steps: [{lock: mutex, do: []}]}}\n",
                   arrivals_at({{}}));
}

TEST(RedisLock, SaysWhatIsWrong) {
  EXPECT_NE(errors_of_lock("").find("missing key 'server'"), std::string::npos);
  EXPECT_NE(errors_of_lock(", server: q").find("'q' is a station, which cannot take commands"), std::string::npos);
  EXPECT_NE(errors_of_lock(", server: redis, sleep: 1, retry: {}").find("either a 'sleep' or a 'retry'"),
            std::string::npos);
  EXPECT_NE(errors_of_lock(", server: redis, renew: 1").find("'renew' extends a key that has a 'timeout'"),
            std::string::npos);
  EXPECT_NE(errors_of_lock(", server: redis, timeout: 5, renew: 5").find("'renew' must be shorter than 'timeout'"),
            std::string::npos);
  EXPECT_NE(errors_of_lock(", server: redis, timeout: 0").find("must be above 0"), std::string::npos);
  EXPECT_EQ(errors_of_lock(", server: redis"), "");
}

}  // namespace
}  // namespace loadstone::test
