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
#include "src/simgrid/answer.hpp"
#include "src/simgrid/platform.hpp"
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
  Kernel& kernel = *make_kernel(order.platform ? &*order.platform : nullptr).release();
  listen_to_signals();  // SimGrid has made SIGINT its own
  return run_replication_on(kernel, loaded.model, order.settings, order.horizon);
}

std::vector<std::string> host_names(const remote::Order& order, const MakeKernel& make_kernel) {
  return make_kernel(&order.platform.value()).release()->host_names();
}

}  // namespace

int serve(const MakeKernel& make_kernel) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody reads the answer of one whose parent was killed
  listen_to_signals();
  remote::Answer answer;
  try {
    remote::Order order = remote::order_of(read_all(stdin));
    if (order.asks_for_hosts) {
      answer = host_names(order, make_kernel);
    } else {
      answer = run(std::move(order), make_kernel);
    }
  } catch (const PlatformRefused& refused) {
    answer = remote::Failure{refused.what(), true};
  } catch (const std::exception& error) {
    answer = remote::Failure{error.what(), false};
  }
  ::_exit(write_answer(answer));
}

}  // namespace loadstone::simgrid_engine
