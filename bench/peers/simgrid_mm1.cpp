// usage: simgrid_mm1 SERVERS REQUESTS SEED
//
// M/M/c at utilisation 0.8 in SimGrid's S4U, as its manual teaches: an actor per request, a semaphore for the servers.
// Service is a sleep, which costs SimGrid less than an execution on a host would.
//
// Prints one line: name requests seconds requests_per_s mean_wait_s ci95_half_width_s expected_mean_wait_s
#include <random>
#include <simgrid/s4u.hpp>

#include "bench/peers/peer.hpp"

namespace loadstone::bench {
namespace {

namespace s4u = simgrid::s4u;

struct Bank {
  Arguments arguments;
  std::mt19937_64 random{arguments.seed};
  std::exponential_distribution<double> between{arguments.arrivals_per_second()};
  std::exponential_distribution<double> service{1 / kServiceSeconds};
  s4u::SemaphorePtr servers{s4u::Semaphore::create(static_cast<unsigned>(arguments.servers))};
  BatchMeans waits{arguments.requests};
};

void request(Bank* bank) {
  const double arrived = s4u::Engine::get_clock();
  bank->servers->acquire();
  bank->waits.add(s4u::Engine::get_clock() - arrived);
  s4u::this_actor::sleep_for(bank->service(bank->random));
  bank->servers->release();
}

void source(Bank* bank) {
  for (std::int64_t i = 0; i < bank->arguments.requests; ++i) {
    s4u::this_actor::sleep_for(bank->between(bank->random));
    s4u::Actor::create("request", s4u::this_actor::get_host(), request, bank);
  }
}

}  // namespace
}  // namespace loadstone::bench

int main(int argc, char** argv) {
  using namespace loadstone::bench;
  simgrid::s4u::Engine engine(&argc, argv);
  Bank bank{Arguments(argc, argv)};
  auto* zone = simgrid::s4u::create_full_zone("zone");
  auto* host = zone->create_host("host", "1Gf")->seal();
  zone->seal();
  simgrid::s4u::Actor::create("source", host, source, &bank);
  const Stopwatch watch;
  engine.run();
  print_line("simgrid", bank.arguments, watch.seconds(), bank.waits);
  return 0;
}
