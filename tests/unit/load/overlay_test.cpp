#include "src/load/overlay.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace loadstone::load {
namespace {

std::string line(const Node& node) {
  std::string text;
  for (const Entry& entry : node.entries) {
    text += (text.empty() ? "" : ", ") + entry.key + ": " + line(entry.value);
  }
  for (const Node& item : node.items) {
    text += (text.empty() ? "" : ", ") + line(item);
  }
  if (node.is_mapping() || node.is_sequence()) {
    return (node.is_mapping() ? "{" : "[") + text + (node.is_mapping() ? "}" : "]");
  }
  return node.is_null() ? "-" : node.text;
}

Node tree(std::string_view text, const std::string& name) {
  Diagnostics diagnostics;
  std::optional<Document> document = parse_document(text, name, diagnostics);
  EXPECT_TRUE(document && diagnostics.ok()) << text;
  return document ? std::move(*document).take_root() : Node{};
}

// The merged tree and the errors.
std::string merged(std::string_view base, std::string_view over) {
  Diagnostics diagnostics;
  std::string text = line(merge(tree(base, "base.yaml"), tree(over, "over.yaml"), diagnostics));
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    text += "\n" + to_string(diagnostic);
  }
  return text;
}

TEST(Overlay, MergesMappingsReplacesListsAndDeletes) {
  EXPECT_EQ(merged("{a: 1, b: {c: 2, d: 3}, e: [1, 2], f: 9}", "{g: 7, b: {d: 4, h: 5}, e: [3], a: ~}"),
            "{b: {c: 2, d: 4, h: 5}, e: [3], f: 9, g: 7}");
  EXPECT_EQ(merged("{a: {b: 1}}", "{a: 5}"), "{a: 5}");
  EXPECT_EQ(merged("{a: 5}", "{a: {b: 1}}"), "{a: {b: 1}}");
  EXPECT_EQ(merged("{a: [1]}", "{a: [~]}"), "{a: [-]}");
}

TEST(Overlay, RefusesToDeleteWhatIsNotThere) {
  EXPECT_EQ(merged("{alpha: 1}", "{alpa: ~}"),
            "{alpha: 1}\nover.yaml:1:2: error: 'alpa' is null, which deletes it, but the base has no 'alpa' here\n"
            "  expected one of: alpha\n  did you mean 'alpha'?\n");
  EXPECT_EQ(merged("{a: 1}", "{b: {c: ~, d: 1}}"),
            "{a: 1, b: {d: 1}}\nover.yaml:1:6: error: 'c' is null, which deletes it, but the base has no 'c' here\n"
            "  nothing is allowed here\n");
}

TEST(Overlay, ReplacesAResourceOfAnotherKindOrEngine) {
  const std::string_view base =
      "{resources: {db: {kind: postgres, host: vps, cpu: 1}, llm: {kind: llm, engine: hosted, rpm: 5}}}";
  EXPECT_EQ(merged(base, "{resources: {db: {kind: station, servers: 2}}}"),
            "{resources: {db: {kind: station, servers: 2}, llm: {kind: llm, engine: hosted, rpm: 5}}}");
  EXPECT_EQ(merged(base, "{resources: {llm: {engine: vllm, slots: 4}}}"),
            "{resources: {db: {kind: postgres, host: vps, cpu: 1}, llm: {kind: llm, engine: vllm, slots: 4}}}");
  EXPECT_EQ(merged(base, "{resources: {db: {kind: postgres, cpu: 2}}}"),
            "{resources: {db: {kind: postgres, host: vps, cpu: 2}, llm: {kind: llm, engine: hosted, rpm: 5}}}");
  EXPECT_EQ(merged("{flows: {a: {kind: x, b: 1}}}", "{flows: {a: {kind: y}}}"), "{flows: {a: {kind: y, b: 1}}}");
}

TEST(Overlay, APlainScalarReplacesAnAnnotatedValueAndClearsItsSource) {
  const std::string_view base = "{params: {n: {value: 20, status: documented, source: S, about: A}}}";
  EXPECT_EQ(merged(base, "{params: {n: 40}}"), "{params: {n: {value: 40, status: documented, about: A}}}");
  EXPECT_EQ(merged(base, "{params: {n: {value: 40}}}"), "{params: {n: {value: 40, status: documented, about: A}}}");
  EXPECT_EQ(merged(base, "{params: {n: {value: 40, source: T}}}"),
            "{params: {n: {value: 40, status: documented, source: T, about: A}}}");
  EXPECT_EQ(merged(base, "{params: {n: {range: x2}}}"),
            "{params: {n: {value: 20, status: documented, source: S, about: A, range: x2}}}");
  EXPECT_EQ(merged("{p: {value: 1, other: 2}}", "{p: 3}"), "{p: 3}");
}

TEST(Overlay, KeepsThePlaceOfTheFileANodeCameFrom) {
  Diagnostics diagnostics;
  const Node root =
      merge(tree("a: 1\nb: {c: 2, d: 3}\n", "base.yaml"), tree("\nb: {d: 4}\n", "over.yaml"), diagnostics);
  EXPECT_EQ(root.find("a")->place, (Place{"base.yaml", 1, 4}));
  EXPECT_EQ(root.find("b")->find("c")->place, (Place{"base.yaml", 2, 8}));
  EXPECT_EQ(root.find("b")->find("d")->place, (Place{"over.yaml", 2, 8}));
}

class OverlayFiles : public testing::Test {
 protected:
  OverlayFiles()
      : folder_(std::filesystem::path(testing::TempDir()) / ("loadstone_overlay_test_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "sub");
  }
  ~OverlayFiles() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  // The merged tree, or the first message.
  std::string read(const std::string& path) {
    Diagnostics diagnostics;
    const std::optional<Overlaid> overlaid = read_overlaid(path, diagnostics);
    files_ = overlaid ? overlaid->files.size() : 0;
    return diagnostics.ok() && overlaid ? line(overlaid->root) : diagnostics.list().at(0).message;
  }

  std::filesystem::path folder_;
  std::size_t files_ = 0;
};

TEST_F(OverlayFiles, FollowsExtendsRelativeToEachFile) {
  write("base.yaml", "a: 1\nb: 2\nc: 3\n");
  write("sub/middle.yaml", "extends: ../base.yaml\nb: 4\n");
  EXPECT_EQ(read(write("top.yaml", "extends: sub/middle.yaml\nc: ~\n")), "{a: 1, b: 4}");
  EXPECT_EQ(files_, 3U);
  EXPECT_EQ(read(write("plain.yaml", "a: 1\n")), "{a: 1}");
  EXPECT_EQ(files_, 1U);
}

TEST_F(OverlayFiles, RefusesCyclesMissingBasesAndLongChains) {
  const std::string a = write("a.yaml", "extends: sub/b.yaml\n");
  write("sub/b.yaml", "extends: ../sub/../a.yaml\n");
  EXPECT_EQ(read(a), "extends: '" + a + "' extends itself");
  EXPECT_EQ(read(write("m.yaml", "extends: none.yaml\n")),
            "extends: no such file '" + (folder_ / "none.yaml").string() + "'");
  EXPECT_EQ(read(write("l.yaml", "extends: [a]\n")), "extends: the name of one file is needed, found a list");
  write("0.yaml", "x: 1\n");
  for (int i = 1; i < 9; ++i) {
    write(std::to_string(i) + ".yaml", "extends: " + std::to_string(i - 1) + ".yaml\n");
  }
  EXPECT_EQ(read((folder_ / "7.yaml").string()), "{x: 1}");
  EXPECT_EQ(read((folder_ / "8.yaml").string()), "extends: more than 8 files deep");
}

TEST_F(OverlayFiles, RefusesABaseThatIsNotAMapping) {
  write("list.yaml", "[1]\n");
  EXPECT_EQ(read(write("top.yaml", "extends: list.yaml\n")), "a mapping is needed, found a list");
  write("broken.yaml", "a: [\n");
  EXPECT_NE(read(write("top2.yaml", "extends: broken.yaml\n")).find("YAML syntax"), std::string::npos);
}

}  // namespace
}  // namespace loadstone::load
