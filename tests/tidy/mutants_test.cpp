// The broken engines of scripts/mutants can still be made: the place that each of them changes is there, once.
#include <gmock/gmock.h>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

TEST(Mutants, EachHasItsPlaceInTheSources) {
  const CommandResult result = command({source_dir() + "/scripts/mutants", "--check"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr(" mutants, each has its place"));
}

}  // namespace
}  // namespace loadstone::test
