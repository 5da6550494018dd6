// bench/peers/peer.hpp
//
// What the C++ peers share: the model's numbers, the interval of the mean wait, the line that each prints.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace loadstone::bench {

inline constexpr double kServiceSeconds = 0.010;
inline constexpr double kUtilisation = 0.8;

// SERVERS REQUESTS SEED; other arguments end the program with the usage line and status 2.
struct Arguments {
  std::int64_t servers = 1;
  std::int64_t requests = 0;
  std::uint64_t seed = 0;

  Arguments(int count, char** values) {
    if (count < 4) {
      usage(values[0]);
    }
    servers = std::atoll(values[1]);
    requests = std::atoll(values[2]);
    seed = std::strtoull(values[3], nullptr, 10);
    if (servers < 1 || requests < 1) {
      usage(values[0]);
    }
  }

  [[nodiscard]] double arrivals_per_second() const {
    return kUtilisation * static_cast<double>(servers) / kServiceSeconds;
  }

 private:
  [[noreturn]] static void usage(const char* program) {
    std::fprintf(stderr, "usage: %s SERVERS REQUESTS SEED\nM/M/c at utilisation 0.8, service 10 ms on average.\n",
                 program);
    std::exit(2);
  }
};

// Erlang C: P(wait) / (c mu - lambda), in seconds.
inline double expected_wait(std::int64_t servers) {
  const auto c = static_cast<double>(servers);
  double blocking = 1;  // Erlang B, by its recursion
  for (std::int64_t n = 1; n <= servers; ++n) {
    blocking = kUtilisation * c * blocking / (static_cast<double>(n) + kUtilisation * c * blocking);
  }
  return blocking / (1 - kUtilisation * (1 - blocking)) * kServiceSeconds / (c * (1 - kUtilisation));
}

// The sum of the waits, and its value after each twentieth of the requests.
class BatchMeans {
 public:
  explicit BatchMeans(std::int64_t requests) : batch_(requests / kBatches > 0 ? requests / kBatches : 1) {
    marks_.push_back(0);
  }

  void add(double wait) {
    sum_ += wait;
    if (++in_batch_ == batch_) {
      in_batch_ = 0;
      marks_.push_back(sum_);
    }
  }

  [[nodiscard]] double sum() const { return sum_; }

  [[nodiscard]] double half_width() const {
    constexpr double kStudent95 = 2.093;  // 19 degrees of freedom
    if (marks_.size() <= kBatches) {
      return std::nan("");
    }
    const double mean = marks_[kBatches] / static_cast<double>(kBatches * batch_);
    double squares = 0;
    for (std::size_t i = 0; i < kBatches; ++i) {
      const double deviation = (marks_[i + 1] - marks_[i]) / static_cast<double>(batch_) - mean;
      squares += deviation * deviation;
    }
    return kStudent95 * std::sqrt(squares / (kBatches * (kBatches - 1)));
  }

 private:
  static constexpr std::int64_t kBatches = 20;
  std::int64_t batch_;
  std::int64_t in_batch_ = 0;
  double sum_ = 0;
  std::vector<double> marks_;
};

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

inline void print_line(const char* name, const Arguments& arguments, double seconds, const BatchMeans& waits) {
  const auto requests = static_cast<double>(arguments.requests);
  std::printf("%s %lld %.6f %.0f %.6f %.6f %.6f\n", name, static_cast<long long>(arguments.requests), seconds,
              requests / seconds, waits.sum() / requests, waits.half_width(), expected_wait(arguments.servers));
}

}  // namespace loadstone::bench
