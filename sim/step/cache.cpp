// cache: looks something up, and after a miss runs steps to get it and stores it.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Lookup {
  Reference cache;
  std::vector<StepSpec> miss;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Lookup>()
          .field("cache", &Lookup::cache, "The cache.")
          .field("miss", &Lookup::miss, "What is done after a miss, before it is stored.", {.beside = true});
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& lookup = step.as<Lookup>();
  auto* cache = lowerer.builder().resource_that_can<Cacheable>(lookup.cache, "be looked up in");
  if (cache == nullptr) {
    return;
  }
  const std::uint32_t hit = cache->lower_lookup(lowerer);
  const Lowerer::Taken before = lowerer.taken();
  lowerer.lower_steps(lookup.miss);
  lowerer.merge_taken(before);
  cache->lower_store(lowerer);
  lowerer.land(hit);
}

}  // namespace

const StepKind& cache_step() {
  static const StepKind kind{"cache", "Looks something up, and gets and stores it after a miss.", fields, "cache",
                             lower};
  return kind;
}

}  // namespace loadstone
