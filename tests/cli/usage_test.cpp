// What cannot be used ends with 2, is told on standard error, and leaves standard output empty.
#include <gmock/gmock.h>

#include "tests/support/command.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kTopology =
    "topology: t\nresources: {a: {kind: station, service: 1ms}}\nflows: {serve: {steps: [{visit: a}]}}\n";
constexpr const char* kWorkload =
    "workload: w\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, rate: 5/s, duration: 5s}}\n";

class Usage : public testing::Test {
 protected:
  // The command ends with 2; what it says.
  static std::string refused(const std::vector<std::string>& arguments) {
    const CommandResult result = loadstone(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, Not(IsEmpty()));
    return result.err;
  }

  std::string topology_ = file("t.yaml", kTopology);
  std::string workload_ = file("w.yaml", kWorkload);
};

TEST_F(Usage, HelpAndVersionEndWithZeroOnStandardOutput) {
  for (const char* flag : {"--help", "--version"}) {
    const CommandResult result = loadstone({flag});
    EXPECT_EQ(result.exit_code, 0) << flag;
    EXPECT_THAT(result.out, HasSubstr("loadstone")) << flag;
    EXPECT_THAT(result.err, IsEmpty()) << flag;
  }
  EXPECT_THAT(loadstone({"run", "--help"}).out, HasSubstr("--replications"));
}

TEST_F(Usage, NoCommandAnUnknownCommandAndAnUnknownFlagAreRefused) {
  refused({});
  refused({"dance"});
  EXPECT_THAT(refused({"run", topology_, workload_, "--dance"}), HasSubstr("--dance"));
}

TEST_F(Usage, AMissingFileNameIsRefused) {
  refused({"run"});
  refused({"run", topology_});
  refused({"validate"});
}

TEST_F(Usage, ValuesOutOfRangeAreRefused) {
  refused({"run", topology_, workload_, "--load", "0"});
  refused({"run", topology_, workload_, "--load", "-1"});
  refused({"run", topology_, workload_, "--load", "much"});
  refused({"run", topology_, workload_, "--replications", "0"});
  refused({"run", topology_, workload_, "--quantiles", "2"});
  refused({"run", topology_, workload_, "--seed", "-1"});
}

TEST_F(Usage, ALoadThatIsNotFiniteIsRefused) {
  refused({"run", topology_, workload_, "--load", "inf"});
  refused({"run", topology_, workload_, "--load", "nan"});
}

TEST_F(Usage, AFileThatDoesNotExistIsRefusedByName) {
  EXPECT_THAT(refused({"run", missing_file(), workload_}), HasSubstr(missing_file()));
  EXPECT_THAT(refused({"run", topology_, missing_file()}), HasSubstr(missing_file()));
  EXPECT_THAT(refused({"validate", missing_file()}), HasSubstr(missing_file()));
}

TEST_F(Usage, ADirectoryIsRefused) {
  EXPECT_THAT(refused({"run", "/tmp", workload_}), HasSubstr("/tmp"));
}

TEST_F(Usage, AnEmptyFileIsRefused) {
  refused({"run", file("empty.yaml", ""), workload_});
}

TEST_F(Usage, ATopologyInThePlaceOfTheWorkloadIsRefused) {
  refused({"run", topology_, topology_});
}

TEST_F(Usage, AllErrorsOfBothFilesAreToldWithPlaceAndCount) {
  const std::string topology = file("bad.yaml",
                                    "topology: t\nresources:\n  a: {kind: station, service: 1ms, serves: 3}\nflows: "
                                    "{serve: {steps: [{vist: a}]}}\n");
  const std::string workload = file("bad-load.yaml", "workload: w\nscenarios: {load: {executor: constant}}\n");
  const std::string said = refused({"run", topology, workload});
  EXPECT_THAT(said, HasSubstr("bad.yaml:3:"));
  EXPECT_THAT(said, HasSubstr("did you mean 'servers'?"));
  EXPECT_THAT(said, HasSubstr("did you mean 'visit'?"));
  EXPECT_THAT(said, HasSubstr("bad-load.yaml:2:"));
  EXPECT_THAT(said, HasSubstr("errors; nothing was run."));
}

TEST_F(Usage, SetNeedsANameAndAValueOfAKnownParameter) {
  EXPECT_THAT(refused({"run", topology_, workload_, "--set", "clerks"}), HasSubstr("name=value"));
  EXPECT_THAT(refused({"run", topology_, workload_, "--set", "=3"}), HasSubstr("name=value"));
  EXPECT_THAT(refused({"run", topology_, workload_, "--set", "clerks=3"}), HasSubstr("unknown parameter 'clerks'"));
}

TEST_F(Usage, ASetValueOfTheWrongUnitIsRefused) {
  const std::string topology =
      file("param.yaml",
           "topology: t\nparams: {time: 1ms}\nresources: {a: {kind: station, service: $time}}\nflows: {serve: "
           "{steps: [{visit: a}]}}\n");
  EXPECT_EQ(loadstone({"run", topology, workload_, "--set", "time=2ms", "--quiet"}).exit_code, 0);
  refused({"run", topology, workload_, "--set", "time=2MB"});
}

TEST_F(Usage, ValidateSaysNothingOfWhatIsRight) {
  for (const std::vector<std::string>& files : {std::vector{topology_}, std::vector{topology_, workload_}}) {
    std::vector<std::string> arguments{"validate"};
    arguments.insert(arguments.end(), files.begin(), files.end());
    const CommandResult result = loadstone(arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.err, IsEmpty());
  }
}

}  // namespace
}  // namespace loadstone::test
