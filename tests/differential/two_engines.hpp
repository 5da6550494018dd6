// tests/differential/two_engines.hpp
//
// One replication on the native kernel and the same on another engine, and whether the two agree.
//
// Timers. Where no work was ever executed on cores or links, only timers decide: the fingerprints must be the same.
// Fluid.  Elsewhere the ends of requests are walked along side by side, by instant and, at one instant, by request.
//         Up to the first pair that changed places each must end within 100 ns of the other; the pair itself must be
//         that near, too, and is told. Without such a pair all counts must be the same; after one, within 0.1 %. Means
//         must be within 1e-4.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sim/kernel/native_kernel.hpp"
#include "sim/run/replication.hpp"
#include "src/load/loader.hpp"

namespace loadstone::test {

inline constexpr std::int64_t kNear = 100;  // ns

// The native kernel, and how much work it was given.
class CountingKernel : public NativeKernel {
 public:
  JobId execute(JobClassId job_class, std::int64_t work, Action done) override {
    ++works_;
    return NativeKernel::execute(job_class, work, done);
  }
  [[nodiscard]] std::uint64_t works() const { return works_; }

 private:
  std::uint64_t works_ = 0;
};

// What two runs of one model have in common.
struct Agreement {
  std::string failure;        // "" if they agree
  bool is_fluid = false;      // more than timers decide
  std::size_t ends = 0;       // requests that ended in the native run
  std::size_t together = 0;   // of them up to the first pair that changed places
  std::size_t exact = 0;      // of those, at the same nanosecond
  std::int64_t farthest = 0;  // apart, of those, in ns
  std::string swapped;        // that pair; "" if there is none
};

// `works`: how much work the first of them was given.
[[nodiscard]] Agreement compare(const Model& model, const Observations& native, const Observations& other,
                                std::uint64_t works);

// The program beside loadstone that is an engine, by the end of its name: "simgrid".
[[nodiscard]] std::unique_ptr<Engine> engine_beside(std::string_view name);

using MakeKernel = std::function<std::unique_ptr<CountingKernel>()>;
[[nodiscard]] Agreement run_both(
    const load::Loaded& loaded, RunSettings settings, const Horizon& horizon, const Engine& other,
    const MakeKernel& make_native = [] { return std::make_unique<CountingKernel>(); });

// A model that another process can be told of.
[[nodiscard]] load::Loaded portable_model(std::string_view topology, std::string_view workload);
[[nodiscard]] load::Loaded portable_shipped(const std::string& topology, const std::string& workload);

}  // namespace loadstone::test
