// usage: handwritten SERVERS REQUESTS SEED
//
// M/M/c at utilisation 0.8 as a bare loop: no framework, no coroutines, no names, one model. It is the ceiling for a
// simulator in C++ that keeps the statistics which loadstone reports for a station and its flow: log-bucketed
// histograms of wait, hold and latency with their sums and squares, and the integrals of queue length and servers in
// use, in integers. The clock is an integer number of nanoseconds. One server needs two next times; several need a
// heap.
//
// Prints one line: name requests seconds requests_per_s mean_wait_s ci95_half_width_s expected_mean_wait_s
#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <queue>
#include <utility>

#include "bench/peers/peer.hpp"

namespace loadstone::bench {
namespace {

using Nanoseconds = std::int64_t;
__extension__ using Int128 = __int128;

constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  Nanoseconds exponential(double mean_ns) {
    const double uniform = (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53;
    return static_cast<Nanoseconds>(-std::log(uniform) * mean_ns + 0.5);
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

// 128 buckets to a power of two.
class Histogram {
 public:
  void record(Nanoseconds value) {
    const auto magnitude = static_cast<std::uint64_t>(value);
    const int shift = static_cast<int>(std::bit_width(magnitude | 127U)) - 7;
    ++buckets_[static_cast<std::size_t>(shift) * 128 + ((magnitude >> (shift > 0 ? shift - 1 : 0)) & 127U)];
    ++count_;
    sum_ += value;
    squares_ += static_cast<Int128>(value) * value;
    max_ = std::max(max_, value);
  }

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] Int128 sum() const { return sum_; }

 private:
  std::array<std::uint64_t, 58 * 128> buckets_{};
  std::int64_t count_ = 0;
  Int128 sum_ = 0;
  Int128 squares_ = 0;
  Nanoseconds max_ = 0;
};

struct Request {
  Nanoseconds arrived = 0;
  Nanoseconds started = 0;
  Nanoseconds ends = kNever;
};

// First in, first out, in a ring that doubles.
class Line {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  void push(Nanoseconds arrived) {
    if (size_ == ring_.size()) {
      std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
      first_ = 0;
      ring_.resize(2 * size_);
    }
    ring_[(first_ + size_++) & (ring_.size() - 1)] = arrived;
  }

  Nanoseconds pop() {
    const Nanoseconds arrived = ring_[first_];
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
    return arrived;
  }

 private:
  std::vector<Nanoseconds> ring_ = std::vector<Nanoseconds>(64);
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

// The requests in service: one place, or a heap by the end of their service.
class OnlyServer {
 public:
  explicit OnlyServer(std::int64_t) {}
  [[nodiscard]] bool full() const { return serving_.ends != kNever; }
  [[nodiscard]] std::int64_t in_use() const { return full() ? 1 : 0; }
  [[nodiscard]] Nanoseconds next_end() const { return serving_.ends; }
  void start(Request request) { serving_ = request; }
  Request finish() { return std::exchange(serving_, Request{}); }

 private:
  Request serving_;
};

class ServerHeap {
 public:
  explicit ServerHeap(std::int64_t servers) : servers_(static_cast<std::size_t>(servers)) {}
  [[nodiscard]] bool full() const { return heap_.size() == servers_; }
  [[nodiscard]] std::int64_t in_use() const { return static_cast<std::int64_t>(heap_.size()); }
  [[nodiscard]] Nanoseconds next_end() const { return heap_.empty() ? kNever : heap_.top().ends; }
  void start(Request request) { heap_.push(request); }
  Request finish() {
    const Request done = heap_.top();
    heap_.pop();
    return done;
  }

 private:
  struct EndsLater {
    bool operator()(const Request& a, const Request& b) const { return a.ends > b.ends; }
  };
  std::size_t servers_;
  std::priority_queue<Request, std::vector<Request>, EndsLater> heap_;
};

template <class Servers>
class Queue {
 public:
  explicit Queue(const Arguments& arguments)
      : arguments_(arguments), random_(arguments.seed), servers_(arguments.servers), waits_(arguments.requests) {}

  void run() {
    const double between_ns = 1e9 / arguments_.arrivals_per_second();
    Nanoseconds next_arrival = random_.exponential(between_ns);
    std::int64_t to_come = arguments_.requests;
    while (to_come > 0 || servers_.next_end() != kNever) {
      if (servers_.next_end() <= next_arrival) {
        advance_to(servers_.next_end());
        finish_one();
      } else {
        advance_to(next_arrival);
        arrive();
        next_arrival = --to_come > 0 ? now_ + random_.exponential(between_ns) : kNever;
      }
    }
  }

  // Little's law in integers: what the line and the servers held over time is what the requests spent in them.
  [[nodiscard]] bool conserved() const {
    return wait_.count() == arguments_.requests && latency_.count() == arguments_.requests &&
           line_area_ == wait_.sum() && busy_area_ == hold_.sum() && latency_.sum() == wait_.sum() + hold_.sum();
  }

  [[nodiscard]] const BatchMeans& waits() const { return waits_; }
  [[nodiscard]] double utilisation() const {
    return static_cast<double>(busy_area_) / (static_cast<double>(now_) * static_cast<double>(arguments_.servers));
  }

 private:
  void advance_to(Nanoseconds time) {
    const Int128 span = time - now_;
    line_area_ += span * static_cast<std::int64_t>(line_.size());
    busy_area_ += span * servers_.in_use();
    now_ = time;
  }

  void arrive() {
    if (servers_.full()) {
      line_.push(now_);
    } else {
      start(now_);
    }
  }

  void start(Nanoseconds arrived) {
    wait_.record(now_ - arrived);
    waits_.add(static_cast<double>(now_ - arrived) * 1e-9);
    servers_.start({arrived, now_, now_ + random_.exponential(kServiceSeconds * 1e9)});
  }

  void finish_one() {
    const Request done = servers_.finish();
    hold_.record(now_ - done.started);
    latency_.record(now_ - done.arrived);
    if (!line_.empty()) {
      start(line_.pop());
    }
  }

  Arguments arguments_;
  SplitMix random_;
  Servers servers_;
  Line line_;
  Nanoseconds now_ = 0;
  Histogram wait_;
  Histogram hold_;
  Histogram latency_;
  Int128 line_area_ = 0;
  Int128 busy_area_ = 0;
  BatchMeans waits_;
};

template <class Servers>
int simulate(const Arguments& arguments) {
  Queue<Servers> queue(arguments);
  const Stopwatch watch;
  queue.run();
  const double seconds = watch.seconds();
  if (!queue.conserved() || !(queue.utilisation() > 0 && queue.utilisation() <= 1)) {
    std::fprintf(stderr, "handwritten: the books do not balance\n");
    return 1;
  }
  print_line("handwritten", arguments, seconds, queue.waits());
  return 0;
}

}  // namespace
}  // namespace loadstone::bench

int main(int argc, char** argv) {
  const loadstone::bench::Arguments arguments(argc, argv);
  return arguments.servers == 1 ? loadstone::bench::simulate<loadstone::bench::OnlyServer>(arguments)
                                : loadstone::bench::simulate<loadstone::bench::ServerHeap>(arguments);
}
