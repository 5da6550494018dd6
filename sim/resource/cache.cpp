// A cache, in the process or in a Redis: with a given hit ratio, or with keys that are there or not.
#include <cmath>

#include "sim/model/lowerer.hpp"
#include "sim/primitive/flights.hpp"
#include "sim/primitive/key_memory.hpp"
#include "sim/primitive/lookup_cache.hpp"
#include "sim/resource/key_store.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct CacheSpec {
  std::optional<Reference> of;
  std::optional<Share> hit;
  std::optional<CountLaw> key;
  std::optional<Bytes> item;
  std::optional<Bytes> size;
  std::optional<Duration> ttl;
  std::optional<bool> single_flight;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<CacheSpec>()
          .field("of", &CacheSpec::of, "The redis that it is kept in; absent: in the process, where it costs nothing.")
          .field("hit", &CacheSpec::hit, "Share of lookups that find what they look for, whatever they look for.",
                 {.bounds = {.max = 1}})
          .field("key", &CacheSpec::key, "The number of what is looked up, as `$request.product`: it is there or not.")
          .field("item", &CacheSpec::item, "Bytes of one entry. Absent: 1kB.",
                 {.bounds = {.native_unit = "B", .min = 1}})
          .field("size", &CacheSpec::size,
                 "In the process: its bytes at most; then what was not used for longest goes. Absent: no limit.",
                 {.bounds = {.native_unit = "B", .min = 1}})
          .field("ttl", &CacheSpec::ttl, "How long an entry lives. Absent: for ever.", {.bounds = {.above_min = true}})
          .field("single_flight", &CacheSpec::single_flight,
                 "Whether of those who miss one key at a time only one gets it. Absent: false.", {.optional = true});
  return table;
}

// --- a given ratio ------------------------------------------------------------------------------------------------

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
      server_->lower_any_key(lowerer, "cache");
      server_->lower_command(lowerer, 1, "cache.get");
    }
    return lowerer.emit({.execute = &op_look_up, .plan = lowerer.builder().keep(row_)}, "cache.hit");
  }
  void lower_store(Lowerer& lowerer) override {
    if (server_ != nullptr) {
      server_->lower_any_key(lowerer, "cache");
      server_->lower_command(lowerer, 1, "cache.set");
    }
  }

 private:
  ResourceIndex row_;
  CommandServer* server_;
};

// --- keys ---------------------------------------------------------------------------------------------------------

struct KeysPlan {
  ResourceIndex memory = 0;
  ResourceIndex flights = 0;
  Key name = 0;
  Drawn key;
  std::vector<std::uint16_t> member_attributes;
  std::int64_t item = 0;
  std::optional<Duration> ttl;
  // attributes: the number of the key, and whether it was found
  std::uint16_t number = 0;
  std::uint16_t found = 0;
};

const KeysPlan& keys_plan(const Op& op) {
  return *static_cast<const KeysPlan*>(op.plan);
}

Key key_of(const KeysPlan& plan, const Request& request) {
  Key key = combine(plan.name, static_cast<std::uint64_t>(std::llround(request.attributes[plan.number])));
  for (const std::uint16_t attribute : plan.member_attributes) {
    key = combine(key, static_cast<std::uint64_t>(std::llround(request.attributes[attribute])));
  }
  return key;
}

Progress op_choose_key(Simulation& simulation, Request& request, const Op& op) {
  request.attributes[keys_plan(op).number] = keys_plan(op).key.value(simulation, request, op.site);
  return Progress::next;
}

Progress op_read_key(Simulation& simulation, Request& request, const Op& op) {
  const KeysPlan& plan = keys_plan(op);
  const bool found = simulation.resource<KeyMemory>(plan.memory).read(request, key_of(plan, request));
  request.attributes[plan.found] = found ? 1 : 0;
  return Progress::next;
}

// Goes on at `target` after a hit.
Progress op_hit_or_miss(Simulation& simulation, Request& request, const Op& op) {
  const KeysPlan& plan = keys_plan(op);
  auto& flights = simulation.resource<Flights>(plan.flights);
  if (request.attributes[plan.found] == 0) {
    return flights.missed(request, key_of(plan, request));
  }
  flights.found();
  request.pc = &simulation.model().program[op.target];
  return Progress::next;
}

Progress op_write_key(Simulation& simulation, Request& request, const Op& op) {
  const KeysPlan& plan = keys_plan(op);
  simulation.resource<KeyMemory>(plan.memory).write(request, key_of(plan, request), plan.item, plan.ttl);
  return Progress::next;
}

Progress op_stored(Simulation& simulation, Request& request, const Op& op) {
  simulation.resource<Flights>(keys_plan(op).flights).stored(request);
  return Progress::next;
}

class BuiltKeys final : public BuiltResource, public Cacheable {
 public:
  BuiltKeys(const ResourceSpec& resource_spec, KeysPlan plan, CommandServer* server)
      : BuiltResource(resource_spec), plan_(std::move(plan)), server_(server) {}

  // What is read is what is there when the command is executed; who then waits for another's answer waits at the end.
  std::uint32_t lower_lookup(Lowerer& lowerer) override {
    ModelBuilder& builder = lowerer.builder();
    KeysPlan plan = plan_;
    plan.key = lowerer.drawn(*spec.as<CacheSpec>().key);
    plan.number = builder.declare_attribute("key of " + spec.name);
    plan.found = builder.declare_attribute("found in " + spec.name);
    kept_ = builder.keep(plan);
    lowerer.emit({.execute = &op_choose_key, .plan = kept_}, "cache.key");
    lower_at_server(lowerer, &op_read_key, "cache.get");
    return lowerer.emit({.execute = &op_hit_or_miss, .plan = kept_}, "cache.hit");
  }
  void lower_store(Lowerer& lowerer) override {
    lower_at_server(lowerer, &op_write_key, "cache.set");
    lowerer.emit({.execute = &op_stored, .plan = kept_});
  }

 private:
  void lower_at_server(Lowerer& lowerer, Progress (*execute)(Simulation&, Request&, const Op&), std::string_view what) {
    if (server_ != nullptr) {
      server_->lower_key(lowerer, plan_.name, {kept_->number});
    }
    const std::uint32_t first = lowerer.here();
    if (server_ != nullptr) {
      server_->lower_request(lowerer, 1, what);
    }
    lowerer.emit({.execute = execute, .plan = kept_});
    lowerer.served_since(first);
    if (server_ != nullptr) {
      server_->lower_reply(lowerer, what);
    }
  }

  KeysPlan plan_;
  CommandServer* server_;
  const KeysPlan* kept_ = nullptr;  // of the step being lowered
};

// --- building -----------------------------------------------------------------------------------------------------

void check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& cache = spec.as<CacheSpec>();
  const auto fail = [&](const char* key, const std::string& message) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + message);
  };
  if (cache.hit.has_value() == cache.key.has_value()) {
    fail(cache.hit ? "hit" : "", "it has either a 'hit' ratio or a 'key'");
    return;
  }
  for (const char* key : {"item", "size", "ttl", "single_flight", "in", "per"}) {
    if (cache.hit && spec.key_places.contains(key)) {
      fail(key, "'" + std::string(key) + "' is for a cache with a 'key', not for one with a 'hit' ratio");
    }
  }
  for (const char* key : {"size", "in", "per"}) {
    if (cache.key && cache.of && spec.key_places.contains(key)) {
      fail(key, "'" + std::string(key) +
                    "' is for a cache in the process; one in a redis has its 'maxmemory', and is " +
                    std::string("shared"));
    }
  }
}

ResourceIndex process_memory(const ResourceSpec& spec, ModelBuilder& builder) {
  auto& plan = builder.add(std::make_unique<KeyMemoryPlan>(), spec, "memory");
  plan.judged = false;  // to be full is its normal state
  plan.policy = Eviction::allkeys_lru;
  if (spec.as<CacheSpec>().size) {
    plan.limit = spec.as<CacheSpec>().size->count;
    plan.capacity = static_cast<double>(plan.limit);
  }
  plan.evicted = builder.mark(spec.name + ".evicted_keys");
  plan.expired = builder.mark(spec.name + ".expired_keys");
  plan.member_attributes = builder.member_attributes(spec);
  builder.keeps_in(spec, plan.row);
  return plan.row;
}

std::unique_ptr<BuiltResource> build_keys(const ResourceSpec& spec, CommandServer* server, KeyStore* store,
                                          ModelBuilder& builder) {
  const auto& cache = spec.as<CacheSpec>();
  auto& flights = builder.add(std::make_unique<FlightsPlan>(), spec);
  flights.single = cache.single_flight.value_or(false);
  flights.hits = builder.mark(spec.name + ".hit");
  flights.misses = builder.mark(spec.name + ".miss");
  KeysPlan plan;
  plan.flights = flights.row;
  plan.memory = store != nullptr ? store->memory() : process_memory(spec, builder);
  plan.name = hash_text(spec.name);
  if (store == nullptr) {
    plan.member_attributes = builder.model().resources[plan.memory]->member_attributes;
  } else if (const auto tag = store->key_tag()) {
    plan.member_attributes = {*tag};
  }
  plan.item = cache.item ? cache.item->count : 1000;
  plan.ttl = cache.ttl;
  return std::make_unique<BuiltKeys>(spec, std::move(plan), server);
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& cache = spec.as<CacheSpec>();
  check(spec, builder);
  CommandServer* server = nullptr;
  KeyStore* store = nullptr;
  if (cache.of) {
    server = builder.resource_that_can<CommandServer>(*cache.of, "take commands");
    store = server == nullptr ? nullptr : dynamic_cast<KeyStore*>(builder.resource(*cache.of));
  }
  if (cache.key) {
    return build_keys(spec, server, store, builder);
  }
  auto& plan = builder.add(std::make_unique<LookupCachePlan>(), spec);
  plan.hit = cache.hit.value_or(Share{}).of_one;
  plan.hits = builder.mark(spec.name + ".hit");
  plan.misses = builder.mark(spec.name + ".miss");
  return std::make_unique<BuiltCache>(spec, plan.row, server);
}

}  // namespace

const ResourceKind& cache_kind() {
  static const ResourceKind kind{"cache", "A cache that lookups hit or miss.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
