// Postgres.
#include <gtest/gtest.h>

#include "tests/fidelity/closed_load.hpp"

namespace loadstone::test {
namespace {

// A query of 10 s whose client gives up after one. The second client waits for the only connection.
TEST(FidelityPostgres, Behaviour2AClientThatGivesUpStopsNothingUnlessItsCancelArrives) {
  const auto with = [](const std::string& keys) {
    return SeenRun(
        "topology: t\nresources:\n  db: {kind: postgres, cores: 1, connect: 0ms}\n"
        "  pool: {kind: connection_pool, driver: psycopg, server: db, min_size: 1}\nflows:\n" +
            flows_named({"go"}, "{query: {pool: pool, cpu: 10s}, timeout: 1s" + keys + "}") +
            flows_named({"next"}, "{query: {pool: pool, io: 1s}}"),
        {{}, {.flow = "next"}}, "100s");
  };
  const SeenRun goes_on = with("");
  EXPECT_EQ(goes_on.failed_after_ms(), 1000);
  EXPECT_EQ(goes_on.used_ms("db.cpu"), 10'000);
  EXPECT_EQ(goes_on.max_ms("next"), 11'000);
  const SeenRun stopped = with(", cancel_propagates: extra_connection");
  EXPECT_EQ(stopped.failed_after_ms(), 1000);
  EXPECT_EQ(stopped.used_ms("db.cpu"), 1000);
  EXPECT_EQ(stopped.max_ms("next"), 2000);
  EXPECT_EQ(stopped.totals("db.slots").granted, 1u);  // the session survives and is used again
}

}  // namespace
}  // namespace loadstone::test
