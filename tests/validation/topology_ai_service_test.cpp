// What breaks first in topologies/ai-service.yaml and in its fixed form, from their own numbers, and what the document
// says of sessions and of connections, as facts.
//
// As it is, under workloads/saas-mix.yaml: the pool. A turn keeps its connection during the call of 3.5 s and some 9 ms
//   of statements; a read keeps one for 1.5 ms, a write for 4 ms, and a stored memory for 2.5 ms. A second of load 1
//   has 1 turn, 14 reads, 4 writes and 2 memories: 3.509 + 0.021 + 0.016 + 0.005 = 3.55 s of 30 connections: load 8.45.
// Fixed: the provider's tokens. 240 connections would do for load 67; 4 M tokens a minute are 48.8 calls a second, and
//   a second of load 1 has 3 (a turn, its memories, a job's memories): load 16.3.
// Without the connection held during the call: the one event loop. 14 x 2 + 4 x 2 + 30 + 2 (job) + 2 x 2 (memories)
//   = 72 ms of a second of load 1: load 13.9.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"
#include "tests/support/shipped.hpp"

namespace loadstone::test {
namespace {

constexpr double kPool = 8.45;
constexpr double kTokens = 16.3;
constexpr double kLoop = 13.9;
constexpr double kTolerance = 0.005;  // of the constants above, which are rounded
constexpr double kSampled = 0.03;     // of the bound, whose mix of requests is drawn
constexpr double kAnswer = 3.5;       // mean of llm_time
const Overrides kReleased{{"session_spans_call", "0"}};

// Seconds of a connection for a second of load 1, flushes of the log (1 ms) among them.
double connection_seconds(const Shipped& shipped) {
  const double statement = shipped.parameter("query_cpu") + shipped.parameter("query_io");
  const double search = shipped.parameter("vector_cpu") + shipped.parameter("query_io");
  constexpr double kFlush = 0.001;
  const double turn = statement + search + kAnswer + statement + kFlush;
  return shipped.arrivals("read") * statement + shipped.arrivals("write") * (2 * statement + kFlush) +
         shipped.arrivals("converse") * turn +
         (shipped.arrivals("converse") + shipped.arrivals("job")) * (statement + kFlush);
}

double connections(const Shipped& shipped) {
  return shipped.parameter("instances") * (shipped.parameter("pool_size") + shipped.parameter("max_overflow"));
}

// Load at which the provider's tokens are used up: each turn makes a second call for its memories, each job one.
double by_tokens(const Shipped& shipped) {
  const double each = shipped.parameter("input_tokens") + shipped.parameter("output_tokens");
  return shipped.parameter("tpm") / 60 / each / (2 * shipped.arrivals("converse") + shipped.arrivals("job"));
}

double by_loop(const Shipped& shipped) {
  const double memories = shipped.arrivals("converse") + shipped.arrivals("job");
  const double plain = shipped.arrivals("read") + shipped.arrivals("write") + shipped.arrivals("job") + memories;
  return 1 / (plain * shipped.parameter("request_cpu") + shipped.arrivals("converse") * shipped.parameter("turn_cpu"));
}

TEST(AiService, ThePoolBreaksFirst) {
  const Shipped shipped("ai-service", "saas-mix");
  const double pool = connections(shipped) / connection_seconds(shipped);
  EXPECT_NEAR(pool, kPool, kPool * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "db");
  EXPECT_NEAR(bound.load, pool, pool * kSampled);
  EXPECT_NEAR(bound.of.at("llm.tpm"), by_tokens(shipped), by_tokens(shipped) * kSampled);
  expect_breaks_between(shipped, pool * 0.85, pool * 1.15, 60, "db");
}

TEST(AiService, FixedItIsTheProvidersTokens) {
  const Shipped shipped("ai-service-fixed", "saas-mix");
  const double tokens = by_tokens(shipped);
  EXPECT_NEAR(tokens, kTokens, kTokens * kTolerance);
  const BoundAt bound = bound_of(shipped);
  EXPECT_EQ(bound.resource, "llm.tpm");
  EXPECT_NEAR(bound.load, tokens, tokens * kSampled);
  const double pools = connections(shipped) / connection_seconds(shipped);
  EXPECT_NEAR(bound.of.at("db"), pools, pools * kSampled);
  const double loops = shipped.parameter("instances") * by_loop(shipped);
  EXPECT_NEAR(bound.of.at("backend.loop"), loops, loops * kSampled);
  expect_breaks_between(shipped, tokens * 0.9, tokens * 1.06, 20, "llm.tpm");
}

TEST(AiService, WithoutAConnectionDuringTheCallItIsTheEventLoop) {
  const Shipped shipped("ai-service", "saas-mix");
  EXPECT_NEAR(by_loop(shipped), kLoop, kLoop * kTolerance);
  const BoundAt bound = bound_of(shipped, kReleased);
  EXPECT_EQ(bound.resource, "backend.loop");
  EXPECT_NEAR(bound.load, by_loop(shipped), by_loop(shipped) * kSampled);
  EXPECT_GT(bound.of.at("db"), 10 * by_loop(shipped));
  expect_breaks_between(shipped, by_loop(shipped) * 0.9, by_loop(shipped) * 1.06, 30, "backend.loop", kReleased);
}

// --- Users who always wait for an answer ---

using Json = nlohmann::json;

Json users(const std::string& number, const std::string& connections_per_turn,
           const std::string& topology = "ai-service") {
  const CommandResult result =
      loadstone({"run", source_dir() + "/topologies/" + topology + ".yaml",
                 source_dir() + "/workloads/ai-service-users.yaml", "--json", "--replications", "2", "--set",
                 "users=" + number, "--set", "connections_per_turn=" + connections_per_turn});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out)["flows"]["converse"];
}

double mean_s(const Json& flow) {
  return flow["latency_ms"]["mean"]["value"].get<double>() / 1000;
}

// 100 users share 30 connections that each answer keeps for 3.51 s: 100 x 3.51 / 30 = 11.7 s a turn.
TEST(AiServiceUsers, AHundredWaitForThirtyConnections) {
  const Json flow = users("100", "1");
  EXPECT_EQ(flow["failed"], 0);
  EXPECT_NEAR(mean_s(flow), 100 * 3.51 / 30, 0.3);
}

// A turn that asks for a second connection while it keeps its first does so behind all who wait for their first. With
// N users (30 < N < 60), N - 30 first requests are always in line, and each grant puts one more second request behind
// them: N - 30 of the 30 holders wait, and 60 - N are in a call. 45 users: 15 calls of 3.5 s, 4.3 turns a second.
TEST(AiServiceUsers, ASecondConnectionForATurnHalvesWhatThirtyCarry) {
  const Json flow = users("45", "2");
  EXPECT_EQ(flow["failed"], 0);
  EXPECT_NEAR(flow["throughput_per_s"]["value"], 15 / 3.51, 0.2);
}

// From 60 users on all 30 holders wait for each other, until SQLAlchemy's 30 seconds are over.
TEST(AiServiceUsers, ASecondConnectionForATurnStopsSeventyUsers) {
  const Json flow = users("70", "2");
  EXPECT_EQ(flow["errors"]["pool_timeout"], flow["failed"]);
  EXPECT_GT(flow["failed"].get<double>(), 0.95 * flow["offered"].get<double>());
}

// A process that waits for each answer answers one turn in 3.54 s, 17 a minute: within the document's 12 to 30.
TEST(AiServiceUsers, CallsThatBlockLeaveSeventeenTurnsAMinute) {
  const Json flow = users("10", "1", "ai-service-blocking");
  EXPECT_EQ(flow["failed"], 0);
  EXPECT_NEAR(flow["throughput_per_s"]["value"].get<double>() * 60, 60 / 3.54, 1.2);
}

// --- One user ---

Json ten_turns_a_second(const std::string& topology) {
  const CommandResult result =
      loadstone({"run", source_dir() + "/topologies/" + topology + ".yaml",
                 source_dir() + "/workloads/ai-service-abuse.yaml", "--json", "--replications", "2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out);
}

// 30 connections carry 8.5 turns a second of the ten that one user sends.
TEST(AiServiceOneUser, UsesUpThePoolOfAll) {
  EXPECT_TRUE(ten_turns_a_second("ai-service")["resources"]["db"]["saturated"]);
}

// The limiter counts in each process for itself: three let 60 a minute pass each, so it is three turns a second.
TEST(AiServiceOneUser, GetsTheLimitOfEachProcess) {
  const Json run = ten_turns_a_second("ai-service-fixed");
  EXPECT_FALSE(run["resources"]["db"]["saturated"]);
  EXPECT_NEAR(run["flows"]["converse"]["throughput_per_s"]["value"], 3, 0.05);
}

// --- Sessions ---
//
// One user has a turn every 20 s. Three processes take them in turn, each without a session of that user until the user
// verifies the age there.

int verifications(const std::string& topology, const std::string& instances) {
  const std::string trace = file("turns.csv", "time_s,tenant,user\n0,7,7\n20,7,7\n40,7,7\n60,7,7\n80,7,7\n");
  const std::string workload =
      file("one-user.yaml", "workload: one-user\nwarmup: 0s\nscenarios: {turns: {executor: trace, trace: " + trace +
                                ", exec: converse, duration: 90s}}\n");
  const CommandResult result = loadstone({"run", source_dir() + "/topologies/" + topology + ".yaml", workload, "--json",
                                          "--replications", "1", "--set", "instances=" + instances});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out)["flows"]["verify_age"]["completed"];
}

TEST(AiServiceSessions, InMemoryAUserVerifiesAgainInEachInstance) {
  EXPECT_EQ(verifications("ai-service", "1"), 1);
  EXPECT_EQ(verifications("ai-service", "3"), 3);
}

TEST(AiServiceSessions, InRedisOnceForAll) {
  EXPECT_EQ(verifications("ai-service-fixed", "3"), 1);
}

}  // namespace
}  // namespace loadstone::test
