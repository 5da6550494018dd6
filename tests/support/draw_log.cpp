#include "tests/support/draw_log.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone::test {

namespace {

struct Recording {
  std::vector<Op> real;  // the program as it was
  DrawLog log;
};

constexpr std::uint8_t kVisits = 1;  // Wait::mode of who has come to a Station for a service

thread_local Recording* recording = nullptr;

Progress execute_and_note(Simulation& simulation, Request& request, const Op& op) {
  const Op& real = recording->real[static_cast<std::size_t>(&op - simulation.model().program.data())];
  DrawLog& log = recording->log;
  const Key key = request.key;
  if (log.arrived_ns.emplace(key, request.arrived.ns).second) {
    log.attributes.emplace(key, request.attributes);
  }
  LoggedDraw drawn{request.draws, -1};
  const Progress progress = real.execute(simulation, request, op);
  if (progress == Progress::waits && request.wait.mode == kVisits &&
      (request.served_by != nullptr || request.wait.at != nullptr)) {
    drawn.work_ns = request.wait.work;
  }
  if (real.site != 0) {
    log.draws[{key, real.site}].push_back(drawn);
  }
  return progress;
}

template <class Visit>
void for_each_common(const DrawLog& a, const DrawLog& b, Visit visit) {
  for (const auto& [at, draws] : a.draws) {
    const auto other = b.draws.find(at);
    if (other != b.draws.end()) {
      visit(at, draws, other->second);
    }
  }
}

}  // namespace

DrawLog log_draws(load::Loaded loaded, const RunSettings& settings) {
  Recording own{loaded.model.program, {}};
  recording = &own;
  for (Op& op : loaded.model.program) {
    op.execute = &execute_and_note;
  }
  static_cast<void>(run_once(loaded, settings));
  recording = nullptr;
  return std::move(own.log);
}

std::string difference(const DrawLog& a, const DrawLog& b) {
  std::string found;
  for_each_common(a, b, [&](const auto& at, const auto& x, const auto& y) {
    std::vector<LoggedDraw> less = x.size() <= y.size() ? x : y;
    std::vector<LoggedDraw> more = x.size() <= y.size() ? y : x;
    std::sort(less.begin(), less.end());
    std::sort(more.begin(), more.end());
    if (found.empty() && !std::includes(more.begin(), more.end(), less.begin(), less.end())) {
      found = "request " + std::to_string(at.first) + " draws otherwise at site " + std::to_string(at.second) + ": " +
              std::to_string(x.size()) + " and " + std::to_string(y.size()) + " draws, works " +
              std::to_string(x.front().work_ns) + " and " + std::to_string(y.front().work_ns) + " ns";
    }
  });
  for (const auto& [key, attributes] : a.attributes) {
    const auto other = b.attributes.find(key);
    if (found.empty() && other != b.attributes.end() && other->second != attributes) {
      found = "request " + std::to_string(key) + " has other attributes";
    }
  }
  return found;
}

std::size_t common_draws(const DrawLog& a, const DrawLog& b) {
  std::size_t count = 0;
  for_each_common(a, b, [&](const auto&, const auto& x, const auto& y) { count += std::min(x.size(), y.size()); });
  return count;
}

}  // namespace loadstone::test
