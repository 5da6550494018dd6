// A file over its limit is two files: the finding says which limit, the split is up to the writer.
#include <gmock/gmock.h>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Limit {
  std::size_t lines;
  std::string_view of;
};

Limit limit_of(const SourceFile& file) {
  if (in_folder(file.path, "tests")) {
    return {500, "a test"};
  }
  return is_header(file) ? Limit{200, "a header"} : Limit{400, "a source"};
}

Findings too_long(const SourceFile& file) {
  const Limit limit = limit_of(file);
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= limit.lines) {
    return {};
  }
  return {{file.path, lines, std::string(limit.of) + " has at most " + std::to_string(limit.lines) + " lines"}};
}

std::string some_lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += "x\n";
  }
  return text;
}

TEST(Size, EveryFileKeepsItsLimit) {
  expect_clean(cpp_files(), too_long);
}

TEST(SizeRule, DiffersForSourcesHeadersAndTests) {
  EXPECT_THAT(too_long({"sim/a.cpp", some_lines(400)}), IsEmpty());
  EXPECT_THAT(rules_found(too_long({"sim/a.cpp", some_lines(401)})),
              ElementsAre("401: a source has at most 400 lines"));
  EXPECT_THAT(too_long({"src/a.hpp", some_lines(200)}), IsEmpty());
  EXPECT_THAT(rules_found(too_long({"src/a.hpp", some_lines(201)})),
              ElementsAre("201: a header has at most 200 lines"));
  EXPECT_THAT(too_long({"tests/a.hpp", some_lines(500)}), IsEmpty());
  EXPECT_THAT(rules_found(too_long({"tests/a.cpp", some_lines(501)})),
              ElementsAre("501: a test has at most 500 lines"));
}

}  // namespace
}  // namespace loadstone::tidy
