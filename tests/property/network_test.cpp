// Max-min shares of random networks: what defines them holds after every change, and every job has moved what it was to
// move, to the nanosecond.
#include "sim/kernel/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

constexpr double kClose = 1e-9;
constexpr std::size_t kMostJobs = 15;

struct MovingJob {
  std::uint32_t route = 0;
  std::int64_t work = 0;
  double attained = 0;  // ns
};

class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : numbers_(seed) {
    for (std::uint64_t i = 1 + numbers_.below(6); i > 0; --i) {
      const double bandwidth = static_cast<double>(numbers_.between(1, 40)) / (numbers_.chance(50) ? 8 : 10);
      const double wires = numbers_.chance(15) ? 1000 : 1;
      network_.add_link(bandwidth, wires);
      bandwidths_.push_back(bandwidth);
      capacities_.push_back(bandwidth * wires);
    }
    for (std::uint64_t i = 1 + numbers_.below(8); i > 0; --i) {
      std::vector<std::uint32_t> links;
      for (std::uint32_t link = 0; link < capacities_.size(); ++link) {
        if (numbers_.chance(45)) {
          links.push_back(link);
        }
      }
      network_.add_route(links);
      routes_.push_back(links);
    }
  }

  // Arrivals, stops and ends; after each, every rate is looked at.
  void live(std::uint64_t jobs) {
    std::vector<CompletedJob> completed;
    SimTime arrival;
    std::uint64_t tag = 0;
    while (tag < jobs || !handles_.empty()) {
      const SimTime next = network_.next_completion().value_or(kEndOfTime);
      const bool arrives = tag < jobs && arrival < next;
      move_to(arrives ? arrival : next);
      if (!arrives) {
        network_.advance(now_, completed);
        ASSERT_FALSE(completed.empty()) << "woken for nothing";
        std::uint64_t last = 0;
        for (const CompletedJob& done : completed) {
          const std::uint64_t who = network_.take(done.job)->argument;
          ASSERT_GE(who, last) << "not in the order of arrival";
          last = who;
          expect_done(jobs_.at(who));
          forget(who);
        }
      } else if (numbers_.chance(15) && !handles_.empty()) {
        const auto victim = std::next(handles_.begin(), static_cast<std::ptrdiff_t>(numbers_.below(handles_.size())));
        ASSERT_TRUE(network_.stop(now_, victim->second));
        forget(victim->first);
      } else if (handles_.size() < kMostJobs) {
        const auto route = static_cast<std::uint32_t>(numbers_.below(routes_.size()));
        const std::int64_t work = numbers_.chance(10) ? 0 : numbers_.between(1, 100'000);
        handles_[tag] = network_.start(now_, route, work, {nullptr, nullptr, tag});
        jobs_[tag] = {route, work, 0};
        ++tag;
      }
      if (arrives) {
        arrival = arrival + Duration{numbers_.chance(30) ? 0 : numbers_.between(0, 40'000)};
      }
      expect_max_min();
      ASSERT_FALSE(testing::Test::HasFailure());
    }
    for (std::uint32_t link = 0; link < capacities_.size(); ++link) {
      EXPECT_NEAR(network_.used_ns(now_, link), used_[link], 1e-6 * used_[link] + 1) << "link " << link;
    }
  }

 private:
  [[nodiscard]] double alone(std::uint32_t route) const {
    double least = routes_[route].empty() ? 1 : 1e300;
    for (const std::uint32_t link : routes_[route]) {
      least = std::min(least, bandwidths_[link]);
    }
    return least;
  }

  [[nodiscard]] double carried(std::uint32_t link) const {
    double sum = 0;
    for (const auto& [tag, job] : jobs_) {
      const auto& links = routes_[job.route];
      sum += std::count(links.begin(), links.end(), link) > 0 ? network_.rate_of(job.route) : 0;
    }
    return sum;
  }

  [[nodiscard]] double fastest_on(std::uint32_t link) const {
    double fastest = 0;
    for (const auto& [tag, job] : jobs_) {
      const auto& links = routes_[job.route];
      fastest =
          std::count(links.begin(), links.end(), link) > 0 ? std::max(fastest, network_.rate_of(job.route)) : fastest;
    }
    return fastest;
  }

  void move_to(SimTime at) {
    const auto dt = static_cast<double>((at - now_).ns);
    used_.resize(capacities_.size());
    for (std::uint32_t link = 0; link < capacities_.size(); ++link) {
      used_[link] += carried(link) / bandwidths_[link] * dt;
    }
    for (auto& [tag, job] : jobs_) {
      job.attained += network_.rate_of(job.route) / alone(job.route) * dt;
    }
    now_ = at;
  }

  static void expect_done(const MovingJob& job) {
    EXPECT_GE(job.attained, static_cast<double>(job.work) - 0x1p-10 - 1e-6) << "too early";
    EXPECT_LT(job.attained, static_cast<double>(job.work) + 1 + 1e-6) << "too late";
  }

  void forget(std::uint64_t tag) {
    jobs_.erase(tag);
    handles_.erase(tag);
  }

  // No link carries more than it can; and every job is as fast as it is alone, or has a link that is full and where
  // nobody is faster. Those, and nobody else, does the link hold up.
  void expect_max_min() const {
    std::vector<std::size_t> held_up(capacities_.size());
    for (const auto& [tag, job] : jobs_) {
      const double rate = network_.rate_of(job.route);
      bool has_reason = rate >= alone(job.route) * (1 - kClose);
      EXPECT_LE(rate, alone(job.route) * (1 + kClose));
      for (const std::uint32_t link : routes_[job.route]) {
        const bool is_full = carried(link) >= capacities_[link] * (1 - kClose);
        const bool is_fastest = rate >= fastest_on(link) * (1 - kClose);
        has_reason = has_reason || (is_full && is_fastest);
        held_up[link] += is_full && is_fastest ? 1 : 0;
      }
      EXPECT_TRUE(has_reason) << "job " << tag << " could be faster than " << rate;
    }
    for (std::uint32_t link = 0; link < capacities_.size(); ++link) {
      EXPECT_LE(carried(link), capacities_[link] * (1 + kClose)) << "link " << link;
      EXPECT_EQ(network_.load(link).is_full, carried(link) >= capacities_[link] * (1 - kClose)) << "link " << link;
      EXPECT_EQ(network_.load(link).held_up, held_up[link]) << "link " << link;
    }
  }

  Numbers numbers_;
  Network network_;
  std::vector<double> bandwidths_;
  std::vector<double> capacities_;
  std::vector<std::vector<std::uint32_t>> routes_;
  std::map<std::uint64_t, MovingJob> jobs_;
  std::map<std::uint64_t, JobHandle> handles_;
  std::vector<double> used_;  // ns, by link
  SimTime now_;
};

TEST(NetworkProperty, EveryJobHasALinkThatIsFullAndWhereNobodyIsFaster) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomNetwork(seed).live(200);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace loadstone
