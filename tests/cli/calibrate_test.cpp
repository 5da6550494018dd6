// `loadstone calibrate`: its tables on few experiments, which must come out right all the same.
#include <gmock/gmock.h>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Calibrate, CoverageHasARowForEachFigure) {
  const CommandResult result = loadstone({"calibrate", "coverage", "--experiments", "4"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("| model | figure | exact |"));
  EXPECT_THAT(result.out, HasSubstr("| M/M/1 at 0.8 | mean wait | 40 ms |"));
  EXPECT_THAT(result.out, HasSubstr("| M/M/1 at 0.8 | p95 of the wait | 138.6 ms |"));
  EXPECT_THAT(result.out, HasSubstr("| 10 users, 2 servers | p95 of the wait | 24.18 ms |"));
}

// Far from the edge no verdict is wrong, whatever the seed.
TEST(Calibrate, TheDetectorIsRightFarFromTheEdge) {
  const CommandResult result = loadstone({"calibrate", "detector", "--experiments", "15", "--seed", "3"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| 0.50 to 0.90 | 15 | 15 | 0 (0.00%) |"));
  EXPECT_THAT(result.out, HasSubstr("| 1.05 to 2 | 15 | 15 | 0 (0.00%) |"));
  EXPECT_THAT(result.out, HasSubstr("| closed, gain over 0.5 | 15 | 15 | 0 (0.00%) |"));
  EXPECT_THAT(result.out, HasSubstr("| closed, gain under 0.05 | 15 | 15 | 0 (0.00%) |"));
  EXPECT_THAT(result.out, HasSubstr("| exactly 1 | 15 | 15 | - | - |"));
}

TEST(Calibrate, ThreadsChangeNothing) {
  const auto with = [](const char* threads) {
    return loadstone({"calibrate", "capacity", "--experiments", "3", "--threads", threads}).out;
  };
  EXPECT_EQ(with("1"), with("3"));
}

TEST(Calibrate, AnythingElseIsRefused) {
  EXPECT_EQ(loadstone({"calibrate", "everything"}).exit_code, 2);
}

}  // namespace
}  // namespace loadstone::test
