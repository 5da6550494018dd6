#include "tests/support/random_model.hpp"

#include <initializer_list>

#include "sim/random/keyed.hpp"

namespace loadstone::test {

namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t number) : key_(combine(hash_text("random model"), number)) {}

  RandomModel model() {
    RandomModel model;
    model.topology = "topology: random\npopulations: {tenant: {count: 3}}\nresources:\n";
    stations_ = 1 + below(3);
    semaphores_ = 1 + below(2);
    for (std::uint64_t i = 0; i < stations_; ++i) {
      model.topology += station(i);
    }
    for (std::uint64_t i = 0; i < semaphores_; ++i) {
      model.topology += semaphore(i);
    }
    model.topology += "flows:\n";
    // a flow calls only flows of a higher number
    for (flow_ = 0; flow_ < kFlows; ++flow_) {
      model.topology += "  f" + std::to_string(flow_) + ": {" + (chance(15) ? "timeout: " + whole_time() + ", " : "") +
                        "steps: " + steps(3);
      model.topology += "}\n";
    }
    model.topology += "  round: {steps: [{visit: s0}, {choose: [{weight: 1, do: [{goto: round}]}, {weight: 2}]}]}\n";
    model.workload = "workload: random\nwarmup: 1s\nattributes: {size: integer(1; 9)}\nscenarios:\n" +
                     scenario("a", "f0") + (chance(50) ? scenario("b", "{f1: 1, round: 1}") : "");
    model.arrivals_stop = arrivals_stop_;
    return model;
  }

 private:
  static constexpr std::uint64_t kFlows = 3;

  std::uint64_t below(std::uint64_t bound) { return uniform_below(draw_of(key_, mix(count_++), 0), bound); }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  std::string pick(std::initializer_list<const char*> of) { return *(of.begin() + below(of.size())); }
  std::string number(std::uint64_t n) { return std::to_string(n); }

  std::string time() {
    return chance(60) ? number(5 * (1 + below(8))) + "ms"
                      : pick({"exponential(10ms)", "uniform(1ms; 30ms)", "lognormal(mean=15ms; cv=2)", "0s", "1ns"});
  }
  std::string whole_time() { return number(5 * (1 + below(12))) + "ms"; }

  std::string station(std::uint64_t i) {
    const std::string discipline = pick({"fifo", "fifo", "lifo", "priority", "random", "sjf", "processor_sharing"});
    std::string text = "  s" + number(i) + ": {kind: station, servers: " + number(1 + below(3)) +
                       ", service: " + time() + ", discipline: " + discipline;
    if (discipline != "processor_sharing") {
      text += chance(30) ? ", queue_limit: " + number(below(4)) : "";
      text += chance(30) ? ", patience: " + time() : "";
      text += discipline == "priority" ? ", priority: $request.size" : "";
    }
    return text + (chance(25) ? ", per: tenant" : "") + "}\n";
  }

  std::string semaphore(std::uint64_t i) {
    return "  p" + number(i) + ": {kind: semaphore, size: " + number(2 + below(3)) +
           ", discipline: " + pick({"fifo", "lifo", "random"}) + ", timeout: " + number(20 * (1 + below(5))) + "ms" +
           (chance(25) ? ", per: tenant" : "") + "}\n";
  }

  std::string steps(int depth) {
    std::string text = "[";
    for (std::uint64_t i = 1 + below(3); i > 0; --i) {
      text += "{" + step(depth) + modifiers(depth) + "}" + (i > 1 ? ", " : "");
    }
    return text + "]";
  }

  std::string step(int depth) {
    const std::uint64_t kind = below(depth > 0 ? 12 : 5);
    switch (kind) {
      case 0:
      case 1:
        return "visit: s" + number(below(stations_));
      case 2:
        return "delay: " + time();
      case 3:
        return "mark: m" + number(below(2));
      case 4:
        return chance(40) ? "fail: broken" : "delay: " + time();
      case 5:
      case 6:
        return "hold: {pool: p" + number(below(semaphores_)) + (chance(30) ? ", amount: 2" : "") +
               "}, do: " + steps(depth - 1);
      case 7:
        return "choose: [{weight: 2, do: " + steps(depth - 1) + "}, {weight: 1, do: " + steps(depth - 1) + "}]";
      case 8:
        return "parallel: {branches: [" + steps(depth - 1) + ", " + steps(depth - 1) + ", " + steps(depth - 1) +
               "], wait: " + pick({"all", "first", "2"}) + ", rest: " + pick({"run", "cancel"}) + "}";
      case 9:
        return "repeat: " + number(1 + below(3)) + ", do: " + steps(depth - 1);
      case 10:
        return flow_ + 1 < kFlows ? pick({"call: f", "spawn: f"}) + number(flow_ + 1 + below(kFlows - flow_ - 1))
                                  : "delay: " + time();
      default:
        return "do: " + steps(depth - 1);
    }
  }

  std::string modifiers(int depth) {
    std::string text;
    text += chance(10) ? ", when: request.size > 3" : "";
    if (chance(25)) {
      text += ", timeout: " + whole_time() + (chance(50) ? ", cancel_propagates: inline" : "");
    }
    if (chance(15)) {
      text += ", retry: {max: " + number(1 + below(3)) + ", base: " + whole_time() +
              ", backoff: " + pick({"constant", "exponential", "decorrelated"}) +
              ", jitter: " + pick({"none", "full", "equal"}) + "}";
    }
    if (chance(25)) {
      text += ", on_error: {any: " + (depth > 0 ? steps(0) : std::string("[{mark: m0}]")) + "}";
    }
    return text;
  }

  std::string scenario(const std::string& name, const std::string& exec) {
    const std::string common = ", exec: " + exec + ", arrival: " + pick({"poisson", "even", "gamma(cv=2)"}) +
                               (chance(30) ? ", maxVUs: " + number(2 + below(10)) : "") + "}\n";
    if (chance(30)) {
      arrivals_stop_ = false;
      return "  " + name + ": {executor: constant-arrival-rate, rate: " + number(5 + below(60)) + "/s, duration: 6s" +
             common;
    }
    return "  " + name +
           ": {executor: ramping-arrival-rate, startRate: 0, stages: [{target: " + number(20 + below(60)) +
           ", duration: 3s}, {target: 10, duration: 3s}]" + common;
  }

  Key key_;
  std::uint64_t count_ = 0;
  std::uint64_t stations_ = 0;
  std::uint64_t semaphores_ = 0;
  std::uint64_t flow_ = 0;
  bool arrivals_stop_ = true;
};

}  // namespace

RandomModel random_model(std::uint64_t number) {
  return Generator(number).model();
}

}  // namespace loadstone::test
