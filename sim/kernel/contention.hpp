// sim/kernel/contention.hpp
//
// What more runnable jobs than cores cost each other, for kernels that can say it.
#pragma once

#include "sim/kernel/kernel.hpp"

namespace loadstone {

// n jobs on c cores, n above c, do what c / (1 + sigma (n - c) + kappa n (n - c)) cores would, and keep all c busy.
struct Contention {
  double sigma = 0;
  double kappa = 0;
};

class ContendingKernel {
 public:
  virtual ~ContendingKernel() = default;
  // REQUIRES: nothing runs on the host yet.
  virtual void contend(HostId host, const Contention& contention) = 0;
};

}  // namespace loadstone
