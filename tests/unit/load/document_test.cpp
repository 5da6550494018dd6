#include "src/load/document.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>

namespace loadstone::load {
namespace {

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + unit.size());
  while (text.size() < bytes) {
    text += unit;
  }
  return text;
}

// Every message with its place, one per line.
std::string errors_of(std::string_view text) {
  Diagnostics diagnostics;
  static_cast<void>(parse_document(text, "f.yaml", diagnostics));
  std::string all;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    all += to_string(diagnostic);
  }
  return all;
}

Node tree(std::string_view text) {
  Diagnostics diagnostics;
  std::optional<Document> document = parse_document(text, "f.yaml", diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << to_string(diagnostics.list()[0]);
  return document ? std::move(*document).take_root() : Node{};
}

// A tree as one line: {a: 1, b: [x, "y"], c: -}.
std::string line(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "-";
    case Node::Kind::scalar:
      return node.quoted ? '"' + node.text + '"' : node.text;
    case Node::Kind::sequence:
      for (const Node& item : node.items) {
        text += (text.empty() ? "" : ", ") + line(item);
      }
      return "[" + text + "]";
    case Node::Kind::mapping:
      for (const Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + ": " + line(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

long peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

TEST(Document, KeepsOrderQuotesAndNulls) {
  EXPECT_EQ(line(tree("b: 1\na: [x, 'y', \"z\"]\nc:\n")), "{b: 1, a: [x, \"y\", \"z\"], c: -}");
  EXPECT_EQ(line(tree("a: it's\nb: 'it''s'\nc: \"q\\\"\"\nd: |\n  lines\n  two\n")),
            "{a: it's, b: \"it's\", c: \"q\"\", d: \"lines\ntwo\n\"}");
  EXPECT_EQ(line(tree("\xEF\xBB\xBF"
                      "a: 1\r\nb: 2\r\n")),
            "{a: 1, b: 2}");
  EXPECT_EQ(line(tree("time: lognormal(mean=20ms, cv=0.8)\nabout: see (below\n")),
            "{time: lognormal(mean=20ms, cv=0.8), about: see (below}");
}

TEST(Document, PlacesCountCharactersFromOne) {
  const Node root = tree("\xC3\xA9: [\xC3\xA9, x]\nb:\n  - 1\nc:\nd: e\n");
  EXPECT_EQ(root.entries[0].place, (Place{"f.yaml", 1, 1}));
  EXPECT_EQ(root.entries[0].value.place, (Place{"f.yaml", 1, 4}));
  EXPECT_EQ(root.entries[0].value.items[1].place, (Place{"f.yaml", 1, 8}));
  EXPECT_EQ(root.entries[1].value.items[0].place, (Place{"f.yaml", 3, 5}));
  EXPECT_EQ(root.entries[2].value.place, (Place{"f.yaml", 4, 1}));  // a missing value: where its key is
}

TEST(Document, AliasesCarryTheirOwnPlace) {
  const Node root = tree("a: &x {b: [1]}\nc: *x\n");
  EXPECT_EQ(line(root), "{a: {b: [1]}, c: {b: [1]}}");
  const Node& copy = root.entries[1].value;
  EXPECT_EQ(copy.place, (Place{"f.yaml", 2, 4}));
  EXPECT_EQ(copy.entries[0].place, copy.place);
  EXPECT_EQ(copy.entries[0].value.items[0].place, copy.place);
}

TEST(Document, RefusesDuplicateKeysNamingBothPlaces) {
  EXPECT_EQ(errors_of("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
            "f.yaml:2:11: error: duplicate key 'c'\n  first at f.yaml:2:5\n"
            "f.yaml:3:1: error: duplicate key 'a'\n  first at f.yaml:1:1\n");
}

TEST(Document, RefusesWhatTheLanguageDoesNotUse) {
  EXPECT_EQ(errors_of("<<: {a: 1}\n"),
            "f.yaml:1:1: error: merge keys ('<<') are not used here\n  use 'extends: FILE' to build on another file\n");
  EXPECT_EQ(errors_of("[a]: 1\n"), "f.yaml:1:1: error: a key is plain text, not a list or a mapping\n");
  EXPECT_EQ(errors_of("a: &x k\n*x : 1\n"), "f.yaml:2:1: error: a key is written out, not taken from an alias\n");
  EXPECT_EQ(errors_of(": 1\n"), "f.yaml:1:1: error: a key is missing before ':'\n");
  EXPECT_EQ(errors_of("a: !!str x\nb: !foo [1]\n"),
            "f.yaml:1:4: error: tag '!!str': tags are not used here; the field decides what a value is\n"
            "f.yaml:2:4: error: tag '!foo': tags are not used here; the field decides what a value is\n");
  EXPECT_EQ(errors_of("a: 1\n---\nb: 2\n"), "f.yaml:2:1: error: a second YAML document begins; a file has one\n");
  EXPECT_EQ(errors_of("{a, b: 1}\n"), "f.yaml:1:2: error: key 'a' is not followed by ':' and a value\n");
  EXPECT_EQ(errors_of("a: 1\nb\n"), "f.yaml:2:1: error: key 'b' is not followed by ':' and a value\n");
}

TEST(Document, ExplainsAValueThatYamlToreAtAComma) {
  const std::string note = "  arguments are separated by ';', as in lognormal(mean=20ms; cv=0.8)\n";
  EXPECT_EQ(
      errors_of("r: {time: lognormal(mean=20ms, cv=0.8), b: 1}\n"),
      "f.yaml:1:11: error: 'lognormal(mean=20ms': '(' without ')': in { } and [ ] YAML ends a value at a comma\n" +
          note);
  EXPECT_EQ(errors_of("r: [uniform(1, 2), 3]\n"),
            "f.yaml:1:5: error: 'uniform(1': '(' without ')': in { } and [ ] YAML ends a value at a comma\n" + note);
  EXPECT_EQ(errors_of("r: {cv=0.8): 1}\n"),
            "f.yaml:1:5: error: key 'cv=0.8)' ends in ')': in { } a comma ends the value before it\n" + note);
  EXPECT_EQ(errors_of("time: exponential(10ms\n"), "f.yaml:1:7: error: 'exponential(10ms': '(' without ')'\n" + note);
  EXPECT_EQ(errors_of("{a: lognormal(mean=20ms; cv=0.8), b: 'x (', \"p(95)\": [\"p(95)<8\"]}\n"), "");
}

TEST(Document, MendsATornValueForTheRestOfValidation) {
  Diagnostics diagnostics;
  const auto document = parse_document("{t: f(a=1, b=2, c=3), l: [u(1, 2), 3]}", "f.yaml", diagnostics);
  ASSERT_TRUE(document);
  EXPECT_EQ(diagnostics.error_count(), 2U);
  EXPECT_EQ(line(document->root()), "{t: f(a=1, b=2, c=3), l: [u(1, 2), 3]}");
}

TEST(Document, RewordsSyntaxErrors) {
  EXPECT_EQ(errors_of("a:\n\tb: 1\n"),
            "f.yaml:2:3: error: YAML syntax: a ':' where no value can begin: check the indentation, and put text that "
            "contains ': ' in quotes\n  the line is indented with a tab; YAML wants spaces\n");
  EXPECT_EQ(
      errors_of("a: {b: 1\n"),
      "f.yaml:2:1: error: YAML syntax: '{' is not closed by '}', or a ',' is missing\n  it opens at f.yaml:1:4\n");
  EXPECT_EQ(errors_of("a: \"x\nb: 2\n"), "f.yaml:1:4: error: the quote \" is never closed\n");
  EXPECT_EQ(errors_of("a: *nobody\n"),
            "f.yaml:1:4: error: YAML syntax: an alias without an anchor of that name before it\n");
  EXPECT_EQ(errors_of("a: @x\n"),
            "f.yaml:1:4: error: YAML syntax: no value begins with this character; put the text in quotes\n");
}

TEST(Document, RefusesWhatIsNotText) {
  EXPECT_EQ(errors_of(""), "f.yaml: error: the file is empty\n");
  EXPECT_EQ(errors_of("# only a comment\n"), "f.yaml: error: the file is empty\n");
  EXPECT_EQ(errors_of("~\n"), "f.yaml: error: the file is empty\n");
  EXPECT_EQ(errors_of(std::string_view("a: \0b", 5)),
            "f.yaml:1:4: error: this is not text: control character U+0000\n");
  EXPECT_EQ(errors_of("a: 1\nb: \xFF\n"), "f.yaml:2:4: error: this is not text: byte 8 is not UTF-8\n");
  EXPECT_EQ(errors_of("\xFF\xFE"
                      "a"),
            "f.yaml:1:1: error: this is not text: byte 0 is not UTF-8\n");
  EXPECT_EQ(errors_of("a: \xED\xA0\x80"), "f.yaml:1:4: error: this is not text: byte 3 is not UTF-8\n");
  EXPECT_EQ(errors_of("a: \xC0\x80"), "f.yaml:1:4: error: this is not text: byte 3 is not UTF-8\n");
  EXPECT_EQ(errors_of("a: \x1B[31m"), "f.yaml:1:4: error: this is not text: control character U+001B\n");
  EXPECT_EQ(errors_of("a: \"\\e\""), "f.yaml:1:4: error: a control character is written as an escape in this text\n");
}

TEST(Document, RefusesFilesThatCannotBeRead) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("loadstone_document_test_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  Diagnostics diagnostics;
  const std::string missing = (folder / "missing.yaml").string();
  EXPECT_FALSE(read_document(missing, diagnostics));
  EXPECT_FALSE(read_document(folder.string(), diagnostics));
  EXPECT_FALSE(read_document("/dev/zero", diagnostics));
  const std::string large = (folder / "large.yaml").string();
  std::ofstream(large) << "a: " << std::string(std::size_t{16} << 20, 'x');
  EXPECT_FALSE(read_document(large, diagnostics));
  ASSERT_EQ(diagnostics.list().size(), 4U);
  EXPECT_EQ(to_string(diagnostics.list()[0]), missing + ": error: no such file\n");
  EXPECT_EQ(diagnostics.list()[1].message, "this is a directory; a file is needed");
  EXPECT_EQ(diagnostics.list()[2].message, "the file is larger than 16 MiB, the most that is read");
  EXPECT_EQ(diagnostics.list()[3].message, "the file is larger than 16 MiB, the most that is read");
  std::filesystem::remove_all(folder);
}

TEST(Document, LimitsNesting) {
  EXPECT_EQ(errors_of(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(errors_of(std::string(65, '[') + std::string(65, ']')),
            "f.yaml:1:65: error: nesting deeper than 64 levels\n");
  std::string block;
  for (int i = 0; i < 65; ++i) {
    block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  }
  EXPECT_EQ(errors_of(block), "f.yaml:65:65: error: nesting deeper than 64 levels\n");
  const std::string forty = std::string(40, '[') + "1" + std::string(40, ']');
  EXPECT_EQ(errors_of("a: &a " + forty + "\nb: " + std::string(40, '[') + "*a" + std::string(40, ']')),
            "f.yaml:2:44: error: nesting deeper than 64 levels, following this alias\n");
  EXPECT_EQ(errors_of("a: &a [*a]"), "f.yaml:1:8: error: an alias stands inside the value that it repeats\n");
}

TEST(Document, EndsTheListOfErrorsSomewhere) {
  Diagnostics diagnostics;
  EXPECT_FALSE(parse_document(repeated("a: 1\n", 10'000), "f.yaml", diagnostics));
  EXPECT_EQ(diagnostics.error_count(), 101U);
  EXPECT_EQ(diagnostics.list().back().message, "too many errors; the rest of the file was not read");
}

std::vector<std::string> hostile_texts() {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  std::vector<std::string> texts;
  for (const std::string_view unit : {"[",    "{",    "- ",  "? ",  "&a ", "*a ", "!a ", "\"",   "---\n",  ": ", "[],",
                                      "{a: ", "a: {", "[a,", "- [", "|\n", ", ",  "]",   "- ? ", "a: 1\n", "a\n"}) {
    texts.push_back(repeated(unit, kMiB));
  }
  texts.push_back("[" + repeated("1,", 15 * kMiB) + "1]");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(alias + ",", 10 * alias.size()) + "]\n";
  }
  texts.push_back(bomb);
  texts.push_back("a: &a " + std::string(kMiB, 'x') + "\nb: [" + repeated("*a,", 3'000) + "]\n");
  std::string nested = "1";
  for (int i = 0; i < 60; ++i) {
    nested = "&n" + std::to_string(i) + " [" + nested + "]";
  }
  texts.push_back("a: " + nested + "\nb: [" + repeated("*n0,", 60'000) + "]\n" + "c: &c [" + repeated("[1],", 60'000) +
                  "]\n" + "d: [" + repeated("*c,", 300) + "]\n");
  return texts;
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr long kMostMib = 800;  // a sanitizer keeps books on every byte
#else
constexpr long kMostMib = 200;
#endif

TEST(Document, HostileTextsCostLittle) {
  for (const std::string& text : hostile_texts()) {
    const long before = peak_mib();
    const std::clock_t start = std::clock();  // the processor's time: others may have the machine meanwhile
    Diagnostics diagnostics;
    static_cast<void>(parse_document(text, "f.yaml", diagnostics));
    EXPECT_FALSE(diagnostics.ok() && text[0] != 'a') << text.substr(0, 40);
    EXPECT_LT(peak_mib() - before, kMostMib) << text.substr(0, 40);
    EXPECT_LT(std::clock() - start, 20 * CLOCKS_PER_SEC) << text.substr(0, 40);
  }
}

TEST(Document, AliasBombIsRefused) {
  const std::vector<std::string> texts = hostile_texts();
  EXPECT_NE(errors_of(texts[texts.size() - 3]).find("more than 1,000,000 values"), std::string::npos);
  EXPECT_NE(errors_of(texts[texts.size() - 2]).find("more than 64 MiB of text"), std::string::npos);
  EXPECT_NE(errors_of(texts[texts.size() - 1]).find("more than 1,000,000 values"), std::string::npos);
  EXPECT_NE(errors_of(repeated("[", 1 << 20)).find("nesting deeper than 64 levels"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::load
