#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

// A service on a host with many cores; each flow runs in it.
std::string web(const std::string& keys, const std::string& steps, const std::string& cores = "8",
                const std::string& more = "") {
  return "topology: t\npopulations: {tenant: {count: 9}}\nhosts: {box: {cores: " + cores +
         "}}\nresources:\n  web: {kind: service, host: box" + keys + "}\nflows:\n" +
         flows_named({"go", "a", "b", "c", "d"}, steps, "service: web, ") + more;
}

// --- async --------------------------------------------------------------------------------------------------------

// CPU goes one after the other, the waits overlap: 10 + 90, 20 + 90, .. ms.
TEST(Service, BlocksItsLoopWithCpuWhileWaitsOverlap) {
  const SeenRun seen(web("", "{cpu: 10ms}, {delay: 90ms}"), {{.count = 10}});
  EXPECT_EQ(seen.sum_ms(), 10 * 90 + 10 * 55);
  EXPECT_EQ(seen.max_ms(), 190);
  EXPECT_EQ(seen.row("web.loop").capacity, 1);
  EXPECT_EQ(seen.used_ms("web.loop"), 100);
  EXPECT_EQ(seen.used_ms("box.cpu"), 100);
  EXPECT_EQ(seen.used_ms("web.requests"), 10 * 90 + 10 * 55);
}

// a and b take turns on the loop: each `cpu` queues behind the other's. a: 0-10, 20-30, 40-50; b: 10-20, 30-40, 50-60.
TEST(Service, GivesTheLoopBackBetweenTwoPiecesOfWork) {
  const SeenRun seen(web(", runtime: async", "{cpu: 10ms}, {cpu: 10ms}, {cpu: 10ms}"), {{.flow = "a"}, {.flow = "b"}});
  EXPECT_EQ(seen.max_ms("a"), 50);
  EXPECT_EQ(seen.max_ms("b"), 60);
}

// b's wait ends at 20 ms, when a's work ends: a frees the loop first. Who arrives at that instant comes last.
TEST(Service, FreesTheLoopBeforeWakeUpsAndArrivalsOfItsInstant) {
  const SeenRun seen(web("", "{cpu: 10ms}", "8",
                         flows_named({"long"}, "{cpu: 20ms}", "service: web, ") +
                             flows_named({"later"}, "{delay: 20ms}, {cpu: 10ms}", "service: web, ")),
                     {{.flow = "long"}, {.flow = "later"}, {.flow = "c", .at = "20ms"}, {.flow = "d", .at = "1ms"}});
  EXPECT_EQ(seen.max_ms("d"), 29);      // in line since 1 ms: 20 to 30
  EXPECT_EQ(seen.max_ms("later"), 40);  // 30 to 40
  EXPECT_EQ(seen.max_ms("c"), 30);      // 40 to 50
}

// A blocking call of 2 s: all that comes meanwhile is done after it, and a health check of 1 s fails.
TEST(Service, HoldsTheLoopForABlockingStep) {
  const std::string more = flows_named({"slow"}, "{delay: 2s, blocking: true}", "service: web, ") +
                           flows_named({"health"}, "{cpu: 1ms}", "service: web, timeout: 1s, ");
  const SeenRun seen(web("", "{cpu: 1ms}", "8", more),
                     {{.flow = "slow"}, {.flow = "a", .at = "500ms"}, {.flow = "health", .at = "600ms"}});
  EXPECT_EQ(seen.max_ms("slow"), 2000);
  EXPECT_EQ(seen.max_ms("a"), 1501);
  EXPECT_EQ(seen.failed("timeout", "health"), 1u);
  EXPECT_EQ(seen.used_ms("web.loop"), 2002);  // the health check is answered, to nobody
  EXPECT_EQ(seen.used_ms("box.cpu"), 2);
}

// CPU inside a blocking group does not ask for the loop again.
TEST(Service, ComputesInsideABlockingGroup) {
  const std::string group = "{do: [{delay: 10ms}, {cpu: 10ms}, {delay: 10ms}], blocking: true}, {cpu: 5ms}";
  const SeenRun seen(web("", group), {{.count = 2}});
  EXPECT_EQ(seen.sum_ms(), 65 + 70);  // 0-30, 30-60, then 60-65 and 65-70
  EXPECT_EQ(seen.used_ms("web.loop"), 70);
}

// Fails inside: the loop is free again.
TEST(Service, GivesTheLoopBackWhenABlockingStepFails) {
  const std::string failing = "{do: [{delay: 10ms}, {fail: oops}], blocking: true}";
  const SeenRun seen(web("", "{cpu: 5ms}", "8", flows_named({"bad"}, failing, "service: web, ")),
                     {{.flow = "bad"}, {.flow = "a"}});
  EXPECT_EQ(seen.failed("oops", "bad"), 1u);
  EXPECT_EQ(seen.max_ms("a"), 15);
}

// What is called runs where it is called: inside the loop that is held. Called without `blocking` it takes the loop for
// its own work only.
TEST(Service, BlocksItsLoopThroughTheFlowsThatItCalls) {
  const std::string more = flows_named({"inner"}, "{cpu: 10ms}, {delay: 10ms}, {cpu: 10ms}") +
                           flows_named({"held"}, "{call: inner, blocking: true}", "service: web, ") +
                           flows_named({"free"}, "{call: inner}", "service: web, ");
  const SeenRun seen(web("", "{cpu: 10ms}", "8", more),
                     {{.flow = "held"}, {.flow = "a", .at = "1ms"}, {.flow = "free", .at = "1s"}});
  EXPECT_EQ(seen.max_ms("held"), 30);
  EXPECT_EQ(seen.max_ms("a"), 39);
  EXPECT_EQ(seen.max_ms("free"), 30);
  EXPECT_EQ(seen.used_ms("web.loop"), 30 + 10 + 20);
}

TEST(Service, HoldsItsLoopToTheEndOfTheOuterOfTwoBlockingSteps) {
  const std::string nested = "{do: [{delay: 1s, blocking: true}, {delay: 1s}], blocking: true}";
  const std::string called = "{do: [{call: inner}, {delay: 1s}], blocking: true}";
  const std::string inner =
      flows_named({"also"}, "{call: inner}", "service: web, ") + flows_named({"inner"}, "{delay: 1s, blocking: true}");
  for (const std::string& steps : {nested, called}) {
    const std::string more = inner + flows_named({"slow"}, steps, "service: web, ");
    const SeenRun seen(web("", "{cpu: 10ms}", "8", more), {{.flow = "slow"}, {.flow = "a", .at = "500ms"}});
    EXPECT_EQ(seen.max_ms("slow"), 2000) << steps;
    EXPECT_EQ(seen.max_ms("a"), 1510) << steps;
    EXPECT_EQ(seen.used_ms("web.loop"), 2010) << steps;
  }
}

// Branches share the loop that their parent holds; what was acquired inside is kept behind it.
TEST(Service, ComputesInBranchesOfABlockingStep) {
  const SeenRun seen(web("", "{parallel: [[{cpu: 10ms}], [{cpu: 10ms}]], blocking: true}"), {{.count = 1}});
  EXPECT_EQ(seen.max_ms(), 10);
  EXPECT_EQ(seen.used_ms("web.loop"), 10);
  const SeenRun kept("topology: t\nresources:\n  web: {kind: service}\n  gate: {kind: semaphore, size: 1}\nflows:\n" +
                         flows_named({"go"}, "{do: [{acquire: gate}, {delay: 10ms}], blocking: true}, {delay: 10ms}",
                                     "service: web, "),
                     {{.count = 1}});
  EXPECT_EQ(kept.used_ms("web.loop"), 10);
  EXPECT_EQ(kept.used_ms("gate"), 20);
}

// The inner request comes in from outside and waits for the loop that its caller holds until it is answered.
TEST(Service, IsStuckWhenABlockingStepCallsTheSameProcess) {
  const auto stuck =
      model(web("", "{cpu: 10ms}", "8", flows_named({"self"}, "{call: a, blocking: true}", "service: web, ")),
            arrivals_at({{.flow = "self"}}));
  EXPECT_NE(run_once(stuck).stopped.find("waits for 'web.loop'"), std::string::npos);
}

// --- threads ------------------------------------------------------------------------------------------------------

// A hundred calls of 1 s on 40 threads: 40 end at 1 s, 40 at 2 s, 20 at 3 s.
TEST(Service, HoldsAThreadForAllOfARequest) {
  const SeenRun seen(web(", runtime: threads", "{delay: 1s}"), {{.count = 100}});
  EXPECT_EQ(seen.sum_ms(), 40 * 1000 + 40 * 2000 + 20 * 3000);
  EXPECT_EQ(seen.row("web.threads").capacity, 40);
  EXPECT_EQ(seen.used_ms("web.threads"), 100 * 1000);
}

// Two threads compute at once on two cores; the third request waits for a thread, first come, first served.
TEST(Service, ComputesOnAllItsThreads) {
  const SeenRun seen(web(", runtime: threads, threads: 2", "{cpu: 10ms}"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("a"), 10);
  EXPECT_EQ(seen.max_ms("b"), 10);
  EXPECT_EQ(seen.max_ms("c"), 20);
}

// One is served, two wait, the fourth is refused; absent, any number may wait.
TEST(Service, RefusesBeyondItsBacklog) {
  const SeenRun two(web(", runtime: threads, threads: 1, backlog: 2", "{delay: 1s}"), {{.count = 4}});
  EXPECT_EQ(two.completed(), 3u);
  EXPECT_EQ(two.failed("backlog_full"), 1u);
  EXPECT_EQ(two.failed_after_ms(), 0);
  EXPECT_EQ(two.totals("web.threads").refused, 1u);
  EXPECT_EQ(two.totals("web.requests").in_use, 0);
  const SeenRun none(web(", runtime: threads, threads: 1, backlog: 0", "{delay: 1s}"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c", .at = "1s"}});
  EXPECT_EQ(none.failed("backlog_full", "b"), 1u);
  EXPECT_EQ(none.completed("c"), 1u);  // a's thread is free before the arrivals of that instant
  EXPECT_EQ(SeenRun(web(", runtime: threads, threads: 1", "{delay: 1s}"), {{.count = 4}}).completed(), 4u);
}

// The thread stays with a query that waits for the only connection: two threads, three requests.
TEST(Service, KeepsItsThreadWhileItWaitsForAConnection) {
  const SeenRun seen(
      "topology: t\nresources:\n  web: {kind: service, runtime: threads, threads: 2}\n"
      "  gate: {kind: semaphore, size: 1}\nflows:\n" +
          flows_named({"a", "b"}, "{hold: gate, do: [{delay: 1s}]}", "service: web, ") +
          flows_named({"c"}, "{delay: 10ms}", "service: web, "),
      {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("b"), 2000);
  EXPECT_EQ(seen.max_ms("c"), 1010);
}

// --- processes ----------------------------------------------------------------------------------------------------

// 2 instances of 3 workers: six loops, so six at once take 10 ms and six more 20 ms.
TEST(Service, HasALoopInEachWorkerOfEachInstance) {
  const SeenRun seen(web(", instances: 2, workers: 3", "{cpu: 10ms}"), {{.count = 12}});
  EXPECT_EQ(seen.sum_ms(), 6 * 10 + 6 * 20);
  EXPECT_EQ(seen.row("web.loop").members, 6u);
  EXPECT_EQ(seen.row("web.requests").members, 6u);
}

TEST(Service, HasThreadsInEachProcess) {
  const SeenRun seen(web(", runtime: threads, threads: 2, workers: 2", "{delay: 10ms}"), {{.count = 5}});
  EXPECT_EQ(seen.sum_ms(), 4 * 10 + 20);
}

// Two in one process are enough; with two processes, two in each.
TEST(Service, RefusesAboveItsConcurrencyInEachProcess) {
  const SeenRun one(web(", limit_concurrency: 2", "{delay: 1s}"), {{.count = 3}, {.flow = "c", .at = "1s"}});
  EXPECT_EQ(one.failed("service_unavailable"), 1u);
  EXPECT_EQ(one.failed_after_ms(), 0);
  EXPECT_EQ(one.totals("web.requests").refused, 1u);
  EXPECT_EQ(one.completed("c"), 1u);
  const SeenRun two(web(", limit_concurrency: 2, workers: 2", "{delay: 1s}"), {{.count = 5}});
  EXPECT_EQ(two.completed(), 4u);
  EXPECT_EQ(two.failed("service_unavailable"), 1u);
}

// One second of work and five idle after it. The second request comes when the connection is idle, the third when it
// has been closed, at 6 s.
TEST(Service, KeepsConnectionsOpen) {
  const SeenRun seen(web(", limit_concurrency: 1, timeout_keep_alive: 5", "{delay: 1s}"),
                     {{.flow = "a"}, {.flow = "b", .at = "5999ms"}, {.flow = "c", .at = "6s"}});
  EXPECT_EQ(seen.failed("service_unavailable", "b"), 1u);
  EXPECT_EQ(seen.completed("c"), 1u);
  EXPECT_EQ(seen.used_ms("web.requests"), 6000 + 6000);
}

// One thread: a is served first, then c before b.
TEST(Service, CanServeTheNewestOfTheThreadPoolsLine) {
  const SeenRun seen(web(", runtime: threads, threads: 1, threadpool_order: lifo", "{delay: 1s}"),
                     {{.flow = "a"}, {.flow = "b"}, {.flow = "c"}});
  EXPECT_EQ(seen.max_ms("c"), 2000);
  EXPECT_EQ(seen.max_ms("b"), 3000);
}

// --- memory -------------------------------------------------------------------------------------------------------

std::string limited(const std::string& keys, const std::string& flows) {
  return "topology: t\nresources: {api: {kind: service, boot: 2s, memory: {idle: 100MiB, per_request: 10MiB, limit: " +
         keys + "}}\nflows:\n" + flows;
}

// 100 MiB and 10 for each inside: three fit into 130. The fourth, at 3 s, kills the process with all four; it is away
// until 5 s, and idle from then on.
TEST(Service, DiesOfTheRequestThatFindsNoMemory) {
  const SeenRun run(limited("130MiB}", "  go: {service: api, steps: [{delay: 5s}]}\n"), {{.count = 6, .every = "1s"}});
  EXPECT_EQ(run.failed("connection_lost"), 4u);
  EXPECT_EQ(run.failed_after_ms(), 3000);
  EXPECT_EQ(run.failed("unavailable"), 1u);
  EXPECT_EQ(run.completed(), 1u);
  EXPECT_EQ(run.marked("api.oom_killed"), 1u);
  // 110, 120 and 130 MiB for a second each, nothing for two, 110 for the five of the last, 100 until 1000 s
  EXPECT_EQ(whole_ms(run.totals("api.memory").in_use_area / (1 << 20)), (110 + 120 + 130 + 550 + 99000) * 1000);
}

// Seven at once to two instances in turn: the seventh is the fourth of the first, which dies; the second lives.
TEST(Service, DiesOfMemoryByTheInstance) {
  const SeenRun run(limited("130MiB}, instances: 2", "  go: {service: api, steps: [{delay: 5s}]}\n"), {{.count = 7}});
  EXPECT_EQ(run.failed("connection_lost"), 4u);
  EXPECT_EQ(run.completed(), 3u);
}

// Who is refused at the door needs no memory: the limit of the door protects the process.
TEST(Service, RefusesBeforeItTakesMemory) {
  const SeenRun run(limited("120MiB}, limit_concurrency: 2", "  go: {service: api, steps: [{delay: 5s}]}\n"),
                    {{.count = 3}});
  EXPECT_EQ(run.failed("service_unavailable"), 1u);
  EXPECT_EQ(run.completed(), 2u);
  EXPECT_EQ(run.marked("api.oom_killed"), 0u);
}

// Killed at 0 by the second of two, back at 2 s: who comes at that instant finds it, and it is idle: one more fits.
TEST(Service, IsBackForWhoComesAtThatInstant) {
  const SeenRun run(limited("110MiB}", "  go: {service: api, steps: [{delay: 1s}]}\n"),
                    {{.count = 2}, {.at = "2s"}, {.at = "1999ms"}});
  EXPECT_EQ(run.failed("connection_lost"), 2u);
  EXPECT_EQ(run.failed("unavailable"), 1u);
  EXPECT_EQ(run.completed(), 1u);
}

// `mid` dies in a process of `b` that it was called into from another process of `b`: what its client does then is done
// in the first, which is idle; the second computes until 102 s.
TEST(Service, IsInItsOwnProcessAgainWhenWhatItCalledIsKilled) {
  const std::string topology =
      "topology: t\nresources:\n"
      "  a: {kind: service, memory: {idle: 0B, per_request: 1MiB, limit: 1MiB}}\n"
      "  b: {kind: service, workers: 2}\nflows:\n"
      "  go: {service: b, steps: [{call: mid, on_error: {any: [{cpu: 1s}]}}]}\n"
      "  mid: {service: a, steps: [{call: leaf}]}\n"
      "  leaf: {service: b, steps: [{delay: 100s}]}\n"
      "  pass: {service: b, steps: [{cpu: 1ms}]}\n"
      "  busy: {service: b, steps: [{cpu: 100s}]}\n"
      "  killer: {service: a, steps: [{delay: 1s}]}\n";
  const SeenRun run(topology,
                    {{}, {.flow = "pass", .at = "1s"}, {.flow = "busy", .at = "2s"}, {.flow = "killer", .at = "3s"}});
  EXPECT_EQ(run.max_ms(), 4000);
}

// The request inside calls its own process: there is no room, and both die. What the process would do about it is dead
// too. A branch that does so takes its parent with it.
TEST(Service, DiesOfItsOwnCall) {
  for (const std::string call :
       {"{call: inner, on_error: {any: []}}", "{parallel: [[{delay: 1s}], [{call: inner}]], on_error: {any: []}}"}) {
    const SeenRun run(limited("110MiB}", "  go: {service: api, steps: [" + call +
                                             "]}\n  inner: {service: api, steps: [{delay: 1s}]}\n"),
                      {{.count = 1}, {.at = "2s"}});
    EXPECT_EQ(run.failed("connection_lost"), 2u) << call;
    EXPECT_EQ(run.failed_after_ms(), 0) << call;
  }
}

// --- cpus ---------------------------------------------------------------------------------------------------------

// Four threads under a limit of one core: 10 ms of work each takes 40 ms, with four cores idle beside. With two
// instances each has a core of its own. Half a core takes 20 ms for one.
TEST(Service, ComputesWithinItsCpuLimit) {
  const std::string threads = ", runtime: threads";
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 1", "{cpu: 10ms}"), {{.count = 4}}).sum_ms(), 4 * 40);
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 1, instances: 2", "{cpu: 10ms}"), {{.count = 4}}).sum_ms(), 4 * 20);
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 0.5", "{cpu: 10ms}"), {{.count = 1}}).sum_ms(), 20);
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 500m", "{cpu: 10ms}"), {{.count = 2}}).sum_ms(), 2 * 40);
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 2", "{cpu: 10ms}"), {{.count = 1}}).sum_ms(), 10);  // one core at most
  // 50 ms of the first 100 ms, 10 ms of the next
  EXPECT_EQ(SeenRun(web(threads + ", cpus: 0.5, cfs_period_us: 100000", "{cpu: 60ms}"), {{.count = 1}}).sum_ms(), 110);
  EXPECT_EQ(SeenRun(web(threads, "{cpu: 10ms}"), {{.count = 4}}).sum_ms(), 4 * 10);
}

// Two workers of one instance share its one core; what is not limited takes the other core of the host.
TEST(Service, SharesItsCpuLimitAmongItsWorkers) {
  const std::string free = flows_named({"other"}, "{cpu: 10ms}", "service: free, ");
  std::string text = web(", workers: 2, cpus: 1", "{cpu: 10ms}", "2", free);
  text.insert(text.find("flows:"), "  free: {kind: service, host: box}\n");
  const SeenRun seen(text, {{.count = 2}, {.flow = "other"}});
  EXPECT_EQ(seen.sum_ms(), 2 * 20);
  EXPECT_EQ(seen.max_ms("other"), 10);
}

// --- balance ------------------------------------------------------------------------------------------------------

// A long request of 100 ms is in process 0. In turn, the third of the short ones goes there and waits behind it.
// The others know: with least_conn only process 1 is used, once both are empty process 0.
TEST(Service, SpreadsRequestsInTurnOrToTheProcessWithTheFewest) {
  const auto with = [](const std::string& keys) {
    return SeenRun(
        web(", workers: 2" + keys, "{cpu: 10ms}", "8", flows_named({"long"}, "{cpu: 100ms}", "service: web, ")),
        {{.flow = "long"}, {.flow = "a", .at = "10ms"}, {.flow = "b", .at = "30ms"}});
  };
  for (const char* keys : {"", ", balance: round_robin"}) {
    EXPECT_EQ(with(keys).max_ms("a"), 10) << keys;
    EXPECT_EQ(with(keys).max_ms("b"), 80) << keys;
  }
  EXPECT_EQ(with(", balance: least_conn").max_ms("a"), 10);
  EXPECT_EQ(with(", balance: least_conn").max_ms("b"), 10);
}

// Three processes: the requests at 0 go to 0, 1 and 2, in order. a leaves process 0 at 10 ms, when d comes: it goes
// there, and not behind b's or c's 10 ms more.
TEST(Service, TakesTheFirstOfEqualsAndSeesWhoLeavesAtAnInstant) {
  const std::string more = flows_named({"twice"}, "{cpu: 20ms}", "service: web, ");
  const SeenRun seen(web(", workers: 3, balance: least_conn", "{cpu: 10ms}", "8", more),
                     {{.flow = "a"}, {.flow = "twice", .count = 2}, {.flow = "d", .at = "10ms"}});
  EXPECT_EQ(seen.max_ms("d"), 10);
  EXPECT_EQ(seen.row("web.loop").members, 3u);
}

// Of equal values all are in one process: one after the other.
TEST(Service, SendsEqualValuesToOneProcess) {
  const SeenRun seen(web(", workers: 4, balance: sticky(tenant)", "{cpu: 10ms}"),
                     {{.count = 3, .attributes = "tenant: integer(5; 5)"}});
  EXPECT_EQ(seen.sum_ms(), 10 + 20 + 30);
}

// Each request is in one of four processes, so that 400 of them cannot all be in one; a quarter is 100, the standard
// deviation below 9.
TEST(Service, SpreadsRequestsAtRandom) {
  const SeenRun seen(web(", workers: 4, balance: random", "{delay: 1ms}"), {{.count = 400, .every = "1s"}});
  EXPECT_EQ(seen.row("web.requests").members, 4u);
  EXPECT_NEAR(static_cast<double>(seen.row("web.requests").worst.arrivals), 100, 45);
}

// Each of two processes calls the other service and comes back to its own.
TEST(Service, ReturnsToItsOwnProcessAfterACall) {
  const SeenRun seen(
      "topology: t\nhosts: {box: {cores: 8}}\nresources:\n"
      "  front: {kind: service, host: box, workers: 2}\n  back: {kind: service, host: box, workers: 3}\n"
      "  mine: {kind: semaphore, size: 1, in: front}\nflows:\n" +
          flows_named({"go"}, "{hold: mine, do: [{call: inner}, {cpu: 10ms}]}", "service: front, ") +
          flows_named({"inner"}, "{cpu: 10ms}", "service: back, "),
      {{.count = 4}});
  EXPECT_EQ(seen.sum_ms(), 20 + 20 + 40 + 40);
  EXPECT_EQ(seen.totals("front.loop").completed, 4u);
  EXPECT_EQ(seen.totals("back.loop").completed, 4u);
  EXPECT_EQ(seen.row("mine").members, 2u);
}

// --- without a host, and what is refused --------------------------------------------------------------------------

TEST(Service, ComputesOnACoreOfItsOwnWithoutAHost) {
  const SeenRun seen("topology: t\nresources:\n  web: {kind: service, workers: 2}\nflows:\n" +
                         flows_named({"go"}, "{cpu: 10ms}", "service: web, "),
                     {{.count = 4}});
  EXPECT_EQ(seen.sum_ms(), 10 + 10 + 20 + 20);
}

// At 10 ms the work ends in `release`, before the timeouts of that instant, as it does on a host.
TEST(Service, EndsItsWorkBeforeTheTimeoutsOfAnInstantWithoutAHostToo) {
  for (const std::string keys : {"", ", runtime: threads"}) {
    const SeenRun seen("topology: t\nresources:\n  web: {kind: service" + keys + "}\nflows:\n" +
                           flows_named({"step"}, "{cpu: 10ms, timeout: 10ms}", "service: web, ") +
                           flows_named({"flow"}, "{cpu: 10ms}", "service: web, timeout: 10ms, "),
                       {{.flow = "step"}, {.flow = "flow", .at = "1s"}});
    EXPECT_EQ(seen.max_ms("step"), 10) << keys;
    EXPECT_EQ(seen.max_ms("flow"), 10) << keys;
  }
}

TEST(Service, RefusesKeysThatWouldHaveNoEffect) {
  const auto errors = [](const std::string& keys) { return errors_of(web(keys, "{cpu: 1ms}"), arrivals_at({{}})); };
  EXPECT_NE(errors(", threads: 4").find("'threads' has no effect with runtime: async"), std::string::npos);
  EXPECT_NE(errors(", cfs_period_us: 100000").find("is the period of a limit, 'cpus'"), std::string::npos);
  EXPECT_NE(errors(", runtime: async, backlog: 4").find("'backlog' has no effect"), std::string::npos);
  EXPECT_EQ(errors(", runtime: threads, threads: 4, backlog: 4, cpus: 2"), "");
  EXPECT_NE(errors_of("topology: t\nresources: {web: {kind: service, cpus: 2}}\nflows: {go: {service: web, steps: "
                      "[{cpu: 1ms}]}}\n",
                      arrivals_at({{}}))
                .find("'cpus' is a share of a 'host'"),
            std::string::npos);
}

TEST(Service, RefusesUnknownBalancesAndHosts) {
  const auto errors = [](const std::string& keys) { return errors_of(web(keys, "{cpu: 1ms}"), arrivals_at({{}})); };
  EXPECT_NE(errors(", balance: fair").find("unknown method 'fair'"), std::string::npos);
  EXPECT_NE(errors(", balance: sticky(shoe)").find("unknown attribute 'shoe'"), std::string::npos);
  EXPECT_NE(errors(", workers: 0").find("workers"), std::string::npos);
  EXPECT_NE(errors(", runtime: fibers").find("fibers"), std::string::npos);
  EXPECT_NE(errors_of("topology: t\nresources: {web: {kind: service}}\nflows: {go: {steps: [{cpu: 1ms}]}}\n",
                      arrivals_at({{}}))
                .find("needs a service"),
            std::string::npos);
}

}  // namespace
}  // namespace loadstone::test
