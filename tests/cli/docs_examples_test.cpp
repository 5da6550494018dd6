// What the pages show works: each topology and workload of a fenced block is valid and runs, and each command names a
// subcommand and flags that exist.
//
// A block opens with ```yaml topology=NAME, ```yaml workload=NAME or ```csv file=NAME. A workload goes with the
// topology above it on its page; on a page without one it goes with a stand-in that has the flows of every shape.
#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <set>

#include "src/load/loader.hpp"
#include "src/load/overlay.hpp"
#include "tests/support/command.hpp"
#include "tests/tidy/source_tree.hpp"

namespace loadstone::test {
namespace {

using tidy::lines_of;
using tidy::SourceFile;

constexpr const char* kStandIn = R"(
topology: stand-in
populations: {tenant: {count: 20}}
flows:
  read: {steps: [{delay: exponential(10ms)}]}
  write: {steps: [{delay: exponential(10ms)}]}
  converse: {steps: [{delay: exponential(1s)}]}
  job: {steps: [{delay: exponential(1s)}]}
)";

struct Block {
  std::string place;  // "docs/a.md:12"
  std::string info;   // what follows the fence
  std::string text;
  // of "yaml topology=NAME" NAME for "yaml topology"; "" if the block is something else
  [[nodiscard]] std::string name(const std::string& what) const {
    return info.starts_with(what + '=') ? info.substr(what.size() + 1) : "";
  }
};

bool is_fence(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin != std::string::npos && line.compare(begin, 3, "```") == 0;
}

std::vector<Block> blocks_of(const SourceFile& page) {
  std::vector<Block> blocks;
  bool inside = false;
  const std::vector<std::string> lines = lines_of(page.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_fence(lines[i])) {
      inside = !inside;
      if (inside) {
        blocks.push_back({page.path + ':' + std::to_string(i + 1), lines[i].substr(lines[i].find("```") + 3), ""});
      }
    } else if (inside) {
      blocks.back().text += lines[i] + '\n';
    }
  }
  return blocks;
}

std::vector<SourceFile> pages() {
  std::vector<SourceFile> files = tidy::project_files({".md"});
  std::erase_if(files, [](const SourceFile& file) {
    return file.path != "README.md" && file.path != "topologies/README.md" && file.path != "workloads/README.md" &&
           !tidy::in_folder(file.path, "docs");
  });
  return files;
}

struct Example {
  std::string topology_place;
  std::string topology;  // a file
  std::string workload_place;
  std::string workload;  // a file; "": the page shows none with this topology
  std::vector<std::string> flows;
};

// The names under `flows:`, of a text whose mappings are indented by two blanks; not those that a worker or a schedule
// starts.
std::vector<std::string> flows_of(const std::string& topology) {
  std::vector<std::string> flows;
  bool inside = false;
  for (const std::string& line : lines_of(topology)) {
    if (!line.empty() && line.front() != ' ') {
      inside = line == "flows:";
    } else if (inside && line.size() > 2 && line[2] != ' ') {
      const std::string name = line.substr(2, line.find(':') - 2);
      if (tidy::find_words(topology, "flow: " + name).empty()) {
        flows.push_back(name);
      }
    }
  }
  return flows;
}

// Every topology with every workload that goes with it, or alone; all are files.
std::vector<Example> examples() {
  std::vector<Example> found;
  for (const SourceFile& page : pages()) {
    std::optional<Example> current;
    bool has_workload = false;
    const auto leave = [&] {
      if (current && !has_workload) {
        found.push_back(*current);
      }
    };
    for (const Block& block : blocks_of(page)) {
      const std::string topology = block.name("yaml topology");
      const std::string workload = block.name("yaml workload");
      const std::string side_file = block.name("csv file");
      if (!topology.empty()) {
        leave();
        current = Example{block.place, file(topology + ".topology.yaml", block.text), "", "", flows_of(block.text)};
        has_workload = false;
      } else if (!workload.empty()) {
        Example example =
            current.value_or(Example{"the stand-in", file("stand-in.topology.yaml", kStandIn), "", "", {}});
        example.workload_place = block.place;
        example.workload = file(workload + ".workload.yaml", block.text);
        found.push_back(example);
        has_workload = true;
      } else if (!side_file.empty()) {
        static_cast<void>(file(side_file, block.text));
      }
    }
    leave();
  }
  return found;
}

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += to_string(diagnostic);
  }
  return text;
}

TEST(DocsExamples, AreThere) {
  std::set<std::string> topologies;
  std::set<std::string> workloads;
  for (const Example& example : examples()) {
    topologies.insert(example.topology_place);
    workloads.insert(example.workload_place);
  }
  EXPECT_GE(topologies.size(), 20u);
  EXPECT_GE(workloads.size(), 10u);
}

TEST(DocsExamples, HaveNamesOfTheirOwn) {
  std::map<std::string, std::string> place_of;
  for (const SourceFile& page : pages()) {
    for (const Block& block : blocks_of(page)) {
      if (block.info.find('=') != std::string::npos) {
        EXPECT_TRUE(place_of.emplace(block.info, block.place).second)
            << block.place << " and " << place_of[block.info] << " are both " << block.info;
      }
    }
  }
}

// A block of YAML that is a whole file must say its name, or nobody checks it.
TEST(DocsExamples, OfWholeFilesAreNamed) {
  for (const SourceFile& page : pages()) {
    for (const Block& block : blocks_of(page)) {
      const bool whole = block.text.starts_with("topology: ") || block.text.starts_with("workload: ");
      const std::string first = block.text.substr(0, block.text.find(':'));
      EXPECT_TRUE(!whole || !block.name("yaml " + first).empty())
          << block.place << ": open it with ```yaml " << first << "=NAME";
    }
  }
}

TEST(DocsExamples, AreValid) {
  for (const Example& example : examples()) {
    Diagnostics alone;
    const auto read = load::read_overlaid(example.topology, alone);
    EXPECT_TRUE(read && load::compile_topology(read->root, {}, alone)) << example.topology_place << ":\n"
                                                                       << text_of(alone);
    if (example.workload.empty()) {
      continue;
    }
    Diagnostics both;
    const auto inputs = load::read_inputs(example.topology, example.workload, both);
    ASSERT_TRUE(inputs) << example.workload_place << ":\n" << text_of(both);
    EXPECT_TRUE(load::compile(*inputs, {}, both)) << example.workload_place << ":\n" << text_of(both);
  }
}

// As a user runs them. A topology without a workload gets one request a second of each of its flows.
TEST(DocsExamples, Run) {
  for (Example& example : examples()) {
    if (example.workload.empty()) {
      std::string text = "workload: each\nscenarios:\n";
      for (const std::string& flow : example.flows) {
        text += "  of-" + flow + ": {executor: constant-arrival-rate, exec: " + flow + ", rate: 1, duration: 20s}\n";
      }
      example.workload = file("each.workload.yaml", text);
    }
    const CommandResult result =
        loadstone({"run", example.topology, example.workload, "--replications", "1", "--quiet"});
    const bool ended = result.exit_code == 0 || result.exit_code == 99;  // 99: a threshold does not hold
    EXPECT_TRUE(ended) << example.topology_place << " " << example.workload_place << ": " << result.err;
  }
}

// --- commands -----------------------------------------------------------------------------------------------------

struct ShownCommand {
  std::string place;
  std::string text;
};

bool is_shell(const std::string& info) {
  return info == "console" || info == "sh" || info == "bash";
}

// The command of a line of a shell block: without prompt and folder. "" if it is none of ours.
std::string command_in(std::string line) {
  line.erase(0, line.find_first_not_of(" $"));
  const std::string program = line.substr(0, line.find(' '));
  return program == "loadstone" || program.ends_with("/loadstone") ? line : "";
}

void add_spans(const std::string& place, const std::string& paragraph, std::vector<ShownCommand>& commands) {
  for (std::size_t open = paragraph.find('`'); open != std::string::npos;) {
    const std::size_t close = paragraph.find('`', open + 1);
    if (close == std::string::npos) {
      break;
    }
    const std::string command = command_in(paragraph.substr(open + 1, close - open - 1));
    if (command.find(' ') != std::string::npos) {  // more than the program's name or path
      commands.push_back({place, command});
    }
    open = paragraph.find('`', close + 1);
  }
}

// In shell blocks, in lines that are indented as code, and between backticks, which may go on in the next line.
std::vector<ShownCommand> commands_of(const SourceFile& page) {
  std::vector<ShownCommand> commands;
  for (const Block& block : blocks_of(page)) {
    for (const std::string& line : is_shell(block.info) ? lines_of(block.text) : std::vector<std::string>{}) {
      if (const std::string command = command_in(line); !command.empty()) {
        commands.push_back({block.place, command});
      }
    }
  }
  std::string paragraph;
  bool fenced = false;
  const std::vector<std::string> lines = lines_of(page.text + "\n\n");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string place = page.path + ':' + std::to_string(i + 1);
    if (is_fence(lines[i])) {
      fenced = !fenced;
    } else if (fenced) {
      continue;
    } else if (lines[i].starts_with("    ")) {
      if (const std::string command = command_in(lines[i]); !command.empty()) {
        commands.push_back({place, command});
      }
    } else if (lines[i].empty() || lines[i].starts_with('|')) {
      add_spans(place, paragraph + lines[i], commands);
      paragraph.clear();
    } else {
      paragraph += lines[i] + ' ';
    }
  }
  add_spans(page.path, paragraph, commands);
  return commands;
}

// What a command says of itself; nothing if there is none of that name.
std::optional<std::string> help_of(const std::string& subcommand) {
  static std::map<std::string, std::optional<std::string>> known;
  const auto [at, is_new] = known.emplace(subcommand, std::nullopt);
  if (is_new) {
    const CommandResult result = loadstone({subcommand, "--help"});
    if (result.out.find("Usage: loadstone " + subcommand + ' ') != std::string::npos) {
      at->second = result.out;
    }
  }
  return at->second;
}

// The words of a command up to what is no part of it: a pipe, a redirection, a comment.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  std::istringstream stream(command);
  for (std::string word; stream >> word && word != "|" && word != ">" && word != "#" && word != "&&";) {
    words.push_back(word);
  }
  return words;
}

std::string problem_of(const std::string& command) {
  const std::vector<std::string> words = words_of(command);
  const std::string subcommand = words.size() > 1 ? words[1] : "";
  if (subcommand == "--help" || subcommand == "--version") {
    return "";
  }
  const auto help = help_of(subcommand);
  if (!help) {
    return "there is no subcommand '" + subcommand + "'";
  }
  for (const std::string& word : words) {
    const std::string flag = word.substr(0, word.find('='));
    if (flag.starts_with("-") && tidy::find_words(*help, flag).empty()) {
      return "'" + subcommand + "' has no flag '" + flag + "'";
    }
  }
  return "";
}

TEST(DocsCommands, NameSubcommandsAndFlagsThatExist) {
  std::size_t seen = 0;
  for (const SourceFile& page : pages()) {
    for (const ShownCommand& command : commands_of(page)) {
      ++seen;
      EXPECT_EQ(problem_of(command.text), "") << command.place << ": " << command.text;
    }
  }
  EXPECT_GE(seen, 10u);
}

TEST(DocsCommandRule, FindsCommandsInShellBlocksIndentedLinesAndSpans) {
  const SourceFile page{
      "docs/a.md",
      "Say `loadstone run a.yaml\nb.yaml`, not `loadstone`.\n\n    build/loadstone validate a.yaml\n\n"
      "```sh\n$ loadstone run c.yaml d.yaml | less\nls\n```\n\n```\nloadstone in output\n```\n"
      "| `loadstone compare a b` | x |\n"};
  std::vector<std::string> texts;
  for (const ShownCommand& command : commands_of(page)) {
    texts.push_back(command.text);
  }
  EXPECT_THAT(texts, testing::ElementsAre("loadstone run c.yaml d.yaml | less", "loadstone run a.yaml b.yaml",
                                          "build/loadstone validate a.yaml", "loadstone compare a b"));
}

TEST(DocsCommandRule, RefusesUnknownSubcommandsAndFlags) {
  EXPECT_EQ(problem_of("loadstone run a.yaml b.yaml --load 2 --set x=3 | less --no-such-flag"), "");
  EXPECT_EQ(problem_of("loadstone --help"), "");
  EXPECT_EQ(problem_of("loadstone dance a.yaml"), "there is no subcommand 'dance'");
  EXPECT_EQ(problem_of("loadstone run a.yaml --depth 3"), "'run' has no flag '--depth'");
  EXPECT_EQ(problem_of("loadstone run a.yaml --loa 3"), "'run' has no flag '--loa'");
}

}  // namespace
}  // namespace loadstone::test
