#include "tests/support/random_system.hpp"

#include <initializer_list>
#include <utility>
#include <vector>

#include "sim/random/keyed.hpp"

namespace loadstone::test {

namespace {

class Generator {
 public:
  Generator(std::uint64_t number, bool has_fluid)
      : key_(combine(hash_text("random system"), number)), has_fluid_(has_fluid) {}

  RandomSystem system() {
    std::vector<void (Generator::*)()> parts{&Generator::stations, &Generator::semaphores, &Generator::limits,
                                             &Generator::messages, &Generator::accounts,   &Generator::models,
                                             &Generator::stations};
    if (has_fluid_) {
      parts.insert(parts.end(), {&Generator::services, &Generator::databases, &Generator::caches, &Generator::links,
                                 &Generator::services, &Generator::databases, &Generator::streams});
    }
    // two to five of them, each at most once
    for (std::uint64_t left = 2 + below(4); left > 0 && !parts.empty(); --left) {
      const std::uint64_t chosen = below(parts.size());
      const auto part = parts[chosen];
      std::erase(parts, part);
      (this->*part)();
    }
    flow("f2", "steps: " + steps(1));
    flow("f1", (chance(15) ? "timeout: " + whole_time() + ", " : "") + "steps: " + steps(2, "f2"));
    flow("f0", (chance(15) ? "timeout: " + whole_time() + ", " : "") + "steps: " + steps(3, "f1"));
    flow("round", "steps: [" + leaf() + ", {choose: [{weight: 1, do: [{goto: round}]}, {weight: 2, do: []}]}]");
    RandomSystem made;
    made.topology = "topology: random\npopulations: {tenant: {count: 3}}\n" +
                    (hosts_.empty() ? std::string() : "hosts:\n" + hosts_) + "resources:\n" + resources_ + "flows:\n" +
                    flows_;
    made.workload = "workload: random\nwarmup: 1s\nattributes: {tenant: uniform, size: integer(1; 9)}\nscenarios:\n" +
                    scenario("a", "f0") + (chance(50) ? scenario("b", "{f1: 1, round: 1}") : "");
    return made;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return uniform_below(draw_of(key_, mix(count_++), 0), bound); }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  std::string pick(std::initializer_list<const char*> of) { return *(of.begin() + below(of.size())); }
  static std::string number(std::uint64_t n) { return std::to_string(n); }

  std::string time() {
    return chance(60) ? number(5 * (1 + below(6))) + "ms"
                      : pick({"exponential(10ms)", "uniform(1ms; 30ms)", "lognormal(mean=15ms; cv=2)", "0s", "1ns"});
  }
  std::string whole_time() { return number(5 * (1 + below(12))) + "ms"; }
  std::string short_time() { return pick({"5ms", "1ms", "2ms", "exponential(4ms)", "0s", "1ns", "uniform(1ms; 8ms)"}); }

  void resource(const std::string& name, const std::string& keys) { resources_ += "  " + name + ": {" + keys + "}\n"; }
  void flow(const std::string& name, const std::string& keys) { flows_ += "  " + name + ": {" + keys + "}\n"; }
  void host(const std::string& name) {
    hosts_ +=
        "  " + name + ": {cores: " + pick({"1", "2", "4", "1.5"}) + (chance(25) ? ", used: {cpu: 25%}" : "") + "}\n";
  }
  void leaf(std::string step) { leaves_.push_back(std::move(step)); }

  // --- parts: each adds resources, and the steps that use them -------------------------------------------------------
  void stations() {
    for (std::uint64_t i = 0; i < 1 + below(2); ++i) {
      const std::string discipline = pick({"fifo", "lifo", "priority", "random", "sjf", "processor_sharing"});
      const bool shares = discipline == "processor_sharing" && has_fluid_;
      std::string keys = "kind: station, servers: " + number(1 + below(3)) + ", service: " + time() +
                         ", discipline: " + (shares || discipline != "processor_sharing" ? discipline : "fifo");
      if (!shares) {
        keys += chance(30) ? ", queue_limit: " + number(below(4)) : "";
        keys += chance(30) ? ", patience: " + time() : "";
        keys += discipline == "priority" ? ", priority: $request.size" : "";
      }
      const std::string name = "station" + number(i);
      resource(name, keys + (chance(25) ? ", per: tenant" : ""));
      leaf("visit: " + name);
      if (chance(50)) {
        resource("calm" + number(i), "kind: retry_budget, maxTokens: 10, tokenRatio: 0.1");
        leaf("visit: " + name + ", timeout: " + whole_time() + ", retry: {max: 2, base: 5ms, budget: calm" + number(i) +
             "}");
      }
    }
  }

  void semaphores() {
    resource("permits", "kind: semaphore, size: " + number(2 + below(3)) + ", discipline: " +
                            pick({"fifo", "lifo", "random"}) + ", timeout: " + number(20 * (1 + below(5))) + "ms");
    holds_.push_back("permits");
    leaf("do: [{acquire: permits}, {delay: " + time() + "}, {release: permits}]");
  }

  void limits() {
    resource("gate", "kind: rate_limiter, rate: " + pick({"20/s", "50/s", "100/s"}) +
                         ", burst: " + number(1 + below(5)) + ", policy: " + pick({"delay", "reject"}));
    resource("breaker",
             "kind: circuit_breaker, slidingWindowSize: 10, minimumNumberOfCalls: 5, "
             "waitDurationInOpenState: 200ms");
    leaf("pass: gate");
    leaf("pass: breaker, do: [{delay: " + time() + ", timeout: 20ms}]");
  }

  void messages() {
    resource("jobs", "kind: queue, max_length: 50, overflow: reject-publish");
    resource("crew", "kind: worker, from: jobs, flow: job, concurrency: " + number(1 + below(3)) +
                         (chance(30) ? ", poll: 50ms" : ""));
    flow("job", "steps: [{delay: " + time() + "}]");
    leaf("publish: jobs");
  }

  void accounts() {
    resource("ledger", "kind: account, unit: rows, capacity: 200, on_full: refuse, initial: 50" +
                           (chance(50) ? std::string(", ttl: 2s") : std::string()));
    leaf("put: ledger");
    leaf("take: {from: ledger, count: 1}");
    leaf("reap: {from: ledger, batch: 5, row_time: 1ms, pause: 5ms}");
  }

  void models() {
    resource("budget", "kind: account, unit: usd, capacity: $5");
    resource("cloud", "kind: llm, ttft: " + time() +
                          ", output_rate: 1000/s, rpm: 3000, price: {input: $0.15/M, output: $0.60/M}");
    leaf("llm: {provider: cloud, input_tokens: 100, output_tokens: uniform(5; 40), charge: budget}");
  }

  void services() {
    host("box");
    const bool is_async = chance(50);
    resource("web", "kind: service, host: box, runtime: " + std::string(is_async ? "async" : "threads, threads: 4") +
                        ", instances: " + number(1 + below(2)) + ", workers: " + number(1 + below(2)) +
                        (chance(40) ? ", cpus: " + pick({"0.5", "1", "1.5"}) : ""));
    std::string entry = "web";
    if (chance(40)) {
      host("edge");
      resource("balancer", "kind: load_balancer, host: edge, target: web, method: " +
                               pick({"least_conn", "round_robin"}) + ", cpu: 100us");
      entry = "balancer";
    }
    if (chance(20)) {
      resource("scaler",
               "kind: autoscaler, target: web, minReplicas: 1, maxReplicas: 4, averageUtilization: 60, "
               "start_delay: 1, sync_period: 1");
    }
    flow("page", "service: " + entry + ", steps: [{cpu: " + short_time() + "}, {delay: " + time() +
                     "}, {cpu: " + short_time() + (is_async && chance(30) ? ", blocking: true" : "") + "}]");
    leaf("call: page");
    leaf("spawn: page");
  }

  void databases() {
    std::string server = "db";
    const bool has_host = chance(40);
    if (has_host) {
      host("dbhost");
    }
    resource("db", "kind: postgres, " + std::string(has_host ? "host: dbhost" : "cores: " + pick({"1", "2", "4"})) +
                       ", rtt: " + pick({"200us", "1ms", "0s"}) +
                       ", fsync: " + pick({"5ms", "1ms", "exponential(2ms)"}));
    if (chance(40)) {
      resource("bouncer",
               "kind: pgbouncer, server: db, pool_mode: transaction, max_client_conn: 50, default_pool_size: 4");
      server = "bouncer";
    }
    resource("pool", "kind: connection_pool, driver: " + pick({"asyncpg", "sqlalchemy, pool_timeout: 1"}) +
                         ", server: " + server);
    leaf("query: {pool: pool, cpu: " + short_time() + ", io: " + short_time() + ", access: read}, timeout: 300ms");
    leaf("query: {pool: pool, cpu: " + short_time() + ", commit: true}");
    leaf("hold: pool, timeout: 500ms, do: [{query: {cpu: " + short_time() + "}}, {query: {cpu: 1ms, commit: true}}]");
  }

  void redis() {
    if (!has_redis_) {
      resource("redis", "kind: redis, rtt: " + pick({"200us", "1ms", "0s"}));
      has_redis_ = true;
    }
  }

  void caches() {
    redis();
    resource("store", "kind: cache, of: redis, hit: 70%");
    resource("mutex", "kind: redis_lock, server: redis, per: tenant, timeout: 1, sleep: 0.02, blocking_timeout: 0.3");
    leaf("cache: store, miss: [{delay: " + time() + "}]");
    leaf("lock: mutex, do: [{delay: " + time() + "}]");
  }

  void streams() {
    redis();
    resource("events", "kind: stream, server: redis, maxlen: 1000");
    resource("readers", "kind: worker, from: events, group: readers, flow: event, concurrency: 2");
    flow("event", "steps: [{delay: " + time() + "}]");
    leaf("publish: events");
  }

  void links() {
    resource("wire", "kind: link, rtt: " + pick({"5ms", "1ms", "0s"}) + ", bandwidth: " + pick({"10MB/s", "1MB/s"}));
    leaf("transfer: wire");
    leaf("transfer: {link: wire, bytes: " + bytes() + "}");
    if (chance(60)) {
      resource("access", "kind: link, rtt: 1ms, bandwidth: " + pick({"5MB/s", "2MB/s", "1MB/s"}) +
                             (chance(50) ? ", per: tenant" : ""));
      resource("backbone", "kind: link, rtt: 0s, bandwidth: " + pick({"5MB/s", "3MB/s", "1MB/s"}));
      resource("ether", "kind: link, rtt: 5ms");
      leaf("transfer: {route: [access, backbone], bytes: " + few_bytes() + "}");
      leaf("transfer: {route: [" + pick({"wire, backbone", "access, backbone, wire", "backbone, ether"}) +
           "], bytes: " + few_bytes() + "}");
      leaf("transfer: {link: " + pick({"access", "backbone"}) + ", bytes: " + few_bytes() + "}");
      flow("shown", "steps: [{transfer: {route: [backbone, access], bytes: " + few_bytes() + "}}]");
      leaf("call: {flow: shown, " + pick({"link: wire", "route: [access, wire]"}) + ", bytes: " + few_bytes() + "}");
    }
  }
  std::string few_bytes() { return pick({"1kB", "5kB", "uniform(1kB; 10kB)"}); }
  std::string bytes() { return pick({"5kB", "20kB", "uniform(1kB; 50kB)"}); }

  // --- flows ---------------------------------------------------------------------------------------------------------
  std::string leaf() {
    if (leaves_.empty() || chance(25)) {
      return "{" + pick({"delay: 5ms", "delay: 10ms", "delay: exponential(10ms)", "mark: here", "delay: 0s"}) + "}";
    }
    return "{" + leaves_[below(leaves_.size())] + "}";
  }

  std::string steps(int depth, const std::string& callee = {}) {
    std::string text = "[";
    for (std::uint64_t i = 1 + below(3); i > 0; --i) {
      text += step(depth, callee) + (i > 1 ? ", " : "");
    }
    return text + "]";
  }

  std::string step(int depth, const std::string& callee) {
    if (depth == 0 || chance(45)) {
      return chance(4) ? "{fail: broken, on_error: {any: [{mark: failed}]}}" : leaf();
    }
    const auto inner = [&] { return steps(depth - 1, callee); };
    switch (below(8)) {
      case 0:
        return holds_.empty() ? leaf() : "{hold: " + holds_.front() + ", do: " + inner() + modifiers() + "}";
      case 1:
        return "{choose: [{weight: 2, do: " + inner() + "}, {weight: 1, do: " + inner() + "}]}";
      case 2:
        return "{parallel: {branches: [" + inner() + ", " + inner() + "], wait: " + pick({"all", "first"}) +
               ", rest: " + pick({"run", "cancel"}) + "}" + modifiers() + "}";
      case 3:
        return "{repeat: " + number(1 + below(3)) + ", do: " + inner() + "}";
      case 4:
      case 5:
        return callee.empty() ? leaf() : "{" + pick({"call: ", "call: ", "spawn: "}) + callee + "}";
      default:
        return "{do: " + inner() + modifiers() + "}";
    }
  }

  std::string modifiers() {
    std::string text;
    text += chance(10) ? ", when: request.size > 3" : "";
    text += chance(30) ? ", timeout: " + whole_time() + (chance(50) ? ", cancel_propagates: inline" : "") : "";
    text += chance(15) ? ", retry: {max: " + number(1 + below(2)) + ", base: " + whole_time() +
                             ", jitter: " + pick({"none", "full", "equal"}) + "}"
                       : "";
    return text + (chance(40) ? ", on_error: {any: [{mark: caught}]}" : "");
  }

  std::string scenario(const std::string& name, const std::string& exec) {
    const std::string rate = number(5 + below(40));
    switch (below(4)) {
      case 0:
        return "  " + name + ": {executor: constant-vus, exec: " + exec + ", vus: " + number(2 + below(8)) +
               ", duration: 5s, thinkTime: " + pick({"exponential(100ms)", "100ms"}) + "}\n";
      case 1:
        return "  " + name + ": {executor: ramping-arrival-rate, exec: " + exec +
               ", startRate: 0, stages: [{target: " + rate +
               ", duration: 3s}, {target: 5, duration: 2s}], arrival: " + pick({"poisson", "even"}) + "}\n";
      default:
        return "  " + name + ": {executor: constant-arrival-rate, exec: " + exec + ", rate: " + rate +
               "/s, duration: 5s, arrival: " + pick({"poisson", "even", "gamma(cv=2)"}) + "}\n";
    }
  }

  Key key_;
  std::uint64_t count_ = 0;
  bool has_fluid_;
  bool has_redis_ = false;
  std::string hosts_;
  std::string resources_;
  std::string flows_;
  std::vector<std::string> leaves_;
  std::vector<std::string> holds_;
};

}  // namespace

RandomSystem random_system(std::uint64_t number, bool has_fluid) {
  return Generator(number, has_fluid).system();
}

}  // namespace loadstone::test
