// Every kind of resource, step and executor is a whole: a source, a page that says each of its keys, a unit test. A
// finding names what is missing and the file in which it belongs.
#include <gmock/gmock.h>

#include <set>
#include <utility>

#include "src/load/loader.hpp"
#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What a kind must have, wherever it comes from.
struct Expected {
  std::string kind;  // "resource 'redis'"
  std::string source;
  std::string definition;  // what the source, or another of its folder, holds: a verb may share a file
  std::string page;
  std::string section;       // beginnings of the lines of a page that it shares with others; "": the page is its own
  std::string test;          // where its unit test belongs
  bool has_own_test = true;  // there, and nowhere else
  std::vector<std::string> uses;  // what a unit test holds that names it, one of them: "kind: redis"
  std::vector<std::string> keys;
};

const SourceFile* find_file(const std::vector<SourceFile>& files, const std::string& path) {
  const auto at = std::find_if(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == path; });
  return at == files.end() ? nullptr : &*at;
}

bool any_holds(const std::vector<SourceFile>& files, const std::string& folder, const std::string& words) {
  return std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
    return in_folder(file.path, folder) && !find_words(file.text, words).empty();
  });
}

// The lines of a page that are about `name`: its row of a table, and its item of a list with what is indented below.
std::string section_of(const std::string& page, const std::string& name) {
  std::string section;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    inside = (inside && line.starts_with("  ")) || line.starts_with("| `" + name + "` |") ||
             line.starts_with("- **" + name + "**");
    section += inside ? line + '\n' : "";
  }
  return section;
}

// The words between backticks: `key`, `key: 3`, or `[{key: 3}]`; a key of several words is a whole.
std::set<std::string> coded_words(const std::string& text) {
  std::set<std::string> words;
  for (const std::string& line : lines_of(text)) {
    for (std::size_t open = line.find('`'); open != std::string::npos;) {
      const std::size_t close = line.find('`', open + 1);
      if (close == std::string::npos) {
        break;
      }
      const std::string span = line.substr(open + 1, close - open - 1);
      words.insert(span);
      std::string word;
      for (const char c : span + ' ') {
        if (is_word_character(c) || c == '-') {
          word += c;
        } else if (!word.empty()) {
          words.insert(std::exchange(word, ""));
        }
      }
      open = line.find('`', close + 1);
    }
  }
  return words;
}

std::vector<std::string> missing(const Expected& e, const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  const std::string folder = e.source.substr(0, e.source.rfind('/'));
  if (find_file(files, e.source) == nullptr && !any_holds(files, folder, e.definition)) {
    findings.push_back(e.kind + " has no source: create " + e.source);
  }
  const auto is_used = [&](const std::string& use) { return any_holds(files, "tests/unit", use); };
  if (std::none_of(e.uses.begin(), e.uses.end(), is_used) || (e.has_own_test && find_file(files, e.test) == nullptr)) {
    findings.push_back(e.kind + " has no unit test with '" + e.uses.front() + "': create " + e.test);
  }
  const SourceFile* page = find_file(files, e.page);
  if (page == nullptr) {
    findings.push_back(e.kind + " has no page: create " + e.page);
    return findings;
  }
  const std::string about = e.section.empty() ? page->text : section_of(page->text, e.section);
  if (about.empty()) {
    findings.push_back(e.kind + " has no row in " + e.page + ": add one that begins with | `" + e.section + "` |");
    return findings;
  }
  const std::set<std::string> words = coded_words(about);
  for (const std::string& key : e.keys) {
    if (!words.contains(key)) {
      findings.push_back("the key '" + key + "' of " + e.kind + " is not in `code` in " + e.page +
                         (e.section.empty() ? "" : ", section " + e.section));
    }
  }
  return findings;
}

std::vector<std::string> keys_of(const FieldTable& table) {
  std::vector<std::string> keys;
  for (const Field& field : table.fields()) {
    keys.emplace_back(field.name);
    if (field.nested != nullptr) {
      const std::vector<std::string> inner = keys_of(*field.nested);
      keys.insert(keys.end(), inner.begin(), inner.end());
    }
  }
  return keys;
}

std::string underscored(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

Expected expected_of(const ResourceKind& kind) {
  const std::string name(kind.name);
  Expected e{.kind = "resource '" + name + "'",
             .source = "sim/resource/" + name + ".cpp",
             .definition = "const ResourceKind& " + name + "_kind() {",
             .page = "docs/reference/resources/" + name + ".md",
             .section = "",
             .test = "tests/unit/resource/" + name + "_test.cpp",
             .uses = {"kind: " + name},
             .keys = keys_of(kind.fields())};
  e.keys.insert(e.keys.end(), kind.uses.begin(), kind.uses.end());
  return e;
}

Expected expected_of(const StepKind& kind) {
  const std::string verb(kind.verb);
  return {.kind = "step '" + verb + "'",
          .source = "sim/step/" + verb + ".cpp",
          .definition = "const StepKind& " + verb + "_step() {",
          .page = "docs/reference/steps.md",
          .section = verb,
          .test = "tests/unit/step/" + verb + "_test.cpp",
          .has_own_test = false,
          .uses = {"{" + verb + ": ", "- " + verb + ": "},
          .keys = keys_of(kind.fields())};
}

Expected expected_of(const ExecutorKind& kind) {
  const std::string name = underscored(kind.name);
  return {.kind = "executor '" + std::string(kind.name) + "'",
          .source = "sim/executor/" + name + ".cpp",
          .definition = "const ExecutorKind& " + name + "_executor() {",
          .page = "docs/reference/executors/" + name + ".md",
          .section = "",
          .test = "tests/unit/executor/" + name + "_test.cpp",
          .has_own_test = false,
          .uses = {std::string(kind.name)},
          .keys = keys_of(kind.fields())};
}

template <class Kind>
void expect_complete(std::span<const Kind* const> kinds) {
  const std::vector<SourceFile> files = project_files({".cpp", ".md"});
  ASSERT_FALSE(kinds.empty()) << "the rule looked at nothing";
  std::string report;
  for (const Kind* kind : kinds) {
    for (const std::string& finding : missing(expected_of(*kind), files)) {
      report += finding + '\n';
    }
  }
  EXPECT_TRUE(report.empty()) << report;
}

TEST(KindsComplete, EveryResource) {
  expect_complete(load::all_kinds().resources);
}

TEST(KindsComplete, EveryStep) {
  expect_complete(load::all_kinds().steps);
}

TEST(KindsComplete, EveryExecutor) {
  expect_complete(load::all_kinds().executors);
}

// A host is no kind of the registry, but it is declared, tested and explained like one.
TEST(KindsComplete, TheHost) {
  const Expected host{.kind = "the host",
                      .source = "sim/primitive/host_cpu.cpp",
                      .definition = "HostCpuPlan",
                      .page = "docs/reference/resources/host.md",
                      .section = "",
                      .test = "tests/unit/resource/host_test.cpp",
                      .uses = {"hosts: {box: {"},
                      .keys = keys_of(HostSpec::fields())};
  EXPECT_THAT(missing(host, project_files({".cpp", ".md"})), IsEmpty());
}

// --- the rule -----------------------------------------------------------------------------------------------------

Expected made_up(const std::string& section = "") {
  return {.kind = "resource 'tap'",
          .source = "sim/resource/tap.cpp",
          .definition = "tap_kind() {",
          .page = "docs/tap.md",
          .section = section,
          .test = "tests/unit/resource/tap_test.cpp",
          .uses = {"kind: tap"},
          .keys = {"flow", "Most Litres"}};
}

const SourceFile kSource{"sim/resource/tap.cpp", "const ResourceKind& tap_kind() {\n"};
const SourceFile kTest{"tests/unit/resource/tap_test.cpp", "{kind: tap, flow: 3}"};
const SourceFile kPage{"docs/tap.md", "# tap\n| `flow` | count |\n`Most Litres` are said.\n"};

TEST(KindsCompleteRule, AcceptsAWholeKind) {
  EXPECT_THAT(missing(made_up(), {kSource, kTest, kPage}), IsEmpty());
}

TEST(KindsCompleteRule, NamesWhatIsMissingAndWhereItBelongs) {
  EXPECT_THAT(missing(made_up(), {}),
              ElementsAre("resource 'tap' has no source: create sim/resource/tap.cpp",
                          "resource 'tap' has no unit test with 'kind: tap': create tests/unit/resource/tap_test.cpp",
                          "resource 'tap' has no page: create docs/tap.md"));
}

TEST(KindsCompleteRule, WantsTheTestToUseTheKind) {
  EXPECT_THAT(missing(made_up(), {kSource, {kTest.path, "kind: sink"}, kPage}),
              ElementsAre("resource 'tap' has no unit test with 'kind: tap': create tests/unit/resource/tap_test.cpp"));
}

TEST(KindsCompleteRule, WantsEveryKeyInCode) {
  EXPECT_THAT(missing(made_up(), {kSource, kTest, {kPage.path, "flow and `Most Litres: 3`"}}),
              ElementsAre("the key 'flow' of resource 'tap' is not in `code` in docs/tap.md",
                          "the key 'Most Litres' of resource 'tap' is not in `code` in docs/tap.md"));
}

TEST(KindsCompleteRule, ReadsOnlyTheSectionOfASharedPage) {
  const std::string page = "| `tap` | `flow` |\n| `sink` | `other` |\n- **tap**: more\n  `Most Litres`\n- **sink**\n";
  EXPECT_THAT(missing(made_up("tap"), {kSource, kTest, {kPage.path, page}}), IsEmpty());
  EXPECT_THAT(missing(made_up("sink"), {kSource, kTest, {kPage.path, page}}), ::testing::SizeIs(2));
  EXPECT_THAT(missing(made_up("well"), {kSource, kTest, {kPage.path, page}}),
              ElementsAre("resource 'tap' has no row in docs/tap.md: add one that begins with | `well` |"));
}

TEST(KindsCompleteRule, FindsAStepInTheFileOfAnother) {
  EXPECT_THAT(missing(made_up(), {{"sim/resource/sink.cpp", kSource.text}, kTest, kPage}), IsEmpty());
}

}  // namespace
}  // namespace loadstone::tidy
