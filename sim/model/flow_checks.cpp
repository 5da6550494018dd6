// What is wrong with flows together: calls that lead back, and releases of what nobody took.
#include <algorithm>

#include "sim/engine/scopes.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

using Awaited = std::map<std::string, std::vector<Reference>>;

// The shortest way by calls from `from` to `to`, both included; empty if there is none.
std::vector<std::string> way(const Awaited& awaited, const std::string& from, const std::string& to) {
  std::vector<std::vector<std::string>> ways{{from}};
  std::set<std::string, std::less<>> seen{from};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const std::vector<std::string> here = ways[i];
    if (here.back() == to) {
      return here;
    }
    const auto next = awaited.find(here.back());
    if (next == awaited.end()) {
      continue;
    }
    for (const Reference& flow : next->second) {
      if (seen.insert(flow.name).second) {
        ways.push_back(here);
        ways.back().push_back(flow.name);
      }
    }
  }
  return {};
}

}  // namespace

void ModelBuilder::check_call_cycles() {
  for (const auto& [caller, flows] : awaited_) {
    for (const Reference& flow : flows) {
      const std::vector<std::string> cycle = way(awaited_, flow.name, caller);
      const bool told_already =
          std::any_of(cycle.begin(), cycle.end(), [&, &first = caller](const auto& name) { return name < first; });
      if (cycle.empty() || told_already) {
        continue;
      }
      std::string text = caller;
      for (const std::string& name : cycle) {
        text += " -> " + name;
      }
      diagnostics_.error(flow.place, "flow '" + caller + "': calls lead back to where they began: " + text,
                         {"a flow that goes on as another uses 'goto', one that starts another uses 'spawn'"});
    }
  }
}

// A flow that another one calls or goes on as may give back what that one took; at run time it is seen whether it has.
void ModelBuilder::check_foreign_releases() {
  for (const auto& [flow, released] : foreign_) {
    const bool is_reached = std::any_of(calls_.begin(), calls_.end(), [&, &name = flow->name](const auto& call) {
      return call.second.first == name && model_.program[call.first].execute != &op_jump;
    });
    if (!is_reached) {
      diagnostics_.error(released.place,
                         "flow '" + flow->name + "': 'release' of '" + released.name + "', which is not held here",
                         {"every 'release' needs an 'acquire' before it, on every way that leads to it"});
    }
  }
}

}  // namespace loadstone
