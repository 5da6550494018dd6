// The names that files may catch are those that the page lists.
#include "sim/spec/error_names.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include "tests/support/places.hpp"

namespace loadstone {
namespace {

TEST(ErrorNames, AreThoseOfThePage) {
  std::ifstream page(test::source_dir() + "/docs/reference/errors.md");
  std::vector<std::string> listed;
  for (std::string line; std::getline(page, line);) {
    const std::string begin = "| `";
    if (line.starts_with(begin)) {
      listed.push_back(line.substr(begin.size(), line.find('`', begin.size()) - begin.size()));
    }
  }
  EXPECT_THAT(error_names(), testing::ElementsAreArray(listed));
}

}  // namespace
}  // namespace loadstone
