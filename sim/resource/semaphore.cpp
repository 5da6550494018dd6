// A semaphore: a number of permits, taken and given back.
#include "sim/primitive/slots.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Order : std::uint8_t { fifo, lifo, priority, random };

struct SemaphoreSpec {
  std::int64_t size = 1;
  Order discipline = Order::fifo;
  std::optional<Duration> timeout;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<SemaphoreSpec>()
          .field("size", &SemaphoreSpec::size, "Permits.", {.bounds = {.min = 1, .max = 1e12}})
          .choice("discipline", &SemaphoreSpec::discipline, "Who is next in line.",
                  {.default_text = "fifo", .choices = {"fifo", "lifo", "priority", "random"}})
          .field("timeout", &SemaphoreSpec::timeout, "Longest wait; absent: for ever. Then `semaphore_timeout`.");
  return table;
}

class BuiltSemaphore final : public BuiltResource, public Holdable {
 public:
  BuiltSemaphore(const ResourceSpec& resource_spec, ResourceIndex slots)
      : BuiltResource(resource_spec), slots_(slots) {}
  void lower_acquire(Lowerer& lowerer, std::int64_t amount, const std::optional<CountLaw>& priority, bool) override {
    const Lowerer::At at(lowerer, spec, "hold");
    emit_acquire(lowerer, slots_, amount, priority);
  }
  void lower_release(Lowerer& lowerer, bool) override { emit_release(lowerer, slots_); }

 private:
  ResourceIndex slots_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& semaphore = spec.as<SemaphoreSpec>();
  auto& plan = builder.add(std::make_unique<SlotsPlan>(), spec);
  plan.capacity = static_cast<double>(semaphore.size);
  plan.discipline = static_cast<Discipline>(semaphore.discipline);
  plan.patience = semaphore.timeout;
  plan.timed_out = builder.error("semaphore_timeout");
  plan.member_attributes = builder.member_attributes(spec);
  return std::make_unique<BuiltSemaphore>(spec, plan.row);
}

}  // namespace

const ResourceKind& semaphore_kind() {
  static const ResourceKind kind{
      "semaphore", "A number of permits that are taken and given back.",
      fields,      {"in", "per"},
      build,       {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart}};
  return kind;
}

}  // namespace loadstone
