// Processor sharing against an exact reference in integers, and over long runs.
//
// Reference. Attained work is counted in units of 1/U ns with U = 55440 = 2 x lcm(1..12). With cores, caps and quotas
//            in halves and at most 12 jobs every rate is a whole number of units per ns (what is left over after the
//            limited classes is a multiple of 1/2, shared by at most 12), so the reference has no rounding at all.
// Tolerance. The engine's rates are those of the reference rounded down by less than 2^-39 (to a multiple of 2^-40,
//            after a division and a subtraction in double precision): after T ns it has attained at most T x 2^-39
//            less. A job needs not attain the last 2^-10 ns of its demand.
#include "sim/kernel/processor_sharing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/kernel/native_kernel.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

constexpr std::int64_t kUnits = 55440;
constexpr std::size_t kMostJobs = 12;

struct ClassOfJobs {
  std::int64_t cap;    // in half cores
  std::int64_t quota;  // in half cores
};

struct ExactJob {
  std::size_t job_class = 0;
  std::int64_t demand = 0;  // ns
  SimTime started;
  Int128 attained = 0;    // units
  std::int64_t rate = 0;  // units per ns
};

class ExactHost {
 public:
  ExactHost(std::int64_t half_cores, std::vector<ClassOfJobs> classes)
      : cores_(half_cores * (kUnits / 2)), classes_(std::move(classes)) {}

  void start(std::uint64_t tag, std::size_t job_class, std::int64_t demand) {
    jobs[tag] = {job_class, demand, now, 0, 0};
    share();
  }
  void end(std::uint64_t tag) {
    jobs.erase(tag);
    share();
  }
  void move_to(SimTime at) {
    for (auto& [tag, job] : jobs) {
      const Int128 done = static_cast<Int128>(job.rate) * (at - now).ns;
      job.attained += done;
      busy += done;
    }
    now = at;
  }
  // The first nanosecond at which a demand is attained.
  [[nodiscard]] SimTime next() const {
    SimTime earliest = kEndOfTime;
    for (const auto& [tag, job] : jobs) {
      const Int128 left = static_cast<Int128>(job.demand) * kUnits - job.attained;
      const Int128 wait = left <= 0 ? 0 : (left + job.rate - 1) / job.rate;
      earliest = std::min(earliest, now + Duration{static_cast<std::int64_t>(wait)});
    }
    return earliest;
  }

  std::map<std::uint64_t, ExactJob> jobs;
  SimTime now;
  Int128 busy = 0;  // units x cores

 private:
  // Everybody gets min(own limit, level); the level is the smallest at which all cores are used, found by bisection.
  void share() {
    std::vector<std::int64_t> members(classes_.size());
    for (const auto& [tag, job] : jobs) {
      ++members[job.job_class];
    }
    const auto limit = [&](std::size_t c) {
      return std::min(classes_[c].cap * (kUnits / 2), classes_[c].quota * (kUnits / 2) / members[c]);
    };
    const auto used = [&](std::int64_t level) {
      std::int64_t sum = 0;
      for (std::size_t c = 0; c < classes_.size(); ++c) {
        sum += members[c] == 0 ? 0 : members[c] * std::min(limit(c), level);
      }
      return sum;
    };
    std::int64_t low = 0;
    std::int64_t high = cores_;
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      used(middle) >= cores_ ? high = middle : low = middle + 1;
    }
    ASSERT_LE(used(low), cores_);  // the level is a whole number of units, as promised above
    for (auto& [tag, job] : jobs) {
      job.rate = std::min(limit(job.job_class), low);
    }
  }

  std::int64_t cores_;
  std::vector<ClassOfJobs> classes_;
};

// One random host. The engine decides when jobs leave, the reference checks each of them against its own attained work:
// it is there, and one nanosecond before it was not, but for the tolerance. Arrivals, demands, stops: random.
void expect_every_completion_is_exact(std::uint64_t seed) {
  Numbers numbers(seed);
  const std::int64_t half_cores = numbers.between(1, 16);
  std::vector<ClassOfJobs> classes;
  ProcessorSharing sharing(static_cast<double>(half_cores) / 2);
  for (std::uint64_t i = 1 + numbers.below(4); i > 0; --i) {
    classes.push_back({numbers.between(1, 8), numbers.between(1, 20)});
    sharing.add_class(static_cast<double>(classes.back().cap) / 2, static_cast<double>(classes.back().quota) / 2);
  }
  ExactHost exact(half_cores, classes);
  const std::int64_t longest = numbers.chance(50) ? 12 : 1'000'000;  // ns
  std::map<std::uint64_t, JobHandle> handles;
  std::vector<CompletedJob> completed;
  double lost = 0;    // bound of what the engine's integral may lack
  double beyond = 0;  // work beyond the demand, of those that left, as the reference has it
  Int128 demands = 0;
  std::uint64_t tag = 0;
  SimTime arrival;
  while (tag < 2000 || !handles.empty()) {
    const SimTime next = sharing.next_completion().value_or(kEndOfTime);
    const bool arrives = tag < 2000 && arrival < next;
    const SimTime now = arrives ? arrival : next;
    lost += static_cast<double>((now - exact.now).ns) * static_cast<double>(exact.jobs.size()) * 0x1p-39;
    exact.move_to(now);
    if (arrives) {
      arrival = arrival + Duration{numbers.chance(30) ? 0 : numbers.between(0, longest)};
      if (numbers.chance(10) && !handles.empty()) {
        const auto victim = std::next(handles.begin(), static_cast<std::ptrdiff_t>(numbers.below(handles.size())));
        ASSERT_TRUE(sharing.stop(now, victim->second));
        beyond += to_double(exact.jobs[victim->first].attained) / kUnits;
        exact.end(victim->first);
        handles.erase(victim);
      } else if (handles.size() < kMostJobs) {
        const std::size_t job_class = numbers.below(classes.size());
        const std::int64_t demand = numbers.between(0, longest);
        exact.start(tag, job_class, demand);
        handles[tag] = sharing.start(now, static_cast<std::uint32_t>(job_class), demand, {nullptr, nullptr, tag});
        ++tag;
      }
      continue;
    }
    sharing.advance(now, completed);
    ASSERT_FALSE(completed.empty()) << "woken for nothing";
    std::uint64_t last = 0;
    for (const auto& [handle, sequence] : completed) {
      const std::uint64_t who = sharing.take(handle)->argument;
      ASSERT_TRUE(who >= last) << "not in the order of arrival";
      last = who;
      const ExactJob job = exact.jobs[who];
      const double excess = to_double(job.attained - static_cast<Int128>(job.demand) * kUnits) / kUnits;  // ns
      const double slack = static_cast<double>((now - job.started).ns) * 0x1p-39;
      ASSERT_GE(excess, -0x1p-10) << "too early";
      if (now == job.started) {
        ASSERT_EQ(job.demand, 0) << "at once";
      } else {
        ASSERT_LT(excess, static_cast<double>(job.rate) / kUnits + slack) << "too late";
      }
      demands += job.demand;
      beyond += excess;
      handles.erase(who);
    }
    for (const auto& [handle, sequence] : completed) {
      ASSERT_EQ(sharing.take(handle), std::nullopt);
    }
    // those who left, in one go
    for (auto it = exact.jobs.begin(); it != exact.jobs.end();) {
      it = handles.contains(it->first) ? std::next(it) : exact.jobs.erase(it);
    }
    exact.end(tag);  // nobody: shares again
    ASSERT_EQ(sharing.jobs(), exact.jobs.size());
  }
  // Work is conserved: the integral is the demands, what was done of stopped jobs, and the rounding of the last ns.
  const double exact_busy = to_double(exact.busy) / kUnits;
  EXPECT_NEAR(exact_busy, to_double(demands) + beyond, 1e-12 * exact_busy + 1e-6);
  EXPECT_LE(sharing.busy_core_ns(exact.now), exact_busy * (1 + 1e-15));
  EXPECT_GE(sharing.busy_core_ns(exact.now), exact_busy * (1 - 1e-15) - lost);
}

TEST(ProcessorSharingProperty, NoJobLeavesBeforeItsDemandIsAttainedOrALaterNanosecond) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    expect_every_completion_is_exact(seed);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

// n jobs at all times: whoever leaves is replaced at once. Each then runs at r = floor(2^40 / n) units of 2^-40
// throughout and the class clock is r t exactly, so a job of demand d ends ceil((2^40 d - 2^30) / r) after its start,
// whatever came before it: there is no drift. For n a power of two that is n d, and the host is never idle.
TEST(ProcessorSharingProperty, AHostThatIsNeverIdleDoesNotDrift) {
  for (const std::size_t n : {1U, 2U, 3U, 7U, 8U, 64U, 1000U}) {
    const std::uint64_t rate = (std::uint64_t{1} << 40) / n;
    Numbers numbers(n);
    ProcessorSharing sharing(1);
    const std::uint32_t job_class = sharing.add_class(1, 1);
    std::map<std::uint64_t, SimTime> due;
    std::uint64_t tag = 0;
    SimTime now;
    const auto start = [&] {
      const std::int64_t demand = numbers.between(1, 2'000'000'000);
      const Int128 takes = ((static_cast<Int128>(demand) << 40) - (1 << 30) + rate - 1) / rate;
      due[tag] = now + Duration{static_cast<std::int64_t>(takes)};
      sharing.start(now, job_class, demand, {nullptr, nullptr, tag});
      ++tag;
    };
    while (tag < n) {
      start();
    }
    std::vector<CompletedJob> completed;
    for (int step = 0; step < 20'000; ++step) {
      now = *sharing.next_completion();
      sharing.advance(now, completed);
      for (const auto& [handle, sequence] : completed) {
        const std::uint64_t who = sharing.take(handle)->argument;
        ASSERT_EQ(due[who], now) << "job " << who << " of " << n << " at a time";
        due.erase(who);
        start();
      }
    }
    ASSERT_GT(now.ns, 10'000'000'000'000);  // hours of simulated time
    const double busy = static_cast<double>(rate) * static_cast<double>(n) * 0x1p-40 * static_cast<double>(now.ns);
    EXPECT_NEAR(sharing.busy_core_ns(now), busy, 1e-15 * busy) << n << " at a time";
    EXPECT_GT(busy, static_cast<double>(now.ns) * (1 - static_cast<double>(n) * 0x1p-40));
  }
}

// 200,000 jobs on 2 cores (load 0.8): the engine and the reference, each on its own with the same arrivals. In a busy
// period of T < 2 x 10^8 ns a job attains at most T x 2^-31 = 0.1 ns less, and at its rate of 2/12 or more is up to
// 0.6 ns later. That can move an end to the next nanosecond (it does where the exact end is a whole number and the
// share is not dyadic: three jobs of 1000 end at 3001), and with it later ends of the busy period, each by less than
// one. So an end differs by at most 1 + the ends before it in its busy period. The next one knows nothing of it: no
// drift.
TEST(ProcessorSharingProperty, ALongRunKeepsToTheExactReference) {
  ExactHost exact(4, {{2, 40}});
  std::vector<std::pair<SimTime, std::int64_t>> arrivals;
  std::vector<SimTime> exact_ends(200'000);
  std::vector<std::int64_t> ends_before(exact_ends.size());
  Numbers numbers(3);
  SimTime arrival;
  SimTime busy_since;
  std::int64_t ended = 0;  // in this busy period
  std::int64_t longest_busy = 0;
  while (arrivals.size() < exact_ends.size() || !exact.jobs.empty()) {
    const SimTime next = exact.next();
    if (arrivals.size() < exact_ends.size() && arrival < next) {
      exact.move_to(arrival);
      if (exact.jobs.size() < kMostJobs) {
        if (exact.jobs.empty()) {
          busy_since = arrival;
          ended = 0;
        }
        arrivals.emplace_back(arrival, numbers.between(0, 2'000'000));  // 1 ms on average
        exact.start(arrivals.size() - 1, 0, arrivals.back().second);
      }
      arrival = arrival + Duration{numbers.between(0, 1'250'000)};  // 0.625 ms
      continue;
    }
    exact.move_to(next);
    for (auto it = exact.jobs.begin(); it != exact.jobs.end();) {
      const bool done = it->second.attained >= static_cast<Int128>(it->second.demand) * kUnits;
      if (done) {
        exact_ends[it->first] = next;
        ends_before[it->first] = ended++;
      }
      it = done ? exact.jobs.erase(it) : std::next(it);
    }
    exact.end(arrivals.size());  // nobody: shares again
    if (exact.jobs.empty()) {
      longest_busy = std::max(longest_busy, (next - busy_since).ns);
    }
  }
  ASSERT_LT(longest_busy, 200'000'000);

  NativeKernel kernel;
  Recorder recorder(kernel);
  const HostId host = kernel.add_host(2);
  const JobClassId job_class = kernel.add_job_class(host, 1, 20);
  double demands = 0;
  for (std::uint64_t i = 0; i < arrivals.size(); ++i) {
    kernel.schedule(arrivals[i].first, Phase::arrival,
                    recorder.calls([&, i] { kernel.execute(job_class, arrivals[i].second, recorder.note(i)); }));
    demands += static_cast<double>(arrivals[i].second);
  }
  kernel.run(kEndOfTime);
  ASSERT_EQ(recorder.ran.size(), arrivals.size());
  std::int64_t worst = 0;
  for (const Ran& ran : recorder.ran) {
    const std::int64_t difference = std::abs(ran.at - exact_ends[ran.tag].ns);
    ASSERT_LE(difference, 1 + ends_before[ran.tag]);
    worst = std::max(worst, difference);
  }
  EXPECT_LE(worst, 20) << "nanoseconds, in a busy period of " << longest_busy;
  // each end is rounded up by less than one nanosecond, at a rate of at most 1
  EXPECT_GE(kernel.busy_core_ns(host), demands);
  EXPECT_LE(kernel.busy_core_ns(host), demands + static_cast<double>(arrivals.size()));
}

}  // namespace
}  // namespace loadstone
