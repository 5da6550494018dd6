// A load balancer: takes requests for a service and picks the process that serves them.
#include "sim/primitive/balancer.hpp"
#include "sim/primitive/station.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/service.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct LoadBalancerSpec {
  Reference target;
  std::string method;
  std::optional<TimeLaw> cpu;
  std::int64_t worker_connections = 512;
  std::optional<std::int64_t> max_fails;
  std::optional<Duration> fail_timeout;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<LoadBalancerSpec>()
          .field("target", &LoadBalancerSpec::target, "The service behind it.")
          .field("method", &LoadBalancerSpec::method,
                 "How it picks a process: round_robin, least_conn, random, sticky(ATTRIBUTE).",
                 {.default_text = "round_robin"})
          .field("cpu", &LoadBalancerSpec::cpu, "CPU time of one request, on its host.")
          .field("worker_connections", &LoadBalancerSpec::worker_connections,
                 "Connections at a time, clients and upstream together: each request takes two. Then a request fails "
                 "with `worker_connections_not_enough`.",
                 {.default_text = "512", .bounds = {.min = 2}, .grade = "S"})
          .field("max_fails", &LoadBalancerSpec::max_fails,
                 "An instance that refused so many connections is skipped; 0: none is. Absent: 1.",
                 {.bounds = {.max = 1e9}, .grade = "S"})
          .field("fail_timeout", &LoadBalancerSpec::fail_timeout,
                 "For how long it is skipped, until one request probes it. Absent: 10.",
                 {.bounds = {.native_unit = "s"}, .grade = "S"});
  return table;
}

class BuiltLoadBalancer final : public BuiltResource, public Runner {
 public:
  BuiltLoadBalancer(const ResourceSpec& resource_spec, ResourceIndex slots, std::optional<CpuPlace> cpu,
                    BuiltService& target, Balance balance)
      : BuiltResource(resource_spec), slots_(slots), cpu_(cpu), target_(target), balance_(balance) {}

  void lower_enter(Lowerer& lowerer) override {
    const Lowerer::At at(lowerer, spec, "enter");
    emit_acquire(lowerer, slots_, 2);
    if (cpu_) {
      emit_cpu(lowerer, *cpu_, lowerer.drawn(*spec.as<LoadBalancerSpec>().cpu), "load_balancer.cpu");
    }
    target_.lower_enter_by(lowerer, balance_, slots_);
  }
  void lower_leave(Lowerer& lowerer) override {
    target_.lower_leave(lowerer);
    emit_release(lowerer, slots_);
  }
  void lower_cpu(Lowerer& lowerer, const TimeLaw& time) override { target_.lower_cpu(lowerer, time); }
  void lower_block(Lowerer& lowerer) override { target_.lower_block(lowerer); }
  void lower_unblock(Lowerer& lowerer) override { target_.lower_unblock(lowerer); }
  BuiltResource& service() override { return target_; }
  [[nodiscard]] double processes() const override { return target_.processes(); }

 private:
  ResourceIndex slots_;
  std::optional<CpuPlace> cpu_;
  BuiltService& target_;
  Balance balance_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& balancer = spec.as<LoadBalancerSpec>();
  auto* target = builder.resource_that_can<Runner>(balancer.target, "run flows");
  auto* service = dynamic_cast<BuiltService*>(target);
  if (service == nullptr) {
    if (target != nullptr) {
      builder.diagnostics().error(balancer.target.place, "the target of a load balancer must be a service");
    }
    return nullptr;
  }
  if ((balancer.max_fails || balancer.fail_timeout) && !service->memory()) {
    builder.diagnostics().error(spec.place_of(balancer.max_fails ? "max_fails" : "fail_timeout"),
                                "resource '" + spec.name +
                                    "': 'max_fails' and 'fail_timeout' have no effect: instances of '" +
                                    balancer.target.name + "' die of a limit of 'memory', which it does not have");
  }
  auto& slots = builder.add(std::make_unique<BalancerPlan>(), spec, "slots");
  slots.capacity = static_cast<double>(balancer.worker_connections);
  slots.queue_limit = 0;
  slots.refused = builder.error("worker_connections_not_enough");
  slots.gate = service->gate();
  slots.processes = service->shape().workers;
  slots.max_fails = balancer.max_fails.value_or(1);
  slots.fail_timeout = balancer.fail_timeout.value_or(Duration{10'000'000'000});
  if (service->memory()) {
    slots.memory = service->memory();
    slots.unavailable = builder.error("unavailable");
    slots.next_upstream = builder.mark(spec.name + ".next_upstream");
  }
  std::optional<CpuPlace> cpu;
  if (balancer.cpu && spec.host) {
    if (const BuiltHost* host = builder.host(*spec.host)) {
      cpu = CpuPlace{.host = host->cpu};
    }
  } else if (balancer.cpu) {
    builder.diagnostics().error(spec.place_of("cpu"), "resource '" + spec.name + "': 'cpu' needs a 'host'");
  }
  return std::make_unique<BuiltLoadBalancer>(spec, slots.row, cpu, *service,
                                             parse_balance(balancer.method, spec, builder));
}

}  // namespace

const ResourceKind& load_balancer_kind() {
  static const ResourceKind kind{
      "load_balancer", "Takes requests for a service and spreads them over its processes.",
      fields,          {"host", "price"},
      build,           {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart}};
  return kind;
}

}  // namespace loadstone
