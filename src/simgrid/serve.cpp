#include "src/simgrid/serve.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string>

#include "sim/base/diagnostic.hpp"
#include "sim/experiment/measure_bound.hpp"
#include "src/load/loader.hpp"
#include "src/remote/message.hpp"
#include "src/simgrid/timeline.hpp"

namespace loadstone::simgrid_engine {

namespace {

volatile std::sig_atomic_t told_to_end = 0;

void listen_to_signals() {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, [](int) { told_to_end = 1; });
  }
}

std::string read_all(std::FILE* from) {
  std::string all;
  char buffer[65536];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, from)) {
    all.append(buffer, got);
  }
  return all;
}

load::Loaded compile(const Recipe& recipe) {
  Diagnostics diagnostics;
  auto loaded = load::compile(recipe, diagnostics);
  if (!loaded || !diagnostics.ok()) {
    std::string text = "the model does not compile again:";
    for (const Diagnostic& diagnostic : diagnostics.sorted()) {
      text += "\n" + to_string(diagnostic);
    }
    throw std::runtime_error(text);
  }
  return std::move(*loaded);
}

Observations run(remote::Order order, const MakeKernel& make_kernel) {
  if (SimTime{} + order.horizon.end >= kLatest) {
    throw std::runtime_error("a run of 97 days or more, where SimGrid's clock is coarser than a nanosecond");
  }
  load::Loaded loaded = compile(order.recipe);
  if (order.held_until > Duration{}) {
    hold_peaks(loaded.model, order.held_until);
  }
  order.settings.give_up = [] { return told_to_end != 0; };
  // It stays: SimGrid's objects do not survive being left in the middle.
  Kernel& kernel = *make_kernel().release();
  listen_to_signals();  // SimGrid has made SIGINT its own
  return run_replication_on(kernel, loaded.model, order.settings, order.horizon);
}

}  // namespace

int serve(const MakeKernel& make_kernel) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody reads the answer of one whose parent was killed
  listen_to_signals();
  remote::Answer answer;
  try {
    answer = run(remote::order_of(read_all(stdin)), make_kernel);
  } catch (const std::exception& error) {
    answer = std::string(error.what());
  }
  const std::string bytes = remote::to_bytes(answer);
  const bool is_written =
      std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0;
  ::_exit(is_written ? 0 : 1);
}

}  // namespace loadstone::simgrid_engine
