#include "sim/theory/mva.hpp"

#include <utility>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {

constexpr int kMostServers = 500;  // more would let p_k(0|n) underflow before its states matter
constexpr std::size_t kMostMultiServers = 12;

bool is_multi_server(const MvaStation& station) {
  return station.servers > 1 && station.servers != kInfiniteServers && station.demand > 0;
}

// The recursion for the network with some of its multi-server stations left out.
struct Network {
  std::vector<bool> present;                  // per station
  std::vector<double> number;                 // Q_k(n)
  std::vector<double> residence;              // R_k(n)
  std::vector<std::vector<double>> marginal;  // p_k(j|n), j < c - 1; empty for the others
  double throughput = 0;
};

double residence_time(const MvaStation& station, double number, const std::vector<double>& marginal) {
  if (station.servers == kInfiniteServers) {
    return station.demand;
  }
  if (!is_multi_server(station)) {
    return station.demand * (1 + number);
  }
  double sum = 1 + number;
  for (std::size_t j = 0; j < marginal.size(); ++j) {
    sum += static_cast<double>(marginal.size() - j) * marginal[j];
  }
  return station.demand / station.servers * sum;
}

void add_user(Network& network, std::span<const MvaStation> stations, int users, double think_time) {
  double cycle = think_time;
  for (std::size_t k = 0; k < stations.size(); ++k) {
    if (network.present[k]) {
      network.residence[k] = residence_time(stations[k], network.number[k], network.marginal[k]);
      cycle += network.residence[k];
    }
  }
  network.throughput = users / cycle;
  for (std::size_t k = 0; k < stations.size(); ++k) {
    network.number[k] = network.present[k] && network.residence[k] > 0 ? network.throughput * network.residence[k] : 0;
  }
}

void shift_marginal(std::vector<double>& marginal, double busy, double throughput, double throughput_without) {
  for (std::size_t j = marginal.size(); j-- > 1;) {
    marginal[j] = busy / static_cast<double>(j) * marginal[j - 1];
  }
  marginal[0] *= throughput / throughput_without;
}

std::vector<Network> empty_networks(std::span<const MvaStation> stations, const std::vector<std::size_t>& multi) {
  std::vector<Network> networks;
  const std::size_t n = stations.size();
  for (std::size_t mask = 0; mask < (std::size_t{1} << multi.size()); ++mask) {
    Network network{std::vector<bool>(n, true), std::vector<double>(n, 0.0), std::vector<double>(n, 0.0),
                    std::vector<std::vector<double>>(n), 0};
    for (std::size_t m = 0; m < multi.size(); ++m) {
      network.present[multi[m]] = (mask >> m & 1U) != 0;
      network.marginal[multi[m]].assign(static_cast<std::size_t>(stations[multi[m]].servers - 1), 0.0);
      network.marginal[multi[m]][0] = 1;
    }
    networks.push_back(std::move(network));
  }
  return networks;
}

std::vector<std::size_t> checked_multi_servers(std::span<const MvaStation> stations, int users, double think_time) {
  LOADSTONE_CHECK(users >= 1 && think_time >= 0, std::to_string(users));
  std::vector<std::size_t> multi;
  double total = think_time;
  for (std::size_t k = 0; k < stations.size(); ++k) {
    const MvaStation& station = stations[k];
    LOADSTONE_CHECK(station.demand >= 0 && station.servers >= 1, std::to_string(k));
    LOADSTONE_CHECK(station.servers <= kMostServers || station.servers == kInfiniteServers, std::to_string(k));
    total += station.demand;
    if (is_multi_server(station)) {
      multi.push_back(k);
    }
  }
  LOADSTONE_CHECK(total > 0, "nothing takes time");
  LOADSTONE_CHECK(multi.size() <= kMostMultiServers, std::to_string(multi.size()));
  return multi;
}

}  // namespace

MvaResult exact_mva(std::span<const MvaStation> stations, int users, double think_time) {
  const std::vector<std::size_t> multi = checked_multi_servers(stations, users, think_time);
  std::vector<Network> networks = empty_networks(stations, multi);
  for (int n = 1; n <= users; ++n) {
    for (std::size_t mask = 0; mask < networks.size(); ++mask) {  // a network comes after all its sub-networks
      Network& network = networks[mask];
      add_user(network, stations, n, think_time);
      for (std::size_t m = 0; m < multi.size(); ++m) {
        const std::size_t bit = std::size_t{1} << m;
        if ((mask & bit) != 0) {
          shift_marginal(network.marginal[multi[m]], network.throughput * stations[multi[m]].demand, network.throughput,
                         networks[mask - bit].throughput);
        }
      }
    }
  }
  Network& whole = networks.back();
  MvaResult result{whole.throughput, 0, whole.residence, whole.number, {}};
  for (std::size_t k = 0; k < stations.size(); ++k) {
    const double offered = result.throughput * stations[k].demand;
    result.utilization.push_back(stations[k].servers == kInfiniteServers ? 0 : offered / stations[k].servers);
    result.response += result.residence[k];
  }
  return result;
}

}  // namespace loadstone
