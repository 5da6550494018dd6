#include "sim/primitive/key_memory.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

namespace {

constexpr Key kVictimSite = hash_text("evicted key");
constexpr Key kUseSite = hash_text("counted use");
constexpr std::int32_t kFirstCounter = 5;  // Redis's LFU_INIT_VAL
constexpr std::int32_t kMostCounter = 255;
constexpr Int128 kNeverDecays = Int128{1} << 80;

}  // namespace

std::unique_ptr<Resource> KeyMemoryPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<KeyMemory>(simulation, *this);
}

KeyMemory::KeyMemory(Simulation& simulation, const KeyMemoryPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      limit_(simulation.is_relieved(plan.name) ? kUnlimitedUnits : plan.limit),
      choice_key_(simulation.key_of(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto keys = std::make_unique<Keys>(limit_);
        keys->label = member_label(simulation_, plan_, first);
        return keys;
      }) {}

bool KeyMemory::read(const Request& request, Key key) {
  Keys& keys = members_.of(request);
  const auto found = keys.index.find(key);
  if (found == keys.index.end()) {
    return false;
  }
  unlink(keys, found->second);
  count_use(keys.entries[found->second]);
  link(keys, found->second);
  return true;
}

void KeyMemory::write(Request& request, Key key, std::int64_t bytes, std::optional<Duration> ttl) {
  Keys& keys = members_.of(request);
  Level& level = keys.level;
  ++level.arrivals;
  if (!make_room(keys)) {
    ++level.refused;
    request.error = plan_.full;
    return;
  }
  ++level.granted;
  ++level.completed;
  Entry entry{.key = key, .bytes = bytes, .counter = kFirstCounter, .used = simulation_.now().ns};
  if (const auto found = keys.index.find(key); found != keys.index.end()) {
    const Entry& before = keys.entries[found->second];
    entry.counter = before.counter;
    entry.uses = before.uses;
    entry.used = before.used;
    count_use(entry);
    remove(keys, found->second);
  }
  add(keys, entry, ttl);
}

bool KeyMemory::make_room(Keys& keys) {
  while (keys.level.in_use() > limit_) {
    const Index at = victim(keys);
    if (at == kNone) {
      return false;
    }
    remove(keys, at);
    simulation_.count_mark(plan_.evicted);
  }
  return true;
}

void KeyMemory::add(Keys& keys, const Entry& entry, std::optional<Duration> ttl) {
  if (keys.unused.empty()) {
    keys.unused.push_back(static_cast<Index>(keys.entries.size()));
    keys.entries.emplace_back();
  }
  const Index at = keys.unused.back();
  keys.unused.pop_back();
  keys.index.emplace(entry.key, at);
  const SimTime now = simulation_.now();
  keys.level.use(now, entry.bytes);
  keys.entries[at] = entry;
  if (ttl) {
    keys.entries[at].due = (now + std::min(*ttl, kEndOfTime - now)).ns;
    keys.due.emplace(keys.entries[at].due, at);
    plan_expiry(keys);
  }
  link(keys, at);
}

void KeyMemory::remove(Keys& keys, Index at) {
  unlink(keys, at);
  const Entry& entry = keys.entries[at];
  keys.level.use(simulation_.now(), -entry.bytes);
  if (entry.due != INT64_MAX) {
    keys.due.erase({entry.due, at});
  }
  keys.index.erase(entry.key);
  keys.unused.push_back(at);
}

// --- candidates for eviction --------------------------------------------------------------------------------------

bool KeyMemory::in_random_order() const {
  return plan_.policy == Eviction::allkeys_random || plan_.policy == Eviction::volatile_random;
}

bool KeyMemory::by_frequency() const {
  return plan_.policy == Eviction::allkeys_lfu || plan_.policy == Eviction::volatile_lfu;
}

Int128 KeyMemory::rank(const Entry& entry) const {
  const Int128 decay = plan_.lfu_decay.ns > 0 ? Int128{plan_.lfu_decay.ns} : kNeverDecays;
  return entry.counter * decay + entry.used;
}

void KeyMemory::count_use(Entry& entry) const {
  if (!by_frequency()) {
    return;
  }
  const std::int64_t now = simulation_.now().ns;
  if (plan_.lfu_decay.ns > 0) {
    const std::int64_t fallen = (now - entry.used) / plan_.lfu_decay.ns;
    entry.counter -= static_cast<std::int32_t>(std::min<std::int64_t>(fallen, entry.counter));
  }
  const double above = std::max(0, entry.counter - kFirstCounter);
  const double choice = uniform(draw_of(combine(choice_key_, entry.key), kUseSite, entry.uses++));
  if (entry.counter < kMostCounter && choice < 1 / (above * plan_.lfu_log_factor + 1)) {
    ++entry.counter;
  }
  entry.used = now;
}

bool KeyMemory::is_candidate(const Entry& entry) const {
  switch (plan_.policy) {
    case Eviction::allkeys_lru:
    case Eviction::allkeys_random:
    case Eviction::allkeys_lfu:
      return true;
    case Eviction::volatile_lru:
    case Eviction::volatile_random:
    case Eviction::volatile_lfu:
      return entry.due != INT64_MAX;
    default:
      return false;  // nobody, or kept in the order of expiry
  }
}

// As the one used last.
void KeyMemory::link(Keys& keys, Index at) {
  Entry& entry = keys.entries[at];
  if (!is_candidate(entry)) {
    return;
  }
  if (by_frequency()) {
    keys.by_use.emplace(rank(entry), at);
    return;
  }
  if (in_random_order()) {
    entry.place = static_cast<Index>(keys.candidates.size());
    keys.candidates.push_back(at);
    return;
  }
  entry.older = keys.newest;
  entry.newer = kNone;
  (keys.newest == kNone ? keys.oldest : keys.entries[keys.newest].newer) = at;
  keys.newest = at;
}

void KeyMemory::unlink(Keys& keys, Index at) {
  const Entry& entry = keys.entries[at];
  if (!is_candidate(entry)) {
    return;
  }
  if (by_frequency()) {
    keys.by_use.erase({rank(entry), at});
    return;
  }
  if (in_random_order()) {
    const Index last = keys.candidates.back();
    keys.candidates[entry.place] = last;
    keys.entries[last].place = entry.place;
    keys.candidates.pop_back();
    return;
  }
  (entry.older == kNone ? keys.oldest : keys.entries[entry.older].newer) = entry.newer;
  (entry.newer == kNone ? keys.newest : keys.entries[entry.newer].older) = entry.older;
}

KeyMemory::Index KeyMemory::victim(Keys& keys) {
  if (plan_.policy == Eviction::volatile_ttl) {
    return keys.due.empty() ? kNone : keys.due.begin()->second;
  }
  if (by_frequency()) {
    return keys.by_use.empty() ? kNone : keys.by_use.begin()->second;
  }
  if (!in_random_order()) {
    return keys.oldest;
  }
  if (keys.candidates.empty()) {
    return kNone;
  }
  const double choice = uniform(draw_of(choice_key_, kVictimSite, keys.choices++));
  return keys.candidates[static_cast<std::size_t>(choice * static_cast<double>(keys.candidates.size()))];
}

// --- expiry -------------------------------------------------------------------------------------------------------

void KeyMemory::plan_expiry(Keys& keys) {
  if (keys.due.empty() || (keys.expiry.is_set() && keys.expiry_at <= keys.due.begin()->first)) {
    return;
  }
  if (keys.expiry.is_set()) {
    simulation_.kernel().cancel(keys.expiry);
  }
  keys.expiry_at = keys.due.begin()->first;
  keys.expiry = simulation_.kernel().schedule(SimTime{keys.expiry_at}, Phase::expire,
                                              {&KeyMemory::on_expiry, this, reinterpret_cast<std::uint64_t>(&keys)});
}

void KeyMemory::on_expiry(void* self, std::uint64_t who) {
  KeyMemory& memory = *static_cast<KeyMemory*>(self);
  Keys& keys = *reinterpret_cast<Keys*>(who);
  keys.expiry = {};
  while (!keys.due.empty() && keys.due.begin()->first <= memory.simulation_.now().ns) {
    memory.remove(keys, keys.due.begin()->second);
    memory.simulation_.count_mark(memory.plan_.expired);
  }
  memory.plan_expiry(keys);
}

void KeyMemory::lose_server(bool forgets) {
  if (!forgets && plan_.survives_restarts) {
    return;
  }
  for (const auto& keys : members_.all()) {
    for (Index at = 0; at < keys->entries.size(); ++at) {
      const auto found = keys->index.find(keys->entries[at].key);
      if (found != keys->index.end() && found->second == at) {
        remove(*keys, at);
      }
    }
  }
}

void KeyMemory::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& keys : members_.all()) {
    visit(*keys);
  }
}

}  // namespace loadstone
