// `--why` and `--profile` as a user sees them. Arrivals are even and times constant: a permit is held for 10 ms before
// the one clerk's 20 ms and for 6 ms after, so at 40 requests a second nobody waits and at 55 the clerk is too slow.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::json;

constexpr const char* kTopology = R"(
topology: desk
resources:
  permit: {kind: semaphore, size: 20}
  clerk: {kind: station, servers: 1, service: 20ms}
flows:
  serve: {steps: [{hold: permit, do: [{delay: 10ms}, {visit: clerk}, {delay: 6ms}]}]}
)";
constexpr const char* kWorkload =
    "workload: even\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, arrival: even, rate: 40/s, "
    "duration: 60s}}\n";

class Why : public testing::Test {
 protected:
  [[nodiscard]] CommandResult command(const char* name, std::vector<std::string> more) const {
    std::vector<std::string> arguments{name, topology_, workload_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return loadstone(arguments);
  }

  std::string topology_ = file("desk.yaml", kTopology);
  std::string workload_ = file("even.yaml", kWorkload);
};

TEST_F(Why, SaysWhatHoldersDoWhereNobodyWaits) {
  const CommandResult result = command("run", {"--why", "permit"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\nWHY permit, at load 1\n  permit: 7.2% in use; 36ms a hold, of which\n"
                                    "       56% served by clerk\n"
                                    "       44% on work of their own\n"
                                    "  the cause is permit, by the time that clerk takes\n"));
}

TEST_F(Why, GoesDownTheChainToTheCauseBeyondTheEdge) {
  const CommandResult result = command("saturate", {"--depth", "1", "--why", "permit"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("WHY permit, at the smallest load that breaks\n  permit: "));
  EXPECT_THAT(result.out, HasSubstr(" waiting for clerk\n"));
  EXPECT_THAT(result.out, HasSubstr("  the cause is clerk\n"));
}

TEST_F(Why, IsInTheDocumentOnlyIfAskedFor) {
  const Json j = Json::parse(command("run", {"--json", "--why", "permit"}).out);
  EXPECT_EQ(j["why"]["of"], "permit");
  EXPECT_EQ(j["why"]["chain"], Json({"permit"}));
  ASSERT_THAT(j["why"]["links"], SizeIs(1));
  EXPECT_EQ(j["why"]["links"][0]["hold_breakdown"], j["resources"]["permit"]["hold_breakdown"]);
  EXPECT_FALSE(Json::parse(command("run", {"--json"}).out).contains("why"));
}

TEST_F(Why, ANameThatIsNoResourceIsRefusedWithTheNearest) {
  for (const char* name : {"run", "saturate"}) {
    const CommandResult result = command(name, {"--why", "clerc"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("--why: 'clerc' is no resource of this topology"));
    EXPECT_THAT(result.err, HasSubstr("did you mean 'clerk'?"));
  }
}

// A minute at 50 a second is just carried; at 5 % more, the clerk is never free.
TEST_F(Why, AProfileNamesTheMinute) {
  const CommandResult result = command("saturate", {"--depth", "1", "--profile", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json saturation = Json::parse(result.out)["saturation"];
  EXPECT_EQ(saturation["first"], "clerk");
  EXPECT_EQ(saturation["sign"], "blocked");
  EXPECT_EQ(saturation["window_s"], Json({0.0, 60.0}));
  EXPECT_NEAR(saturation["at"]["value"].get<double>(), 1.26, 0.03);
}

}  // namespace
}  // namespace loadstone::test
