#include "sim/resource/service_memory.hpp"

#include "sim/primitive/process_memory.hpp"
#include "sim/resource/autoscaler.hpp"

namespace loadstone {

namespace {

constexpr Duration kBoot{1'000'000'000};

const FieldTable& memory_fields() {
  static const FieldTable table =
      FieldTable::of<MemorySpec>()
          .field("idle", &MemorySpec::idle, "Of an instance without requests.", {.bounds = {.max = 1e15}})
          .field("per_request", &MemorySpec::per_request, "More for each request inside.", {.bounds = {.max = 1e15}})
          .field("limit", &MemorySpec::limit, "At more than this the instance is killed.",
                 {.bounds = {.min = 1, .max = 1e15}});
  return table;
}

const FieldTable& registry_fields() {
  const Bounds seconds{.native_unit = "s", .above_min = true};
  static const FieldTable table =
      FieldTable::of<RegistrySpec>()
          .field("leaseRenewalIntervalInSeconds", &RegistrySpec::renew, "Between two renewals of an instance.",
                 {.default_text = "30", .bounds = seconds, .grade = "B"})
          .field("leaseExpirationDurationInSeconds", &RegistrySpec::lease,
                 "How long an instance is listed after its last renewal.",
                 {.default_text = "90", .bounds = seconds, .grade = "B"})
          .field("registryFetchIntervalSeconds", &RegistrySpec::fetch, "Between two looks of clients at the list.",
                 {.default_text = "30", .bounds = {.native_unit = "s"}, .grade = "B"});
  return table;
}

bool check(const ResourceSpec& spec, const ServiceMemory& memory, ModelBuilder& builder) {
  bool ok = true;
  const auto fail = [&](std::string_view key, const std::string& why) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + why);
    ok = false;
  };
  if (memory.boot && !memory.limited) {
    fail("boot", "'boot' has no effect without a limit of 'memory'");
  }
  if (memory.registry && !memory.limited) {
    fail("registry", "'registry' has no effect without a limit of 'memory', by which instances die");
  }
  if (memory.registry && memory.registry->lease <= memory.registry->renew) {
    fail("registry", "a lease that is not longer than the time between two renewals forgets everybody");
  }
  if (memory.registry && most_instances(builder.topology(), spec.name, 0) > 0) {
    fail("registry", "a 'registry' does not go with an autoscaler, whose instances are listed when they are ready");
  }
  if (memory.limited && memory.limited->idle.count + memory.limited->per_request.count > memory.limited->limit.count) {
    fail("memory",
         "the memory limit of " + format_bytes(memory.limited->limit.count) + " has no room for a single request");
  }
  return ok;
}

}  // namespace

const FieldTable& ServiceMemory::fields() {
  static const FieldTable table =
      FieldTable::of<ServiceMemory>()
          .mapping("memory", &ServiceMemory::limited,
                   "Of one instance, with a limit as `docker --memory`; who finds no room kills it.", memory_fields())
          .field("boot", &ServiceMemory::boot, "memory (1s): time until an instance that was killed is back.",
                 {.grade = "E"})
          .mapping("registry", &ServiceMemory::registry,
                   "memory: from where clients learn, late, that an instance is gone. Absent: they never do.",
                   registry_fields());
  return table;
}

std::optional<ResourceIndex> add_memory(const ResourceSpec& spec, const ServiceMemory& memory, std::int64_t workers,
                                        const ServiceGatePlan& gate, ModelBuilder& builder) {
  if (!check(spec, memory, builder) || !memory.limited) {
    return std::nullopt;
  }
  auto& plan = builder.add(std::make_unique<ProcessMemoryPlan>(), spec, "memory");
  plan.capacity = static_cast<double>(memory.limited->limit.count);
  plan.members = static_cast<double>(spec.instances.value_or(1));
  plan.in_bound = false;
  plan.relieved_by = "memory.limit";
  plan.process_attribute = gate.process_attribute;
  plan.processes = workers;
  plan.idle = memory.limited->idle.count;
  plan.per_request = memory.limited->per_request.count;
  plan.boot = memory.boot.value_or(kBoot);
  plan.unavailable = builder.error("unavailable");
  plan.connection_lost = builder.error("connection_lost");
  plan.refused = plan.connection_lost;
  plan.killed = builder.mark(spec.name + ".oom_killed");
  if (const auto& registry = memory.registry) {
    plan.registry = {.renew = registry->renew,
                     .lease = registry->lease,
                     .fetch = registry->fetch,
                     .name = spec.name,
                     .gate = gate.row,
                     .count = spec.instances.value_or(1),
                     .processes = workers};
  }
  return plan.row;
}

}  // namespace loadstone
