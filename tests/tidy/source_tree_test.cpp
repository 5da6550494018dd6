// What the rules of this folder stand on.
#include "tests/tidy/source_tree.hpp"

#include <gmock/gmock.h>

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CodeOnly, BlanksCommentsAndKeepsPositions) {
  EXPECT_EQ(code_only("a; // b\nc"), "a;     \nc");
  EXPECT_EQ(code_only("a /* b\n c */ d"), "a     \n      d");
  EXPECT_EQ(code_only("a /* b"), "a     ");
}

TEST(CodeOnly, BlanksTheInsideOfLiterals) {
  EXPECT_EQ(code_only(R"(f("x // \" y", 'z');)"), R"(f("         ", ' ');)");
  EXPECT_EQ(code_only("f(R\"x(a \" b)x\", c)"), "f(R\"         \", c)");
}

TEST(CodeOnly, KeepsDigitSeparatorsAndIncludes) {
  EXPECT_EQ(code_only("n = 1'000 + a;"), "n = 1'000 + a;");
  EXPECT_EQ(code_only("#include \"sim/a.hpp\"\n"), "#include \"sim/a.hpp\"\n");
}

TEST(FindWords, LeavesOutPartsOfLongerWords) {
  EXPECT_THAT(find_words("rand brand rand_ (rand)", "rand"), ElementsAre(0, 18));
  EXPECT_THAT(find_words("std::rand(x)", "rand("), ElementsAre(5));
  EXPECT_THAT(find_words("", "rand"), IsEmpty());
}

TEST(SourceTree, HoldsThisFileAndNoBuildTree) {
  const std::vector<SourceFile> files = cpp_files();
  const auto has = [&](std::string_view path) {
    return std::any_of(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == path; });
  };
  EXPECT_TRUE(has("tests/tidy/source_tree_test.cpp"));
  EXPECT_TRUE(has("sim/base/check.hpp"));
  EXPECT_FALSE(std::any_of(files.begin(), files.end(), [](const SourceFile& f) { return in_folder(f.path, "build"); }));
}

TEST(SourceTree, CountsLinesFromOne) {
  EXPECT_EQ(line_at("a\nb", 0), 1U);
  EXPECT_EQ(line_at("a\nb", 2), 2U);
  EXPECT_THAT(lines_of("a\n\nb"), ElementsAre("a", "", "b"));
}

}  // namespace
}  // namespace loadstone::tidy
