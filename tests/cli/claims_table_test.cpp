// The published table, results/claims.csv, is of the claims that are in experiments/claims, with the verdicts that they
// expect. That they are what the program finds is a heavy test of its own (tests/CMakeLists.txt).
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "src/load/experiment_file.hpp"
#include "src/report/rows_csv.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

namespace fs = std::filesystem;

// "id,document,section,claim,reading,verdict" of every claim, as the table begins its rows.
std::vector<std::string> rows_expected() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(source_dir()) / "experiments/claims")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> rows;
  for (const fs::path& path : files) {
    Diagnostics diagnostics;
    const auto experiment = load::read_experiment_at(path.string(), diagnostics, {});
    for (const Diagnostic& d : diagnostics.list()) {
      ADD_FAILURE() << to_string(d);
    }
    for (const ClaimSpec& claim : experiment->claims) {
      std::string row;
      for (const std::string& cell : {claim.id, claim.source.document, claim.source.section, claim.claim, claim.reading,
                                      std::string(to_string(claim.expected))}) {
        row += report::csv_cell(cell) + ",";
      }
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(ClaimsTable, HasEveryClaimWithItsVerdict) {
  std::istringstream table(text_of(source_dir() + "/results/claims.csv"));
  std::string line;
  std::getline(table, line);  // the head
  std::size_t simulated = 0;
  const std::vector<std::string> expected = rows_expected();
  for (const std::string& row : expected) {
    ASSERT_TRUE(std::getline(table, line)) << "missing: " << row;
    EXPECT_TRUE(line.starts_with(row)) << line << "\n  should begin with\n" << row;
    simulated += line.substr(std::min(row.size(), line.size())).starts_with("simulation") ? 1 : 0;
  }
  EXPECT_FALSE(std::getline(table, line)) << "of no file: " << line;
  EXPECT_GE(expected.size(), 200U);
  EXPECT_GE(simulated, 80U);
}

}  // namespace
}  // namespace loadstone::test
