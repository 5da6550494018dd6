// docs/reference/fidelity.md and tests/fidelity say the same: every behaviour of a section has a row, every row names a
// test of the section's file, and every test there stands in a row.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// How many behaviours a section has.
const std::map<std::string, int> kBehaviours{{"client_pools", 6}, {"cost", 5},    {"front", 6},    {"llm", 6},
                                             {"messaging", 7},    {"network", 5}, {"overload", 6}, {"pgbouncer", 6},
                                             {"postgres", 6},     {"reaper", 5},  {"redis", 6},    {"scaling", 5}};

struct Row {
  std::string number;
  std::vector<std::string> tests;  // "FidelityRedis.Behaviour1.."
};

// The text between backticks in a line.
std::vector<std::string> coded(const std::string& line) {
  std::vector<std::string> spans;
  for (std::size_t open = line.find('`'); open != std::string::npos;) {
    const std::size_t close = line.find('`', open + 1);
    if (close == std::string::npos) {
      break;
    }
    spans.push_back(line.substr(open + 1, close - open - 1));
    open = line.find('`', close + 1);
  }
  return spans;
}

// The rows of each section: the last cell holds the tests.
std::map<std::string, std::vector<Row>> rows_of(const std::string& page) {
  std::map<std::string, std::vector<Row>> sections;
  std::string section;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("## ")) {
      section = line.substr(3);
      sections[section];
    } else if (line.starts_with("| ") && std::isdigit(static_cast<unsigned char>(line[2])) != 0) {
      const std::size_t last = line.rfind('|', line.size() - 2);
      sections[section].push_back({line.substr(2, line.find(' ', 2) - 2), coded(line.substr(last))});
    }
  }
  return sections;
}

// "Suite.Name" of each test of a file.
std::set<std::string> tests_of(const std::string& text) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(text)) {
    for (const std::string_view macro : {"TEST(", "TEST_F("}) {
      if (line.starts_with(macro)) {
        const std::size_t comma = line.find(", ");
        names.insert(line.substr(macro.size(), comma - macro.size()) + "." +
                     line.substr(comma + 2, line.find(')') - comma - 2));
      }
    }
  }
  return names;
}

std::vector<std::string> findings_of(const std::map<std::string, std::vector<Row>>& sections,
                                     const std::map<std::string, std::set<std::string>>& tests,
                                     const std::map<std::string, int>& behaviours) {
  std::vector<std::string> findings;
  for (const auto& [section, number] : behaviours) {
    const auto rows = sections.find(section);
    const auto of_file = tests.find(section);
    if (rows == sections.end()) {
      findings.push_back(section + ": no such section");
      continue;
    }
    std::set<std::string> named;
    std::set<std::string> numbers;
    for (const Row& row : rows->second) {
      numbers.insert(row.number);
      if (row.tests.empty()) {
        findings.push_back(section + " " + row.number + ": names no test");
      }
      for (const std::string& test : row.tests) {
        named.insert(test);
        if (of_file == tests.end() || !of_file->second.contains(test)) {
          findings.push_back(section + " " + row.number + ": no test '" + test + "'");
        } else if (test.find(".Behaviour" + row.number) == std::string::npos) {
          findings.push_back(section + " " + row.number + ": '" + test + "' is of another behaviour");
        }
      }
    }
    for (int i = 1; i <= number; ++i) {
      if (!numbers.contains(std::to_string(i))) {
        findings.push_back(section + " " + std::to_string(i) + ": has no row");
      }
    }
    for (const std::string& test : of_file == tests.end() ? std::set<std::string>{} : of_file->second) {
      if (!named.contains(test)) {
        findings.push_back(section + ": '" + test + "' stands in no row");
      }
    }
  }
  return findings;
}

// The sections that do not say below their table what is left out.
std::vector<std::string> without_limits(const std::string& page, const std::map<std::string, int>& behaviours) {
  std::vector<std::string> sections;
  for (const auto& [section, count] : behaviours) {
    const std::size_t begin = page.find("## " + section + "\n");
    const std::size_t says = page.find("\nNot modelled: ", begin);
    if (begin == std::string::npos || says == std::string::npos || page.find("\n## ", begin) < says) {
      sections.push_back(section);
    }
  }
  return sections;
}

TEST(FidelityPage, SaysWhichTestHoldsEachBehaviour) {
  std::string page;
  std::map<std::string, std::set<std::string>> tests;
  for (const SourceFile& file : project_files({"fidelity.md", "_test.cpp"})) {
    if (file.path == "docs/reference/fidelity.md") {
      page = file.text;
    } else if (in_folder(file.path, "tests/fidelity")) {
      const std::size_t slash = file.path.rfind('/') + 1;
      tests[file.path.substr(slash, file.path.size() - slash - std::string("_test.cpp").size())] = tests_of(file.text);
    }
  }
  EXPECT_THAT(findings_of(rows_of(page), tests, kBehaviours), IsEmpty());
  EXPECT_THAT(without_limits(page, kBehaviours), IsEmpty());
}

TEST(FidelityPage, ASectionThatDoesNotSayWhatIsLeftOutIsFound) {
  const std::map<std::string, int> both{{"llm", 1}, {"redis", 1}};
  EXPECT_THAT(without_limits("## redis\n\n## llm\n\nNot modelled: days.\n", both), ElementsAre("redis"));
  EXPECT_THAT(without_limits("## redis\n\nNot modelled: forks.\n", both), ElementsAre("llm"));
}

TEST(FidelityPage, AMissingRowAnUnknownTestAndAnUnlistedOneAreFound) {
  const auto rows = rows_of("## redis\n| 1 | expiry | `F.Behaviour1Expires` |\n| 2 | oom | `F.Behaviour1Expires` |\n");
  const std::map<std::string, std::set<std::string>> tests{
      {"redis", tests_of("TEST(F, Behaviour1Expires) {\nTEST(F, Behaviour3Extra) {\n")}};
  EXPECT_THAT(findings_of(rows, tests, {{"redis", 3}}),
              ElementsAre("redis 2: 'F.Behaviour1Expires' is of another behaviour", "redis 3: has no row",
                          "redis: 'F.Behaviour3Extra' stands in no row"));
  EXPECT_THAT(findings_of({}, tests, {{"redis", 3}}), ElementsAre("redis: no such section"));
}

}  // namespace
}  // namespace loadstone::tidy
