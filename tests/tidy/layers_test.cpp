// Who may include whom: one table for the project's folders, one for headers of other people's. What is not in a table
// is forbidden; a folder that is not in it fails, so that a new one gets its place here first.
#include <gmock/gmock.h>

#include <array>
#include <map>
#include <set>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Table = std::map<std::string, std::set<std::string>, std::less<>>;

// Folder -> the other folders that it may include. The arrows go down: no folder is above itself.
const Table kMayInclude{
    // numbers and time
    {"sim/base", {}},
    {"sim/random", {"sim/base"}},
    {"sim/theory", {"sim/base", "sim/random"}},
    {"sim/stats", {"sim/base", "sim/random", "sim/theory"}},
    // the configuration, as text and meaning
    {"sim/expression", {"sim/base", "sim/random"}},
    {"sim/spec", {"sim/base", "sim/random", "sim/expression"}},
    // the engine
    {"sim/observe", {"sim/base", "sim/random", "sim/stats"}},
    {"sim/kernel", {"sim/base", "sim/random", "sim/observe"}},
    {"sim/discipline", {"sim/base", "sim/random", "sim/kernel"}},
    {"sim/engine",
     {"sim/base", "sim/random", "sim/stats", "sim/spec", "sim/expression", "sim/observe", "sim/kernel",
      "sim/discipline"}},
    {"sim/primitive",
     {"sim/base", "sim/random", "sim/stats", "sim/spec", "sim/expression", "sim/observe", "sim/kernel",
      "sim/discipline", "sim/engine"}},
    {"sim/resource",
     {"sim/base", "sim/random", "sim/stats", "sim/expression", "sim/spec", "sim/observe", "sim/engine", "sim/kernel",
      "sim/discipline", "sim/primitive", "sim/model"}},
    {"sim/step",
     {"sim/base", "sim/random", "sim/stats", "sim/expression", "sim/spec", "sim/observe", "sim/engine", "sim/kernel",
      "sim/discipline", "sim/primitive", "sim/resource", "sim/model"}},
    {"sim/executor",
     {"sim/base", "sim/random", "sim/stats", "sim/expression", "sim/spec", "sim/observe", "sim/engine", "sim/kernel",
      "sim/primitive", "sim/model"}},
    {"sim/model",
     {"sim/base", "sim/random", "sim/stats", "sim/expression", "sim/spec", "sim/observe", "sim/engine", "sim/kernel",
      "sim/discipline", "sim/primitive"}},
    {"sim/run",
     {"sim/base", "sim/random", "sim/stats", "sim/expression", "sim/spec", "sim/observe", "sim/engine", "sim/kernel",
      "sim/primitive", "sim/resource", "sim/step", "sim/executor", "sim/model"}},
    // what is made of runs
    {"sim/analysis",
     {"sim/base", "sim/random", "sim/stats", "sim/theory", "sim/expression", "sim/spec", "sim/observe", "sim/engine",
      "sim/model"}},
    {"sim/experiment",
     {"sim/base", "sim/random", "sim/stats", "sim/theory", "sim/expression", "sim/spec", "sim/observe", "sim/engine",
      "sim/model", "sim/run", "sim/analysis"}},
    {"sim/claims", {"sim/base", "sim/random", "sim/expression", "sim/spec"}},
    // the outside world
    {"src/log", {"sim/base"}},
    {"src/load",
     {"sim/base", "sim/random", "sim/expression", "sim/spec", "sim/resource", "sim/step", "sim/executor", "sim/engine",
      "sim/primitive", "sim/model", "sim/experiment", "src/log"}},
    {"src/exec",
     {"sim/base", "sim/stats", "sim/spec", "sim/observe", "sim/model", "sim/run", "sim/analysis", "sim/experiment",
      "src/log"}},
    {"src/report",
     {"sim/base", "sim/stats", "sim/expression", "sim/spec", "sim/claims", "sim/analysis", "sim/experiment"}},
    {"src/store",
     {"sim/base", "sim/stats", "sim/spec", "sim/observe", "sim/analysis", "sim/experiment", "src/report", "src/log"}},
    {"src/calibrate",
     {"sim/base", "sim/random", "sim/stats", "sim/theory", "sim/spec", "sim/observe", "sim/engine", "sim/run",
      "sim/analysis", "sim/experiment", "src/load"}},
    {"src/mpi", {"src/exec", "src/cli"}},
    // replications in other processes: who asks for them, and the program that runs them on SimGrid
    {"src/remote", {"sim/base", "sim/observe", "sim/engine", "sim/run", "sim/experiment", "src/store"}},
    {"src/simgrid", {"sim/base", "sim/kernel", "sim/engine", "sim/run", "sim/experiment", "src/load", "src/remote"}},
    {"src/cli",
     {"sim/base", "sim/stats", "sim/theory", "sim/expression", "sim/spec", "sim/observe", "sim/model", "sim/run",
      "sim/claims", "sim/analysis", "sim/experiment", "src/log", "src/load", "src/exec", "src/remote", "src/report",
      "src/store", "src/calibrate"}},
};

// A header whose name begins so -> the folders that may include it. The longest beginning counts. The table binds
// sim/ and src/; headers of the standard library that it does not name are free.
const Table kForeign{
    {"yaml-cpp/", {"src/load"}},
    {"date/", {"src/load"}},
    {"spdlog/", {"src/log"}},
    {"fmt/", {"src/calibrate", "src/cli", "src/exec", "src/load", "src/log", "src/mpi", "src/report", "src/store"}},
    {"CLI/", {"src/cli"}},
    {"nlohmann/", {"src/load", "src/report"}},
    {"boost/", {}},
    {"boost/asio", {"src/exec"}},
    {"boost/container/", {"sim/engine"}},
    {"boost/math/", {"sim/stats"}},
    {"boost/uuid/", {"src/store"}},
    {"SQLiteCpp/", {"src/store"}},
    {"sqlite3.h", {"src/store"}},
    {"mpi.h", {"src/mpi"}},
    {"simgrid/", {"src/simgrid"}},
    {"sys/mman.h", {"src/simgrid"}},
    {"sys/prctl.h", {"src/simgrid"}},
    {"sys/wait.h", {"src/remote"}},
    {"gtest/", {}},
    {"gmock/", {}},
};

// The engine has no threads, no clock, no numbers but its own, no files and no screen.
constexpr std::array<std::string_view, 19> kNotInSim{
    "thread", "mutex",   "atomic",   "future",     "condition_variable", "shared_mutex", "semaphore",
    "latch",  "barrier", "chrono",   "random",     "iostream",           "fstream",      "cstdio",
    "ctime",  "stdio.h", "stdlib.h", "filesystem", "execution",
};

// "sim/kernel/event.hpp" -> "sim/kernel"; "" for a file that lies in no folder of sim or src.
std::string folder_of(std::string_view path) {
  const std::size_t first = path.find('/');
  const std::size_t second = first == std::string_view::npos ? first : path.find('/', first + 1);
  return second == std::string_view::npos ? "" : std::string(path.substr(0, second));
}

bool is_ours(std::string_view path) {
  return path.starts_with("sim/") || path.starts_with("src/");
}

std::string own_include_problem(const std::string& from, const std::string& header) {
  const std::string to = folder_of(header);
  if (!is_ours(header) || to.empty()) {
    return "\"" + header + "\": ours are included by their path from the root, others in <>";
  }
  if (from == to || kMayInclude.at(from).contains(to)) {
    return "";
  }
  return from + " may not include " + to + " (" + header + ")";
}

std::string foreign_include_problem(const std::string& from, const std::string& header) {
  if (in_folder(from, "sim") && std::find(kNotInSim.begin(), kNotInSim.end(), header) != kNotInSim.end()) {
    return "<" + header + "> is not for sim/";
  }
  const Table::value_type* rule = nullptr;
  for (const Table::value_type& row : kForeign) {  // sorted, so a longer beginning comes after a shorter one
    rule = header.starts_with(row.first) ? &row : rule;
  }
  if (rule == nullptr ? header.find('/') == std::string::npos : rule->second.contains(from)) {
    return "";
  }
  return from + " may not include <" + header + ">";
}

Findings layer_breaches(const SourceFile& file) {
  if (!is_ours(file.path)) {
    return {};
  }
  const std::string from = folder_of(file.path);
  if (!kMayInclude.contains(from)) {
    return {{file.path, 1, "folder '" + from + "' has no row in the table of tests/tidy/layers_test.cpp"}};
  }
  Findings findings;
  const std::vector<std::string> lines = lines_of(code_only(file.text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("#include ") || lines[i].size() < 12) {
      continue;
    }
    const bool own = lines[i][9] == '"';
    const std::string header = lines[i].substr(10, lines[i].find_last_of("\">") - 10);
    const std::string problem = own ? own_include_problem(from, header) : foreign_include_problem(from, header);
    if (!problem.empty()) {
      findings.push_back({file.path, i + 1, problem});
    }
  }
  return findings;
}

// A folder that reaches itself by the arrows of `table`; "" if there is none.
std::string folder_on_a_cycle(const Table& table) {
  for (const auto& [start, unused] : table) {
    std::set<std::string> reached;
    std::vector<std::string> open{start};
    while (!open.empty()) {
      const std::string folder = open.back();
      open.pop_back();
      for (const std::string& next : table.at(folder)) {
        if (next == start) {
          return start;
        }
        if (reached.insert(next).second) {
          open.push_back(next);
        }
      }
    }
  }
  return "";
}

TEST(Layers, EveryIncludeIsAllowed) {
  expect_clean(cpp_files(), layer_breaches);
}

TEST(Layers, TheTableHasNoCycleAndNamesOnlyItsOwnFolders) {
  for (const auto& [folder, others] : kMayInclude) {
    for (const std::string& other : others) {
      ASSERT_TRUE(kMayInclude.contains(other)) << folder << " -> " << other;
    }
  }
  EXPECT_EQ(folder_on_a_cycle(kMayInclude), "");
  EXPECT_EQ(folder_on_a_cycle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), "b");
}

TEST(Layers, TheEngineNeverLooksOutside) {
  for (const auto& [folder, others] : kMayInclude) {
    for (const std::string& other : others) {
      EXPECT_FALSE(in_folder(folder, "sim") && in_folder(other, "src")) << folder << " -> " << other;
    }
  }
}

TEST(LayerRule, AcceptsTheAllowedArrows) {
  EXPECT_THAT(layer_breaches({"sim/kernel/a.cpp", "#include \"sim/kernel/b.hpp\"\n#include \"sim/base/check.hpp\"\n"}),
              IsEmpty());
  EXPECT_THAT(layer_breaches({"src/load/a.cpp", "#include <yaml-cpp/yaml.h>\n#include <chrono>\n"}), IsEmpty());
  EXPECT_THAT(layer_breaches({"sim/stats/a.cpp", "#include <boost/math/distributions.hpp>\n#include <vector>\n"}),
              IsEmpty());
  EXPECT_THAT(layer_breaches({"src/exec/a.cpp", "#include <boost/asio.hpp>\n#include <thread>\n"}), IsEmpty());
  EXPECT_THAT(layer_breaches({"tests/unit/a.cpp", "#include <boost/math/a.hpp>\n#include <thread>\n"}), IsEmpty());
}

TEST(LayerRule, RefusesArrowsThatAreNotInTheTable) {
  EXPECT_THAT(rules_found(layer_breaches({"sim/base/a.hpp", "\n#include \"sim/kernel/event.hpp\"\n"})),
              ElementsAre("2: sim/base may not include sim/kernel (sim/kernel/event.hpp)"));
  EXPECT_THAT(layer_breaches({"sim/run/a.cpp", "#include \"src/log/logging.hpp\""}), SizeIs(1));
  EXPECT_THAT(layer_breaches({"src/report/a.cpp", "#include \"sim/observe/observations.hpp\""}), SizeIs(1));
  EXPECT_THAT(layer_breaches({"sim/run/a.cpp", "#include \"sim/run/a.hpp\"  // \"b\"\n#include \"b.hpp\"\n"}),
              SizeIs(1));
}

TEST(LayerRule, RefusesForeignHeadersOutsideTheirFolder) {
  EXPECT_THAT(
      rules_found(layer_breaches({"src/cli/a.cpp", "#include <yaml-cpp/yaml.h>\n#include <spdlog/spdlog.h>"})),
      ElementsAre("1: src/cli may not include <yaml-cpp/yaml.h>", "2: src/cli may not include <spdlog/spdlog.h>"));
  EXPECT_THAT(layer_breaches({"src/exec/a.cpp", "#include <boost/math/a.hpp>\n#include <boost/beast.hpp>"}), SizeIs(2));
  EXPECT_THAT(layer_breaches({"src/cli/a.cpp", "#include <unheard/of.hpp>"}), SizeIs(1));
}

TEST(LayerRule, RefusesClocksThreadsAndFilesInTheEngine) {
  for (const std::string_view header : kNotInSim) {
    const std::string text = "#include <" + std::string(header) + ">\n";
    EXPECT_THAT(layer_breaches({"sim/kernel/a.cpp", text}), SizeIs(1)) << header;
    EXPECT_THAT(layer_breaches({"src/cli/a.cpp", text}), IsEmpty()) << header;
  }
}

TEST(LayerRule, RefusesUnknownFolders) {
  EXPECT_THAT(layer_breaches({"sim/helpers/a.cpp", ""}), SizeIs(1));
  EXPECT_THAT(layer_breaches({"sim/a.cpp", ""}), SizeIs(1));
}

}  // namespace
}  // namespace loadstone::tidy
