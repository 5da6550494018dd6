// A cache with a given hit ratio, in the process or in a Redis.
#include "sim/model/lowerer.hpp"
#include "sim/primitive/lookup_cache.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct CacheSpec {
  std::optional<Reference> of;
  Share hit;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<CacheSpec>()
          .field("of", &CacheSpec::of, "The redis that it is kept in; absent: in the process, where it costs nothing.")
          .field("hit", &CacheSpec::hit, "Share of lookups that find what they look for.", {.bounds = {.max = 1}});
  return table;
}

// Goes on at `target` after a hit.
Progress op_look_up(Simulation& simulation, Request& request, const Op& op) {
  if (simulation.resource<LookupCache>(*static_cast<const ResourceIndex*>(op.plan)).look_up(request, op.site)) {
    request.pc = &simulation.model().program[op.target];
  }
  return Progress::next;
}

class BuiltCache final : public BuiltResource, public Cacheable {
 public:
  BuiltCache(const ResourceSpec& resource_spec, ResourceIndex row, CommandServer* server)
      : BuiltResource(resource_spec), row_(row), server_(server) {}

  std::uint32_t lower_lookup(Lowerer& lowerer) override {
    if (server_ != nullptr) {
      server_->lower_command(lowerer, 1, "cache.get");
    }
    return lowerer.emit({.execute = &op_look_up, .plan = lowerer.builder().keep(row_)}, "cache.hit");
  }
  void lower_store(Lowerer& lowerer) override {
    if (server_ != nullptr) {
      server_->lower_command(lowerer, 1, "cache.set");
    }
  }

 private:
  ResourceIndex row_;
  CommandServer* server_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& cache = spec.as<CacheSpec>();
  CommandServer* server = nullptr;
  if (cache.of) {
    server = builder.resource_that_can<CommandServer>(*cache.of, "take commands");
  }
  auto& plan = builder.add(std::make_unique<LookupCachePlan>(), spec);
  plan.hit = cache.hit.of_one;
  plan.hits = builder.mark(spec.name + ".hit");
  plan.misses = builder.mark(spec.name + ".miss");
  return std::make_unique<BuiltCache>(spec, plan.row, server);
}

}  // namespace

const ResourceKind& cache_kind() {
  static const ResourceKind kind{"cache", "A cache that a given share of lookups hits.", fields, {}, build};
  return kind;
}

}  // namespace loadstone
