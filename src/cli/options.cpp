#include "src/cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <variant>

#include "sim/expression/quantity.hpp"
#include "src/cli/exit_code.hpp"
#include "src/load/side_file.hpp"
#include "src/remote/process_engine.hpp"
#include "src/store/key.hpp"

namespace loadstone::cli {

namespace {

// Of every command that simulates.
void add_runs(CLI::App& app, Options& options) {
  app.add_option("--seed", options.seed, "Of all random draws.")->check(CLI::NonNegativeNumber);
  app.add_option("--replications", options.replications, "Independent runs, for confidence intervals.")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100000}));
  app.add_option("--threads", options.threads, "Runs at a time; 0: one for each core. Never changes a result.")
      ->check(CLI::Range(0U, 1024U));
  app.add_option("--engine", options.engine, "native, or simgrid: the same model on SimGrid, to compare.")
      ->check(CLI::IsMember({"native", "simgrid"}))
      ->type_name("ENGINE");
  app.add_option("--platform", options.platform,
                 "With --engine simgrid: a platform of SimGrid's whose network carries the transfers.")
      ->type_name("FILE.xml");
  app.add_flag("--json", options.json, "One JSON document on standard output.");
  app.add_flag("--quiet", options.quiet, "Only the verdict; no progress.");
  app.add_flag("--verbose", options.verbose, "Logs what is done, to standard error.");
}

// A number as files have it: "2%" becomes 0.02, a bare number is a share already.
CLI::Validator share() {
  return {[](std::string& text) {
            const auto parsed = parse_quantity(text);
            const auto* quantity = std::get_if<Quantity>(&parsed);
            if (quantity == nullptr || quantity->dim != kNumber) {
              return "expected a share such as 2% or 0.02, got '" + text + "'";
            }
            text = fmt::format("{}", quantity->value);
            return std::string();
          },
          "SHARE", "share"};
}

void add_common(CLI::App& app, Options& options, std::vector<std::string>& sets) {
  app.add_option("--set", sets, "Set a parameter: name=value. May be given again.")->type_name("NAME=VALUE");
  app.add_option("--load", options.load, "Multiplies every rate and number of users.")->check(CLI::Range(1e-9, 1e9));
  add_runs(app, options);
  app.add_option("--quantiles", options.quantiles, "Further quantiles, comma-separated: 0.05,0.999.")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1.0));
}

constexpr std::size_t kMostShards = 100'000;

void add_out(CLI::App& app, Options& options, const char* what = "A new directory for result files.") {
  app.add_option("--out", options.out, what)->type_name("DIR");
}

void add_search(CLI::App& app, Options& options) {
  app.add_option("--from", options.from, "Where the search starts.")->check(CLI::PositiveNumber);
  app.add_option("--to", options.to, "Where it ends.")->check(CLI::PositiveNumber);
  app.add_option("--depth", options.depth, "How many resources are found, each after those before are relieved.")
      ->check(CLI::Range(std::size_t{1}, std::size_t{50}));
}

void add_why(CLI::App& app, Options& options) {
  app.add_option("--why", options.why, "Also what the holders of this resource do, down to the cause.")
      ->type_name("RESOURCE");
}

bool parse_sets(const std::vector<std::string>& sets, Options& options) {
  for (const std::string& set : sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::cerr << "command line: error: --set needs name=value, got '" << set << "'\n";
      return false;
    }
    options.set[set.substr(0, equals)] = set.substr(equals + 1);
  }
  return true;
}

// Nothing after an error, which is printed.
std::optional<remote::PlatformFile> read_platform(const std::string& path) {
  Diagnostics diagnostics;
  const auto file = load::open_side_file(path, {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    std::cerr << to_string(diagnostic);
  }
  return file ? std::optional(remote::PlatformFile{path, *file->text}) : std::nullopt;
}

}  // namespace

std::string Options::engine_flags() const {
  return (engine == "native" ? "" : " --engine " + engine) + (platform.empty() ? "" : " --platform " + platform);
}

void Options::apply_engine(load::Inputs& inputs) const {
  inputs.for_another_process = other_engine != nullptr;
  inputs.platform = platform_hosts;
}

bool Options::given(std::string_view flag) const {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return argument == flag || argument.rfind(std::string(flag) + "=", 0) == 0;
  });
}

Parsed parse_command_line(int argc, char** argv) {
  Options options;
  options.arguments.assign(argv + 1, argv + argc);
  std::vector<std::string> sets;
  CLI::App app{"loadstone: what saturates first, at which load, why, and what comes next", "loadstone"};
  app.set_version_flag("--version", std::string("loadstone ") + LOADSTONE_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);

  CLI::App* run = app.add_subcommand("run", "Runs a topology under a workload and says where time goes.");
  run->add_option("files", options.files, "TOPOLOGY WORKLOAD")->required()->expected(2);
  add_common(*run, options, sets);
  add_out(*run, options);
  run->add_option("--precision", options.precision,
                  "More replications until every flow's throughput, mean and p95 are known this well: 2%.")
      ->transform(share())
      ->check(CLI::Range(1e-6, 1.0));
  run->add_option("--max-replications", options.max_replications, "At most so many for --precision.")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100000}))
      ->needs("--precision");
  add_why(*run, options);

  CLI::App* saturate = app.add_subcommand("saturate", "Finds the load at which it breaks, what breaks first, and why.");
  saturate->add_option("files", options.files, "TOPOLOGY WORKLOAD")->required()->expected(2);
  add_common(*saturate, options, sets);
  add_out(*saturate, options);
  saturate->add_option("--axis", options.axis, "What is raised: load, or any numeric parameter.");
  add_search(*saturate, options);
  saturate->add_flag("--profile", options.profile,
                     "The workload as written, with stages, schedules and faults, instead of held at its peak.");
  add_why(*saturate, options);

  CLI::App* compare = app.add_subcommand("compare", "Compares architectures under one workload.");
  compare->add_option("files", options.files, "TOPOLOGY TOPOLOGY... WORKLOAD")->required()->expected(2, 100);
  add_common(*compare, options, sets);
  add_out(*compare, options);
  add_search(*compare, options);

  CLI::App* sweep = app.add_subcommand("sweep", "Runs every point of a grid of parameters.");
  sweep->add_option("files", options.files, "EXPERIMENT, or TOPOLOGY WORKLOAD")->required()->expected(1, 2);
  add_common(*sweep, options, sets);
  add_out(*sweep, options, "A directory for rows and the store; one that a sweep made before: goes on there.");
  sweep->add_option("--grid", options.grid, "name=5,10,20 or name=5..80:5. May be given again; all are combined.")
      ->type_name("NAME=VALUES");
  const std::map<std::string, Method> methods{{"run", Method::run}, {"saturate", Method::saturate}};
  sweep->add_option("--method", options.method, "What is done at each point: run or saturate.")
      ->transform(CLI::CheckedTransformer(methods).description(""))
      ->type_name("METHOD");
  sweep->add_option("--axis", options.axis, "With --method saturate: what is raised.");
  add_search(*sweep, options);

  sweep
      ->add_option_function<std::string>(
          "--shard",
          [&options](const std::string& text) {
            char rest = 0;
            if (std::sscanf(text.c_str(), "%zu/%zu%c", &options.shard, &options.shards, &rest) != 2 ||
                options.shard < 1 || options.shard > options.shards || options.shards > kMostShards) {
              throw CLI::ValidationError("--shard", "must be i/n with i from 1 to n, got '" + text + "'");
            }
            --options.shard;
          },
          "Only the i-th of n parts of the work, for job arrays; loadstone merge puts them together.")
      ->type_name("I/N")
      ->needs("--out");

  CLI::App* merge = app.add_subcommand("merge", "Puts the shards of a sweep together.");
  merge->add_option("shards", options.files, "The directories that sweep --shard made")->required()->expected(1, 10000);
  merge->add_option("--out", options.out, "Where all rows go: a new directory, or one of the shards.")
      ->required()
      ->type_name("DIR");

  CLI::App* sensitivity = app.add_subcommand("sensitivity", "Says how much of the answer hangs on guesses.");
  sensitivity->add_option("files", options.files, "TOPOLOGY WORKLOAD")->required()->expected(2);
  add_common(*sensitivity, options, sets);
  add_out(*sensitivity, options);
  sensitivity->add_option("--samples", options.samples, "Points at which all guesses are varied together; 0: none.")
      ->check(CLI::Range(std::size_t{0}, std::size_t{100000}));

  CLI::App* check = app.add_subcommand("check", "Says which claims hold: documents as experiments with expectations.");
  check->add_option("files", options.files, "EXPERIMENT...")->required()->expected(1, 100);
  add_runs(*check, options);
  add_out(*check, options);
  check->add_option("--only", options.only, "Only the claim with this id. May be given again.")->type_name("ID");

  CLI::App* calibrate = app.add_subcommand("calibrate", "Measures how often this program's own answers are right.");
  calibrate->add_option("what", options.files, "coverage, detector, tuning, capacity or pairing")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"coverage", "detector", "tuning", "capacity", "pairing"}));
  calibrate
      ->add_option("--experiments", options.experiments, "For each row; of capacity and pairing the systems, seeds.")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1000000}));
  calibrate->add_option("--seed", options.seed, "Of the first experiment, and of what is drawn.")
      ->check(CLI::NonNegativeNumber);
  calibrate->add_option("--threads", options.threads, "0: as many as there are.");
  calibrate->add_flag("--quiet", options.quiet, "No progress.");

  CLI::App* validate = app.add_subcommand("validate", "Checks files without running anything.");
  validate->add_option("files", options.files, "Topologies, workloads (each is checked with each), experiments")
      ->required()
      ->expected(1, 1000);
  validate->add_option("--set", sets, "Set a parameter: name=value.")->type_name("NAME=VALUE");

  CLI::App* explain = app.add_subcommand("explain", "Prints a file as it takes effect, its guesses and its bounds.");
  explain->add_option("files", options.files, "TOPOLOGY [WORKLOAD], or WORKLOAD")->required()->expected(1, 2);
  explain->add_option("--set", sets, "Set a parameter: name=value.")->type_name("NAME=VALUE");
  explain->add_option("--seed", options.seed, "Of the run that measures the bounds.")->check(CLI::NonNegativeNumber);
  explain->add_flag("--json", options.json, "One JSON document on standard output.");

  CLI::App* schema = app.add_subcommand("schema", "Prints the JSON Schema of a kind of file, for editors.");
  schema->add_option("what", options.files, "topology, workload or experiment")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"topology", "workload", "experiment"}));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {std::nullopt, app.exit(error) == 0 ? kDone : kInvalidInput};
  }
  options.command = app.get_subcommands().front()->get_name();
  if (!parse_sets(sets, options)) {
    return {std::nullopt, kInvalidInput};
  }
  if (!std::isfinite(options.load)) {
    std::cerr << "command line: error: --load must be a finite number\n";
    return {std::nullopt, kInvalidInput};
  }
  if (!options.platform.empty() && options.engine != "simgrid") {
    std::cerr << "command line: error: --platform needs --engine simgrid\n";
    return {std::nullopt, kInvalidInput};
  }
  if (options.engine != "native") {
    std::optional<remote::PlatformFile> platform;
    if (!options.platform.empty()) {
      platform = read_platform(options.platform);
      if (!platform) {
        return {std::nullopt, kInvalidInput};
      }
      options.platform_key = store::key_of(platform->text);
    }
    const auto engine = remote::make_simgrid_engine(std::move(platform));
    if (engine->has_own_network()) {
      options.platform_hosts =
          std::make_shared<const load::PlatformHosts>(load::PlatformHosts{options.platform, engine->host_names()});
    }
    options.other_engine = engine;
  }
  return {std::move(options), kDone};
}

}  // namespace loadstone::cli
