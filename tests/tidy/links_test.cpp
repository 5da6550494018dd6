// What a page points at exists: relative links and pictures, and the paths of this repository that stand in backticks.
#include <gmock/gmock.h>

#include <array>
#include <functional>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Exists = std::function<bool(const std::string& path)>;  // a path from the project's root

constexpr std::array<std::string_view, 12> kFolders{"sim/",    "src/",         "tests/",     "bench/",
                                                    "docs/",   "scripts/",     ".ci/",       "topologies/",
                                                    "schema/", "experiments/", "workloads/", "results/README"};

// The lines of a page outside fenced blocks; a line inside one is empty.
std::vector<std::string> prose_lines(const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  bool fenced = false;
  for (std::string& line : lines) {
    const std::size_t begin = line.find_first_not_of(' ');
    const bool fence =
        begin != std::string::npos && (line.compare(begin, 3, "```") == 0 || line.compare(begin, 3, "~~~") == 0);
    if (fence || fenced) {
      line.clear();
    }
    fenced = fenced != fence;
  }
  return lines;
}

// The target of every [text](target), ![text](target "title") and `[name]: target` of a line.
std::vector<std::string> link_targets(std::string_view line) {
  std::vector<std::string> targets;
  for (std::size_t at = line.find("]("); at != std::string_view::npos; at = line.find("](", at + 1)) {
    const std::size_t end = line.find(')', at);
    const std::string_view target = line.substr(at + 2, end == std::string_view::npos ? end : end - at - 2);
    targets.emplace_back(target.substr(0, target.find(' ')));
  }
  const std::size_t colon = line.find("]: ");
  if (line.starts_with('[') && colon != std::string_view::npos) {
    targets.emplace_back(line.substr(colon + 3));
  }
  return targets;
}

// The texts between single backticks of a line.
std::vector<std::string> code_spans(std::string_view line) {
  std::vector<std::string> spans;
  for (std::size_t open = line.find('`'); open != std::string_view::npos;) {
    const std::size_t close = line.find('`', open + 1);
    if (close == std::string_view::npos) {
      break;
    }
    spans.emplace_back(line.substr(open + 1, close - open - 1));
    open = line.find('`', close + 1);
  }
  return spans;
}

// A link's path from the root; "" if it leaves the project.
std::string resolve(const std::string& page, const std::string& target) {
  namespace fs = std::filesystem;
  if (target.starts_with('/')) {
    return "";
  }
  const std::string path = (fs::path(page).parent_path() / target).lexically_normal().generic_string();
  return path.starts_with("..") ? "" : path;
}

bool looks_like_a_path(const std::string& span) {
  const bool plain = std::all_of(span.begin(), span.end(),
                                 [](char c) { return is_word_character(c) || c == '/' || c == '.' || c == '-'; });
  return plain && std::any_of(kFolders.begin(), kFolders.end(),
                              [&](std::string_view folder) { return span.starts_with(folder); });
}

Findings broken_links(const SourceFile& page, const Exists& exists) {
  Findings findings;
  const std::vector<std::string> lines = prose_lines(page.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& target : link_targets(lines[i])) {
      const std::string file = target.substr(0, target.find('#'));
      if (file.empty() || file.find(':') != std::string::npos) {  // a place on this page, or another site
        continue;
      }
      const std::string path = resolve(page.path, file);
      if (path.empty() || !exists(path)) {
        findings.push_back({page.path, i + 1, "a link to what does not exist: " + target});
      }
    }
    for (const std::string& span : code_spans(lines[i])) {
      // a pair of files may be named without its endings
      if (looks_like_a_path(span) && !exists(span) && !exists(span + ".hpp") && !exists(span + ".cpp")) {
        findings.push_back({page.path, i + 1, "a path that does not exist: " + span});
      }
    }
  }
  return findings;
}

bool exists_here(const std::string& path) {
  return std::filesystem::exists(std::filesystem::path(test::source_dir()) / path);
}

Findings in(const std::string& text) {
  const Exists exists = [](const std::string& path) {
    return path == "docs/a.md" || path == "docs/b.svg" || path == "README.md" || path == "sim/base/check.hpp";
  };
  return broken_links({"docs/a.md", text}, exists);
}

TEST(Links, EveryPagePointsAtWhatExists) {
  const std::vector<SourceFile> pages = project_files({".md"});
  if (pages.empty()) {
    FAIL() << "the project has no page";
  }
  expect_clean(pages, [](const SourceFile& page) { return broken_links(page, exists_here); });
}

TEST(LinkRule, FindsLinksPicturesAndReferencesThatLeadNowhere) {
  EXPECT_THAT(rules_found(in("text\nsee [this](c.md) and ![that](d.svg \"title\")\n")),
              ElementsAre("2: a link to what does not exist: c.md", "2: a link to what does not exist: d.svg"));
  EXPECT_THAT(in("[name]: ../docs/c.md\n"), SizeIs(1));
  EXPECT_THAT(in("[a](/docs/a.md) [b](../../outside.md)\n"), SizeIs(2));
}

TEST(LinkRule, AcceptsWhatExistsAndWhatIsElsewhere) {
  EXPECT_THAT(in("[a](a.md) [a](a.md#part) [b](b.svg) [r](../README.md) [here](#part)\n"), IsEmpty());
  EXPECT_THAT(in("[x](https://example.org/c.md) [m](mailto:a@example.org)\n"), IsEmpty());
  EXPECT_THAT(in("```\n[c](c.md) and `sim/none.cpp`\n```\n"), IsEmpty());
}

TEST(LinkRule, FindsPathsInBackticksThatDoNotExist) {
  EXPECT_THAT(rules_found(in("`sim/base/check.hpp` and `sim/base/none.hpp`\n")),
              ElementsAre("1: a path that does not exist: sim/base/none.hpp"));
  EXPECT_THAT(in("`sim/base/check`, `a/b`, `sim/*.cpp`, `results/x`, `build/release/loadstone`\n"), IsEmpty());
}

}  // namespace
}  // namespace loadstone::tidy
