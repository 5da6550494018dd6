// What must not stand in a file: calls that break determinism or layering, leftovers, and breaches of the style that a
// formatter does not see. A rule's name says what to write instead.
#include <gmock/gmock.h>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Ban {
  std::string_view word;    // found as a whole word, outside comments and literals
  std::string_view folder;  // "" is everywhere
  std::string_view instead;
  std::string_view except = "";  // paths that begin so may
};

constexpr std::string_view kOwnNumbers = "draw from sim/random, keyed by seed and site";
constexpr std::string_view kNoPrinting = "sim/ prints nothing; return it, src/ prints";
constexpr std::string_view kOwnMath = "differs between processors; use sim/random/math";
constexpr std::string_view kTheory = "sim/theory/";  // closed forms, compared within an interval

constexpr std::array kBans{
    Ban{"std::rand", "", kOwnNumbers},
    Ban{"rand()", "", kOwnNumbers},
    Ban{"srand", "", kOwnNumbers},
    Ban{"std::random_device", "", kOwnNumbers},
    Ban{"time(nullptr)", "", "results hold no clock; take times from std::chrono in src/"},
    Ban{"time(NULL)", "", "results hold no clock; take times from std::chrono in src/"},
    Ban{"time(0)", "", "results hold no clock; take times from std::chrono in src/"},
    Ban{"printf", "sim", kNoPrinting},
    Ban{"fprintf", "sim", kNoPrinting},
    Ban{"puts", "sim", kNoPrinting},
    Ban{"std::cout", "sim", kNoPrinting},
    Ban{"std::cerr", "sim", kNoPrinting},
    Ban{"std::clog", "sim", kNoPrinting},
    Ban{"long double", "sim", "its width differs between machines; use double or a 128-bit integer"},
    Ban{"std::fma", "sim", "not every processor has it; write the product and the sum"},
    Ban{"std::log", "sim", kOwnMath, kTheory},
    Ban{"std::exp", "sim", kOwnMath, kTheory},
    Ban{"std::pow", "sim", kOwnMath, kTheory},
    Ban{"std::sin", "sim", kOwnMath, kTheory},
    Ban{"std::cos", "sim", kOwnMath, kTheory},
};

Findings banned_words(const SourceFile& file) {
  Findings findings;
  const std::string code = code_only(file.text);
  for (const Ban& ban : kBans) {
    const bool excepted = !ban.except.empty() && file.path.starts_with(ban.except);
    if (excepted || (!ban.folder.empty() && !in_folder(file.path, ban.folder))) {
      continue;
    }
    for (const std::size_t at : find_words(code, ban.word)) {
      findings.push_back(
          {file.path, line_at(code, at), "'" + std::string(ban.word) + "': " + std::string(ban.instead)});
    }
  }
  return findings;
}

// The words are put together here, so that this file is clean itself.
const std::vector<std::string> kLeftovers{std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X",
                                          std::string("HA") + "CK"};

Findings leftovers(const SourceFile& file) {
  Findings findings;
  for (const std::string& word : kLeftovers) {
    for (const std::size_t at : find_words(file.text, word)) {
      findings.push_back({file.path, line_at(file.text, at), "leftover '" + word + "': do it or open an issue"});
    }
  }
  return findings;
}

Findings header_form(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string> lines = lines_of(file.text);
  const std::string path_line = "// " + file.path;
  if (lines.size() < 3 || lines[0] != path_line || lines[1] != "//" || !lines[2].starts_with("// ")) {
    findings.push_back(
        {file.path, 1, "a header opens with '" + path_line + "', an empty comment line and its contract"});
  }
  if (std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
    findings.push_back({file.path, 1, "a header has '#pragma once'"});
  }
  const std::string code = code_only(file.text);
  for (const std::size_t at : find_words(code, "using namespace")) {
    findings.push_back({file.path, line_at(code, at), "no 'using namespace' in a header"});
  }
  return findings;
}

std::size_t width(std::string_view line) {  // in characters, not bytes
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Findings line_form(const SourceFile& file) {
  constexpr std::size_t kWidest = 120;
  Findings findings;
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (width(lines[i]) > kWidest) {
      findings.push_back({file.path, i + 1, "wider than 120 characters: " + std::to_string(width(lines[i]))});
    }
    if (lines[i].find('\t') != std::string::npos) {
      findings.push_back({file.path, i + 1, "a tab; indent with blanks"});
    }
    if (lines[i].ends_with(' ') || lines[i].ends_with('\r')) {
      findings.push_back({file.path, i + 1, "a blank or a carriage return at the end of the line"});
    }
  }
  if (!file.text.empty() && file.text.back() != '\n') {
    findings.push_back({file.path, lines.size(), "the last line has no end"});
  }
  return findings;
}

std::vector<SourceFile> headers() {
  std::vector<SourceFile> files = cpp_files();
  std::erase_if(files, [](const SourceFile& file) { return !is_header(file); });
  return files;
}

TEST(Banned, NoSourceHoldsABannedWord) {
  expect_clean(cpp_files(), banned_words);
}

TEST(Banned, NoFileHoldsALeftover) {
  expect_clean(project_files({".cpp", ".hpp", ".txt", ".cmake", ".py", ".yaml", ".md", ".bash"}), leftovers);
}

TEST(Banned, EveryHeaderHasItsForm) {
  expect_clean(headers(), header_form);
}

TEST(Banned, EveryLineHasItsForm) {
  expect_clean(cpp_files(), line_form);
}

TEST(BannedWords, AreFoundWithTheirLine) {
  EXPECT_THAT(rules_found(banned_words({"src/a.cpp", "int a;\nint b = std::rand();\n"})),
              ElementsAre("2: 'std::rand': " + std::string(kOwnNumbers), "2: 'rand()': " + std::string(kOwnNumbers)));
  EXPECT_THAT(banned_words({"tests/a.cpp", "auto t = time(nullptr);"}), ::testing::SizeIs(1));
  EXPECT_THAT(banned_words({"sim/a.cpp", "std::printf(x); std::cout << y; long double z;"}), ::testing::SizeIs(3));
  EXPECT_THAT(banned_words({"sim/a.cpp", "double y = std::log(x);"}), ::testing::SizeIs(1));
}

TEST(BannedWords, OutsideTheirFolderOrInsideCommentsAndLiteralsAreFine) {
  EXPECT_THAT(banned_words({"src/cli/a.cpp", "std::cout << std::log(2.0);"}), IsEmpty());
  EXPECT_THAT(banned_words({"sim/theory/a.cpp", "double y = std::log(x);"}), IsEmpty());
  EXPECT_THAT(banned_words({"sim/a.cpp", "// not std::cout, not long double\nf(\"printf\");"}), IsEmpty());
  EXPECT_THAT(banned_words({"sim/a.cpp", "int brand(); snprintf_like(x); std::log2_floor(3);"}), IsEmpty());
}

TEST(Leftovers, AreFoundInCommentsAndText) {
  for (const std::string& word : kLeftovers) {
    EXPECT_THAT(leftovers({"a.cpp", "int a;  // " + word + ": later\n"}), ::testing::SizeIs(1)) << word;
    EXPECT_THAT(leftovers({"a.cpp", "int " + word + "S;\n"}), IsEmpty()) << word;
  }
}

TEST(HeaderForm, AcceptsAContract) {
  EXPECT_THAT(header_form({"sim/a.hpp", "// sim/a.hpp\n//\n// What it is.\n#pragma once\n"}), IsEmpty());
}

TEST(HeaderForm, RefusesAnotherPathNoGuardAndUsingNamespace) {
  EXPECT_THAT(header_form({"sim/b.hpp", "// sim/a.hpp\n//\n// What it is.\n#pragma once\n"}), ::testing::SizeIs(1));
  EXPECT_THAT(header_form({"sim/a.hpp", "// sim/a.hpp\n#pragma once\nint a;\n"}), ::testing::SizeIs(1));
  EXPECT_THAT(header_form({"sim/a.hpp", "// sim/a.hpp\n//\n// What it is.\n"}), ::testing::SizeIs(1));
  EXPECT_THAT(
      rules_found(header_form({"sim/a.hpp", "// sim/a.hpp\n//\n// What it is.\n#pragma once\nusing namespace std;\n"})),
      ElementsAre("5: no 'using namespace' in a header"));
}

TEST(LineForm, CountsCharactersNotBytes) {
  EXPECT_THAT(line_form({"a.cpp", std::string(120, 'a') + "\n"}), IsEmpty());
  EXPECT_THAT(line_form({"a.cpp", std::string(121, 'a') + "\n"}), ::testing::SizeIs(1));
  EXPECT_THAT(line_form({"a.cpp", std::string(118, 'a') + "…é\n"}), IsEmpty());
}

TEST(LineForm, RefusesTabsBlanksAtTheEndAndAMissingEnd) {
  EXPECT_THAT(rules_found(line_form({"a.cpp", "\tint a;\nint b; \nint c;"})),
              ElementsAre("1: a tab; indent with blanks", "2: a blank or a carriage return at the end of the line",
                          "3: the last line has no end"));
}

}  // namespace
}  // namespace loadstone::tidy
