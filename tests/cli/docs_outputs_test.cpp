// What a page says that a command prints is what it prints. A block
//
//   ```console
//   $ loadstone run shop.yaml shoppers.yaml
//   NOTHING SATURATES ...
//   ```
//
// is run on the files that the page has shown so far (a topology called `shop` is shop.yaml), else on those of the
// README, else on the project's own; a last line `...` stands for the rest. With LOADSTONE_UPDATE_DOCS=1 in the
// environment the pages are rewritten instead.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"
#include "tests/tidy/source_tree.hpp"

namespace loadstone::test {
namespace {

using tidy::lines_of;

constexpr const char* kPrompt = "$ loadstone ";

// The files that a page has shown, by name.
using Files = std::map<std::string, std::string>;

// "topology: shop" as the first line of a block makes it shop.yaml.
std::string file_name_of(const std::string& first_line) {
  for (const std::string key : {"topology: ", "workload: ", "experiment: "}) {
    if (first_line.starts_with(key)) {
      return first_line.substr(key.size()) + ".yaml";
    }
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// What the command prints, with files under the names that the page gives them.
std::string output_of(const std::string& command, const Files& files) {
  std::vector<std::string> arguments;
  std::istringstream words(command.substr(std::string(kPrompt).size()));
  std::map<std::string, std::string> paths;  // by name; all of them, since one may name others
  for (const auto& [name, content] : files) {
    paths[name] = file(name, content);
  }
  std::map<std::string, std::string> names;  // of paths
  for (std::string word; words >> word;) {
    if (const auto shown = paths.find(word); shown != paths.end()) {
      names[shown->second] = word;
      word = shown->second;
    } else if (word.ends_with(".yaml")) {
      names[source_dir() + "/" + word] = word;
      word = source_dir() + "/" + word;
    }
    arguments.push_back(word);
  }
  const CommandResult result = loadstone(arguments);
  std::string text = result.err + result.out;
  for (const auto& [path, name] : names) {
    text = replaced(text, path, name);
  }
  return text;
}

struct Page {
  std::string text;  // as it should be
  Files files;
};

// The page with every console block as its command prints it now.
Page played(const std::string& text, Files files) {
  Page page;
  page.files = std::move(files);
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    page.text += lines[i] + '\n';
    if (!lines[i].starts_with("```") || lines[i] == "```") {
      continue;
    }
    std::size_t end = i + 1;
    std::string block;
    for (; end < lines.size() && lines[end] != "```"; ++end) {
      block += lines[end] + '\n';
    }
    if (lines[i].starts_with("```yaml ") && !file_name_of(lines[i + 1]).empty()) {
      page.files[file_name_of(lines[i + 1])] = block;
    } else if (lines[i] == "```console" && lines[i + 1].starts_with(kPrompt)) {
      std::string printed = output_of(lines[i + 1], page.files);
      if (lines[end - 1] == "...") {
        const std::size_t shown = end - i - 3;  // without command and ellipsis
        std::size_t at = 0;
        for (std::size_t line = 0; line < shown && at != std::string::npos; ++line) {
          at = printed.find('\n', at) + 1;
        }
        printed = printed.substr(0, at) + "...\n";
      }
      block = lines[i + 1] + '\n' + printed;
    }
    page.text += block;
    i = end - 1;
  }
  return page;
}

TEST(DocsOutputs, AreWhatCommandsPrint) {
  const bool update = std::getenv("LOADSTONE_UPDATE_DOCS") != nullptr;
  std::vector<tidy::SourceFile> pages = tidy::project_files({".md"});
  std::erase_if(pages,
                [](const auto& page) { return page.path != "README.md" && !tidy::in_folder(page.path, "docs"); });
  const auto readme =
      std::find_if(pages.begin(), pages.end(), [](const auto& page) { return page.path == "README.md"; });
  ASSERT_NE(readme, pages.end());
  std::iter_swap(pages.begin(), readme);
  Files shown_in_readme;
  for (const tidy::SourceFile& page : pages) {
    const Page should = played(page.text, shown_in_readme);
    if (page.path == "README.md") {
      shown_in_readme = should.files;
    }
    if (update) {
      std::ofstream(source_dir() + "/" + page.path, std::ios::binary) << should.text;
    } else {
      EXPECT_EQ(page.text, should.text) << page.path << " (LOADSTONE_UPDATE_DOCS=1 rewrites it)";
    }
  }
}

}  // namespace
}  // namespace loadstone::test
