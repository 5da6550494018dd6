// src/calibrate/pairing.hpp
//
// What comparing request by request is worth: the variance of a difference of two capacities when both saw the same
// requests, against that when each saw its own.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/executor.hpp"

namespace loadstone::calibrate {

struct Pairing {
  std::vector<double> differences_paired;
  std::vector<double> differences_apart;

  // How many times as great the variance is without pairing.
  [[nodiscard]] double gain() const;
};

// A station whose requests hold one of 40 connections, against the same with 44: so many searches of each.
[[nodiscard]] Pairing calibrate_pairing(std::size_t searches, std::uint64_t first_seed, Executor& executor);

}  // namespace loadstone::calibrate
