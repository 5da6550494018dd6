// tests/tidy/source_tree.hpp
//
// The project's files as lines, a view of C++ without comments and literals, and findings as "file:line: rule".
// Every rule of tests/tidy is a function from a SourceFile to findings, so that it can be tried on a made-up file.
//
// Not.  No parsing of C++: the rules are heuristics over lines, strict enough for the style of this project.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/places.hpp"

namespace loadstone::tidy {

struct SourceFile {
  std::string path;  // from the project's root, with '/'
  std::string text;
};

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1
  std::string rule;
};

using Findings = std::vector<Finding>;

inline std::string to_string(const Finding& finding) {
  return finding.path + ':' + std::to_string(finding.line) + ": " + finding.rule;
}

inline bool in_folder(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

inline bool is_header(const SourceFile& file) {
  return file.path.ends_with(".hpp");
}

// The text's lines without their ends; a last line without an end counts.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

inline std::size_t line_at(std::string_view text, std::size_t position) {
  return 1 +
         static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

inline bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Where the literal that opens at `quote` (a '"') ends, one past it; raw literals are known by the R before them.
inline std::size_t string_end(std::string_view text, std::size_t quote) {
  if (quote > 0 && text[quote - 1] == 'R') {
    const std::size_t open = text.find('(', quote);
    const std::string close = ')' + std::string(text.substr(quote + 1, open - quote - 1)) + '"';
    const std::size_t end = open == std::string_view::npos ? open : text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  for (std::size_t at = quote + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == text[quote] || text[at] == '\n') {
      return at + 1;
    }
  }
  return text.size();
}

// C++ text with every comment and the inside of every literal replaced by blanks; positions and lines stay.
// An #include keeps its file name.
inline std::string code_only(std::string_view text) {
  std::string code(text);
  const auto blank = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < std::min(end, code.size()); ++i) {
      code[i] = code[i] == '\n' ? '\n' : ' ';
    }
  };
  bool include_line = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at == 0 || text[at - 1] == '\n') {
      include_line = text.substr(at).starts_with("#include");
    }
    std::size_t end = at;
    if (text.substr(at).starts_with("//")) {
      end = std::min(text.find('\n', at), text.size());
      blank(at, end);
    } else if (text.substr(at).starts_with("/*")) {
      const std::size_t close = text.find("*/", at + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
      blank(at, end);
    } else if ((text[at] == '"' && !include_line) ||
               (text[at] == '\'' && (at == 0 || !is_word_character(text[at - 1])))) {  // not a digit separator
      end = string_end(text, at);
      blank(at + 1, end - 1);
    }
    at = end > at ? end - 1 : at;
  }
  return code;
}

// Positions in `text` where `word` stands and is not part of a longer word.
inline std::vector<std::size_t> find_words(std::string_view text, std::string_view word) {
  std::vector<std::size_t> found;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts = at == 0 || !is_word_character(word.front()) || !is_word_character(text[at - 1]);
    const bool ends = end == text.size() || !is_word_character(word.back()) || !is_word_character(text[end]);
    if (starts && ends) {
      found.push_back(at);
    }
  }
  return found;
}

// The project's files that end in one of `endings`, sorted by path; build trees, results and hidden folders are none,
// but .ci is.
inline std::vector<SourceFile> project_files(const std::vector<std::string_view>& endings) {
  namespace fs = std::filesystem;
  const fs::path root(test::source_dir());
  const auto skipped = [&](const fs::path& folder) {
    const std::string name = folder.filename().string();
    const bool at_root = folder.parent_path() == root;
    return (name.starts_with('.') && name != ".ci") || name == "__pycache__" ||
           (at_root && (name == "build" || name == "results"));
  };
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && skipped(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      const std::string name = entry->path().filename().string();
      if (std::any_of(endings.begin(), endings.end(),
                      [&](std::string_view ending) { return name.ends_with(ending); })) {
        std::ostringstream text;
        text << std::ifstream(entry->path(), std::ios::binary).rdbuf();
        files.push_back({fs::relative(entry->path(), root).generic_string(), text.str()});
      }
    }
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

inline std::vector<SourceFile> cpp_files() {
  return project_files({".cpp", ".hpp"});
}

// Runs a rule over files and fails with one line per finding.
template <typename Rule>
void expect_clean(const std::vector<SourceFile>& files, Rule rule) {
  ASSERT_FALSE(files.empty()) << "the rule looked at nothing";
  std::string report;
  for (const SourceFile& file : files) {
    for (const Finding& finding : rule(file)) {
      report += to_string(finding) + '\n';
    }
  }
  EXPECT_TRUE(report.empty()) << report;
}

// "line: rule" of each finding: what a test of a rule compares.
inline std::vector<std::string> rules_found(const Findings& findings) {
  std::vector<std::string> texts;
  for (const Finding& finding : findings) {
    texts.push_back(std::to_string(finding.line) + ": " + finding.rule);
  }
  return texts;
}

}  // namespace loadstone::tidy
