// The printed JSON Schemas: an independent validator accepts with them what loadstone accepts, finds typing mistakes,
// and no top-level key is missing.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string schema_file(const std::string& what) {
  const CommandResult printed = loadstone({"schema", what});
  EXPECT_EQ(printed.exit_code, 0);
  return file(what + ".schema.json", printed.out);
}

// Whether Python's jsonschema, which knows nothing of loadstone, accepts all files.
bool accepts(const std::string& schema, const std::vector<std::string>& files) {
  // editors read YAML 1.2, which has no timestamps
  const std::string program = file("validate.py", R"(
import json, sys, yaml, jsonschema
class Loader(yaml.SafeLoader): pass
Loader.yaml_implicit_resolvers = {
    first: [r for r in resolvers if r[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
check = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
wrong = [f for f in sys.argv[2:] for e in check.iter_errors(yaml.load(open(f), Loader))]
sys.exit(1 if wrong else 0)
)");
  std::string command = "python3 '" + program + "' '" + schema + "'";
  for (const std::string& one : files) {
    command += " '" + one + "'";
  }
  return std::system(command.c_str()) == 0;
}

std::vector<std::string> shipped(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/" + folder)) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path().string());
    }
  }
  return files;
}

TEST(Schema, EveryShippedFileFits) {
  EXPECT_TRUE(accepts(schema_file("topology"), shipped("topologies")));
  EXPECT_TRUE(accepts(schema_file("workload"), shipped("workloads")));
}

TEST(Schema, EffectiveFilesFitToo) {
  for (const std::string& topology : shipped("topologies")) {
    EXPECT_TRUE(accepts(schema_file("topology"), {file("e.yaml", loadstone({"explain", topology}).out)})) << topology;
  }
}

TEST(Schema, TypingMistakesDoNotFit) {
  const std::string schema = schema_file("topology");
  const std::string begin = "topology: t\nflows: {f: {steps: [{visit: a}]}}\nresources: ";
  EXPECT_TRUE(accepts(schema, {file("ok.yaml", begin + "{a: {kind: station, service: 1ms}}\n")}));
  EXPECT_FALSE(accepts(schema, {file("k.yaml", begin + "{a: {kind: station, servcie: 1ms}}\n")}));
  EXPECT_FALSE(accepts(schema, {file("n.yaml", begin + "{a: {kind: statoin, service: 1ms}}\n")}));
  EXPECT_FALSE(accepts(schema, {file("v.yaml", "topology: t\nflows: {f: {steps: [{visti: a}]}}\n")}));
  EXPECT_FALSE(accepts(schema, {file("t.yaml", "topology: t\nflwos: {}\n")}));
  EXPECT_FALSE(accepts(schema_file("workload"),
                       {file("w.yaml", "workload: w\nscenarios: {s: {executor: constant-vus, exec: f, vsu: 3}}\n")}));
}

// "expected one of: a, b, c" of an unknown top-level key names what validation knows.
TEST(Schema, TopLevelKeysAreThoseOfValidation) {
  for (const char* what : {"topology", "workload", "experiment"}) {
    const std::string text = loadstone({"validate", file("x.yaml", std::string(what) + ": x\nzzzzz: 1\n")}).err;
    const std::size_t at = text.find("expected one of: ");
    ASSERT_NE(at, std::string::npos) << text;
    const Json properties = Json::parse(loadstone({"schema", what}).out)["properties"];
    std::istringstream names(text.substr(at + 17, text.find('\n', at) - at - 17));
    std::size_t count = 0;
    for (std::string name; std::getline(names >> std::ws, name, ',');) {
      EXPECT_TRUE(properties.contains(name)) << what << ": " << name;
      ++count;
    }
    EXPECT_GE(count, 8U);
  }
}

}  // namespace
}  // namespace loadstone::test
