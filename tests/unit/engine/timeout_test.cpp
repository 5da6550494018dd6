// What goes on when a client has given up: what a server has begun, and nothing that the client would have done later.
#include <gtest/gtest.h>

#include "tests/unit/resource/seen_run.hpp"

namespace loadstone::test {
namespace {

std::string system(const std::string& flows, const std::string& database = ", cores: 4") {
  return "topology: t\nresources:\n  db: {kind: postgres" + database +
         "}\n  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 4}\n"
         "  desk: {kind: station, servers: 4, service: 3s}\n  gate: {kind: semaphore, size: 4}\n"
         "  front: {kind: service}\n  back: {kind: service}\nflows:\n" +
         flows;
}

// One request of `go`, with these steps; it gives up at 1 s.
SeenRun seen(const std::string& steps, const std::string& more = "", const std::string& database = ", cores: 4") {
  SeenRun run(system(flows_named({"go"}, steps, "service: front, ") + more, database), {{.count = 1}});
  EXPECT_EQ(run.failed("timeout"), 1u) << steps;
  EXPECT_EQ(run.failed_after_ms(), 1000) << steps;
  return run;
}

// --- one operation ------------------------------------------------------------------------------------------------

TEST(Timeout, LetsOnlyTheStatementUnderWayEnd) {
  const SeenRun run = seen("{do: [{query: {pool: pool, cpu: 10s}}, {query: {pool: pool, cpu: 10s}}], timeout: 1s}");
  EXPECT_EQ(run.used_ms("db.cpu"), 10'000);
  EXPECT_EQ(run.used_ms("pool"), 10'000);
  EXPECT_EQ(run.totals("pool").arrivals, 1u);
}

// CPU, reads and the commit are one statement: 2 + 3 + 1 s. The second of the transaction is never sent.
TEST(Timeout, LetsAllPartsOfAStatementEnd) {
  const SeenRun run =
      seen("{hold: pool, do: [{query: {cpu: 2s, io: 3s, commit: true}}, {query: {cpu: 1s}}], timeout: 1s}", "",
           ", cores: 4, fsync: 1s");
  EXPECT_EQ(run.used_ms("db.cpu"), 2000);
  EXPECT_EQ(run.used_ms("db.wal"), 1000);
  EXPECT_EQ(run.used_ms("pool"), 6000);
}

TEST(Timeout, LetsAVisitUnderWayEnd) {
  const SeenRun run = seen("{do: [{visit: desk}, {mark: late}, {visit: desk}], timeout: 1s}");
  EXPECT_EQ(run.used_ms("desk"), 3000);
  EXPECT_EQ(run.totals("desk").arrivals, 1u);
  EXPECT_EQ(run.o.marks.front(), 0u);
}

// The handshake ends at 5 s and the connection is closed: the query was never sent.
TEST(Timeout, LetsAHandshakeEndAndSendsNothing) {
  const SeenRun run(
      "topology: t\nresources:\n  db: {kind: postgres, connect: 5s}\n"
      "  pool: {kind: connection_pool, driver: asyncpg, server: db, min_size: 0}\nflows:\n" +
          flows_named({"go"}, "{query: {pool: pool, io: 20s}, timeout: 1s}"),
      {{.count = 1}});
  EXPECT_EQ(run.failed_after_ms(), 1000);
  EXPECT_EQ(run.used_ms("pool"), 5000);
  EXPECT_EQ(run.used_ms("db.slots"), 5000);
  EXPECT_EQ(run.totals("pool.connections").granted, 0u);
}

// --- retries, handlers, deadlines inside --------------------------------------------------------------------------

TEST(Timeout, AsksNoScopeOfTheClientThatHasGone) {
  const std::string fails = flows_named({"inner"}, "{delay: 2s}, {fail: oops}", "service: back, ");
  const SeenRun run =
      seen("{do: [{call: inner, retry: {max: 5, base: 1ms}, on_error: {any: [{mark: handled}]}}], timeout: 1s}", fails);
  EXPECT_EQ(run.flow("inner").run.offered, 1u);
  EXPECT_EQ(run.failed("oops", "inner"), 1u);
  EXPECT_EQ(run.o.marks.front(), 0u);
}

// The inner deadline would have cancelled the statement at 2 s; nobody is left to do so.
TEST(Timeout, EndsTheDeadlinesInside) {
  const SeenRun run =
      seen("{do: [{query: {pool: pool, cpu: 5s}, timeout: 2s, cancel_propagates: inline}], timeout: 1s}");
  EXPECT_EQ(run.used_ms("db.cpu"), 5000);
}

// --- calls --------------------------------------------------------------------------------------------------------

// The server does not know that its client left: it waits, computes and queries to the end, and has completed.
TEST(Timeout, LetsACallToAnotherServiceEndAsAWhole) {
  const std::string inner = flows_named(
      {"inner"}, "{delay: 2s}, {hold: gate, do: [{cpu: 1s}]}, {query: {pool: pool, cpu: 2s}}", "service: back, ");
  const SeenRun run = seen("{do: [{call: inner}, {cpu: 1s}], timeout: 1s}", inner);
  EXPECT_EQ(run.completed("inner"), 1u);
  EXPECT_EQ(run.max_ms("inner"), 5000);
  EXPECT_EQ(run.used_ms("back.requests"), 5000);
  EXPECT_EQ(run.used_ms("gate"), 1000);
  EXPECT_EQ(run.used_ms("db.cpu"), 2000);
  EXPECT_EQ(run.used_ms("front.requests"), 1000);
  EXPECT_EQ(run.used_ms("front.loop"), 0);
}

// What it calls in turn is part of it; the deadline of the inner call is the server's own and counts.
TEST(Timeout, LetsAServersOwnTimeoutEndWhatItDoes) {
  const std::string inner =
      flows_named({"inner"}, "{call: deep, timeout: 3s, on_error: {any: [{delay: 1s}]}}", "service: back, ") +
      flows_named({"deep"}, "{delay: 9s}, {visit: desk}", "service: front, ");
  const SeenRun run = seen("{do: [{call: inner}, {visit: desk}], timeout: 1s}", inner);
  EXPECT_EQ(run.completed("inner"), 1u);
  EXPECT_EQ(run.max_ms("inner"), 4000);
  EXPECT_EQ(run.completed("deep"), 1u);
  EXPECT_EQ(run.max_ms("deep"), 12'000);
  EXPECT_EQ(run.totals("desk").arrivals, 1u);
}

// A flow without a service is the client's own: its pause ends, its next step is not run.
TEST(Timeout, EndsAFlowThatRunsWhereItIsCalled) {
  const SeenRun pause = seen("{call: inner, timeout: 1s}", flows_named({"inner"}, "{hold: gate, do: [{delay: 5s}]}"));
  EXPECT_EQ(pause.failed("timeout", "inner"), 1u);
  EXPECT_EQ(pause.used_ms("gate"), 1000);
  const SeenRun work = seen("{call: inner, timeout: 1s}", flows_named({"inner"}, "{visit: desk}, {visit: desk}"));
  EXPECT_EQ(work.totals("desk").arrivals, 1u);
  EXPECT_EQ(work.failed("timeout", "inner"), 1u);
  EXPECT_EQ(work.failed_after_ms("inner"), 3000);
}

// A flow's own deadline: its client is somewhere else, all of it goes on.
TEST(Timeout, LetsAFlowGoOnAfterItsDeadline) {
  const SeenRun run(
      system(flows_named({"go"}, "{visit: desk}, {delay: 1s}, {visit: desk}", "service: front, timeout: 1s, ")),
      {{.count = 1}});
  EXPECT_EQ(run.failed_after_ms(), 1000);
  EXPECT_EQ(run.used_ms("front.requests"), 7000);
  EXPECT_EQ(run.used_ms("desk"), 6000);
}

// --- branches -----------------------------------------------------------------------------------------------------

// One branch is being served until 3 s, the others pause or wait: those end at once. What is held round them is kept
// until the last has ended.
TEST(Timeout, LetsBranchesEndWhatIsUnderWay) {
  const std::string branches =
      "{parallel: [[{visit: desk}, {visit: desk}], [{delay: 9s}, {visit: desk}], [{query: {pool: pool, cpu: 5s}}, "
      "{visit: desk}]]}";
  const SeenRun run = seen("{do: [{hold: gate, do: [" + branches + "]}, {visit: desk}], timeout: 1s}");
  EXPECT_EQ(run.totals("desk").arrivals, 1u);
  EXPECT_EQ(run.used_ms("desk"), 3000);
  EXPECT_EQ(run.used_ms("db.cpu"), 5000);
  EXPECT_EQ(run.used_ms("gate"), 5000);
}

TEST(Timeout, ReachesBranchesWhoseCancellationPropagates) {
  const SeenRun run = seen(
      "{parallel: [[{query: {pool: pool, cpu: 10s}}], [{query: {pool: pool, cpu: 10s}}]], timeout: 1s, "
      "cancel_propagates: inline}");
  EXPECT_EQ(run.used_ms("db.cpu"), 2000);
  EXPECT_EQ(run.used_ms("pool"), 2000);
}

// --- holds --------------------------------------------------------------------------------------------------------

// Acquired inside a step that has a timeout, and kept: a later failure elsewhere does not take it away.
TEST(Timeout, LeavesWhatWasAcquiredInsideToTheRequest) {
  const SeenRun run(system(flows_named({"go"},
                                       "{do: [{acquire: gate}], timeout: 1s}, {do: [{delay: 2s}, {fail: oops}], "
                                       "on_error: {any: [{delay: 3s}]}}, {release: gate}")),
                    {{.count = 1}});
  EXPECT_EQ(run.max_ms(), 5000);
  EXPECT_EQ(run.used_ms("gate"), 5000);
}

}  // namespace
}  // namespace loadstone::test
