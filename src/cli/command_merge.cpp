// loadstone merge --out DIR SHARD...
#include <fmt/format.h>

#include "src/cli/command_support.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/output.hpp"
#include "src/store/store.hpp"

namespace loadstone::cli {

int command_merge(const Options& options) {
  Output output(options, store::kFileName);
  store::Store store(output.directory()->path_of(store::kFileName));
  for (const std::string& shard : options.files) {
    store.merge(shard + "/" + store::kFileName);
  }
  report::OutFile rows(output.directory()->path_of("rows.csv"));
  std::size_t count = 0;
  store.write_rows([&](const std::string& line) {
    rows.add(line);
    ++count;
  });
  rows.commit();
  output.finish();
  const report::SweepPlan plan = *store.plan();
  const std::size_t of = plan.points.size() * (plan.method == Method::saturate ? 1 : plan.replications);
  return print(fmt::format("{} of {} rows are in {}/rows.csv\n", count - 1, of, options.out)) ? kDone : kFailed;
}

}  // namespace loadstone::cli
