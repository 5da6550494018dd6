// What is emitted reads back to the same tree: every shipped file, and scalars that other programs would quote.
#include "src/load/emit_yaml.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "src/load/overlay.hpp"
#include "tests/support/places.hpp"

namespace loadstone::load {
namespace {

Node read(std::string text) {
  Diagnostics diagnostics;
  const auto document = parse_document(std::move(text), "a.yaml", diagnostics);
  EXPECT_TRUE(diagnostics.ok());
  return document ? document->root() : Node{};
}

void expect_same(const Node& a, const Node& b, const std::string& path) {
  EXPECT_EQ(a.kind, b.kind) << path;
  EXPECT_EQ(a.text, b.text) << path;
  EXPECT_EQ(a.quoted, b.quoted) << path;
  ASSERT_EQ(a.items.size(), b.items.size()) << path;
  ASSERT_EQ(a.entries.size(), b.entries.size()) << path;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    expect_same(a.items[i], b.items[i], path + "." + std::to_string(i));
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    EXPECT_EQ(a.entries[i].key, b.entries[i].key) << path;
    expect_same(a.entries[i].value, b.entries[i].value, path + "." + a.entries[i].key);
  }
}

TEST(EmitYaml, KeepsPlainScalarsPlainAndQuotedOnesQuoted) {
  const Node tree = read(
      "a: $turn_cpu\nb: = ceil(services / 17)\nc: \"= 1\"\nd: lognormal(mean=20ms; cv=0.8)\ne: $0.15/M\nf: 40%\n"
      "g: lognormal(mean=20ms, cv=0.8)\nh: [1, \"2\", 3ms .. 4ms]\ni:\nj: request.a > 3 and request.b ~ 2\n"
      "k: |\n  two\n  lines\n\"p(95)<3\": {}\nl: []\nm: 'it''s'\n\"{x: y}\": [a]\nMaximum Pool Size: 3\n");
  expect_same(read(emit_yaml(tree)), tree, "");
}

TEST(EmitYaml, ReadsBackEveryShippedFile) {
  int files = 0;
  for (const char* folder : {"/topologies", "/workloads"}) {
    for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() + folder)) {
      Diagnostics diagnostics;
      const auto read_back = read_overlaid(entry.path().string(), diagnostics);
      if (entry.path().extension() == ".yaml" && read_back) {
        expect_same(read(emit_yaml(read_back->root)), read_back->root, entry.path().filename().string());
        ++files;
      }
    }
  }
  EXPECT_GE(files, 13);
}

}  // namespace
}  // namespace loadstone::load
