// Every file below tests/negative/inputs is a bad input that says itself, in comments at its end, how loadstone
// answers:
//
//   # command: validate good/shop.yaml FILE    what is run; FILE is the file. Absent: validate FILE
//   # exit: 2                                  absent: 2
//   # expect: 3:8: error: what is wrong        the diagnostics, all of them and in order; notes are left out
//   # note: did you mean 'cores'?              a line among the notes
//   # says: ENDED EARLY                        a part of standard output, which is empty otherwise
//
// A file without `expect` and `says` is no case: others use it.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr CommandOptions limited() {
  CommandOptions options;
  options.most_memory_bytes = std::uint64_t{1} << 30;
  options.most_cpu_seconds = 10;
  return options;
}

fs::path folder() {
  return fs::path(source_dir()) / "tests/negative/inputs";
}

struct Case {
  std::string name;  // "names/top_level_key"
  std::string command = "validate FILE";
  int exit = 2;
  std::vector<std::string> expected;
  std::vector<std::string> notes;
  std::vector<std::string> says;
};

void PrintTo(const Case& input, std::ostream* out) {
  *out << input.name;
}

Case read_case(const fs::path& path) {
  Case input;
  input.name = fs::relative(path, folder()).replace_extension().string();
  const std::string file = path.filename().string();
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);) {
    const auto value_of = [&](const std::string& key) -> std::optional<std::string> {
      const std::string begin = "# " + key + ": ";
      return line.starts_with(begin) ? std::optional(line.substr(begin.size())) : std::nullopt;
    };
    if (const auto command = value_of("command")) {
      input.command = *command;
    } else if (const auto exit = value_of("exit")) {
      input.exit = std::stoi(*exit);
    } else if (const auto expected = value_of("expect")) {
      const bool of_this_file = expected->starts_with("error") || std::isdigit((*expected)[0]) != 0;
      const std::string separator = expected->starts_with("error") ? ": " : ":";
      input.expected.push_back(of_this_file ? file + separator + *expected : *expected);
    } else if (const auto note = value_of("note")) {
      input.notes.push_back(*note);
    } else if (const auto says = value_of("says")) {
      input.says.push_back(*says);
    }
  }
  return input;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder())) {
    if (entry.path().extension() == ".yaml") {
      Case input = read_case(entry.path());
      if (!input.expected.empty() || !input.says.empty()) {
        all.push_back(std::move(input));
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return all;
}

// What was said, with file names instead of paths.
struct Said {
  std::vector<std::string> diagnostics;
  std::vector<std::string> notes;
};

Said said_by(const CommandResult& result, const std::string& own_folder) {
  std::string text = result.err;
  for (const std::string& path : {own_folder + "/", folder().string() + "/"}) {
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) {
      text.erase(at, path.size());
    }
  }
  Said said;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      said.notes.push_back(line.substr(2));
    } else if (!line.ends_with("nothing was run.")) {
      said.diagnostics.push_back(line);
    }
  }
  return said;
}

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, IsAnswered) {
  const Case& input = GetParam();
  const std::string file = (folder() / (input.name + ".yaml")).string();
  std::vector<std::string> arguments;
  std::istringstream words(input.command);
  for (std::string word; words >> word;) {
    arguments.push_back(word == "FILE" ? file : word.ends_with(".yaml") ? (folder() / word).string() : word);
  }
  const CommandResult result = loadstone(arguments, limited());
  const Said said = said_by(result, fs::path(file).parent_path().string());
  EXPECT_EQ(result.exit_code, input.exit) << result.err;
  EXPECT_EQ(said.diagnostics, input.expected);
  for (const std::string& note : input.notes) {
    EXPECT_THAT(said.notes, Contains(note));
  }
  for (const std::string& part : input.says) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  if (input.says.empty()) {
    EXPECT_THAT(result.out, IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Of, BadInput, testing::ValuesIn(cases()), [](const auto& input) {
  std::string name = input.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

// --- what is too large or too odd to be kept as a file ----------------------------------------------------------

// What `validate` says about a file with this text, which it refuses.
std::vector<std::string> refusals(const std::string& name, const std::string& text) {
  const std::string path = file(name, text);
  const CommandResult result = loadstone({"validate", path}, limited());
  EXPECT_EQ(result.exit_code, 2) << result.err.substr(0, 1000);
  EXPECT_THAT(result.out, IsEmpty());
  return said_by(result, fs::path(path).parent_path().string()).diagnostics;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

using Lines = std::vector<std::string>;

TEST(OddInput, Empty) {
  EXPECT_EQ(refusals("empty.yaml", ""), Lines{"empty.yaml: error: the file is empty"});
  EXPECT_EQ(refusals("blank.yaml", " \n\t\n\n"), Lines{"blank.yaml: error: the file is empty"});
  EXPECT_EQ(refusals("dashes.yaml", "---\n"), Lines{"dashes.yaml: error: the file is empty"});
}

TEST(OddInput, Binary) {
  EXPECT_EQ(refusals("elf.yaml", std::string("\x7f"
                                             "ELF\x02\x01\x00\x00",
                                             8)),
            Lines{"elf.yaml:1:1: error: this is not text: control character U+007F"});
  EXPECT_EQ(refusals("zero.yaml", std::string("topology: t\n\0\n", 14)),
            Lines{"zero.yaml:2:1: error: this is not text: control character U+0000"});
  EXPECT_EQ(refusals("latin1.yaml", "topology: caf\xE9\n"),
            Lines{"latin1.yaml:1:14: error: this is not text: byte 13 is not UTF-8"});
  EXPECT_EQ(refusals("utf16.yaml", std::string("\xFF\xFEt\0o\0", 6)),
            Lines{"utf16.yaml:1:1: error: this is not text: byte 0 is not UTF-8"});
}

TEST(OddInput, AMegabyteOfBrackets) {
  const Lines said = refusals("brackets.yaml", std::string(1 << 20, '['));
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], HasSubstr("error: nesting deeper than 64 levels"));
}

TEST(OddInput, DeepNesting) {
  EXPECT_EQ(refusals("flow.yaml", "a: " + std::string(70, '[') + std::string(70, ']') + "\n"),
            Lines{"flow.yaml:1:67: error: nesting deeper than 64 levels"});
  std::string text;
  for (std::size_t i = 0; i < 70; ++i) {
    text += std::string(i, ' ') + "a:\n";
  }
  EXPECT_EQ(refusals("block.yaml", text), Lines{"block.yaml:65:65: error: nesting deeper than 64 levels"});
}

TEST(OddInput, AnAliasBomb) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(before + ", ", 9) + before + "]\n";
  }
  const Lines said = refusals("bomb.yaml", text);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], HasSubstr("error: more than 1,000,000 values, counting what aliases repeat"));
}

TEST(OddInput, AnAliasOfItself) {
  EXPECT_EQ(refusals("self.yaml", "a: &a [*a]\n"),
            Lines{"self.yaml:1:8: error: an alias stands inside the value that it repeats"});
}

TEST(OddInput, TooLarge) {
  EXPECT_EQ(refusals("large.yaml", "topology: t\n" + repeated("# 34567890123456789012345678901\n", (16 << 20) / 32)),
            Lines{"large.yaml: error: the file is larger than 16 MiB, the most that is read"});
}

TEST(OddInput, AnEndlessLineOfText) {
  const std::string text = "topology: t\nresources: {desk: {kind: " + std::string(1 << 20, 'x') + "}}\n";
  const Lines said = refusals("line.yaml", text);
  ASSERT_FALSE(said.empty());
  EXPECT_THAT(said[0], HasSubstr("line.yaml:2:26: error: resource 'desk': unknown kind 'xxx"));
  EXPECT_LT(said[0].size(), 2500U);
}

TEST(OddInput, AThousandErrors) {
  const Lines said =
      refusals("many.yaml", "topology: t\nflows: {read: {steps: [" + repeated("{vist: a},", 1000) + "]}}\n");
  EXPECT_EQ(said.size(), 1000U);
  EXPECT_EQ(said[0], "many.yaml:2:25: error: flow 'read': unknown verb 'vist'");
}

TEST(OddInput, AFileThatMayNotBeRead) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  const std::string path = file("secret.yaml", "topology: t\n");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const CommandResult result = loadstone({"validate", path}, limited());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("secret.yaml: error: cannot be read: Permission denied"));
}

TEST(OddInput, AFileThatCannotBeReadToItsEnd) {
  const CommandResult result = loadstone({"validate", "/proc/self/mem"}, limited());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("/proc/self/mem: error: cannot be read to its end"));
}

TEST(OddInput, AQuoteThatIsNeverClosed) {
  EXPECT_EQ(refusals("quote.yaml", "topology: t\nabout: \"a desk\nflows: {read: {steps: []}}\n"),
            Lines{"quote.yaml:2:8: error: the quote \" is never closed"});
}

TEST(OddInput, ADirectory) {
  const CommandResult result = loadstone({"validate", folder().string()}, limited());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("inputs: error: this is a directory; a file is needed"));
}

}  // namespace
}  // namespace loadstone::test
