// tests/unit/kernel/recorder.hpp
//
// What the tests of the kernel share: actions that write down that they ran, actions made of a lambda, and numbers that
// look random and are the same in every run.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <ostream>
#include <utility>
#include <vector>

#include "sim/kernel/kernel.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

struct Ran {
  std::int64_t at = 0;
  std::uint64_t tag = 0;

  friend bool operator==(const Ran&, const Ran&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Ran& ran) {
    return out << "tag " << ran.tag << " at " << ran.at;
  }
};

// REQUIRES: outlives every action it made.
class Recorder {
 public:
  explicit Recorder(Kernel& kernel) : kernel_(kernel) {}

  // Writes down `tag` and the instant.
  Action note(std::uint64_t tag) {
    return {[](void* self, std::uint64_t what) { static_cast<Recorder*>(self)->write(what); }, this, tag};
  }
  Action calls(std::function<void()> body) {
    bodies_.push_back(std::move(body));
    return {[](void* function, std::uint64_t) { (*static_cast<std::function<void()>*>(function))(); },
            &bodies_.back(), 0};
  }
  void write(std::uint64_t tag) { ran.push_back({kernel_.now().ns, tag}); }

  std::vector<Ran> ran;

 private:
  Kernel& kernel_;
  std::deque<std::function<void()>> bodies_;
};

class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : key_(mix(seed)) {}

  std::uint64_t below(std::uint64_t bound) { return uniform_below({combine(key_, count_++)}, bound); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  Key key_;
  std::uint64_t count_ = 0;
};

}  // namespace loadstone
