// sim/primitive/key_memory.hpp
//
// Keys with a size and a time to live in a memory with a limit: what a Redis holds, or a cache in a process.
//
// Full.   As in Redis: before a write, keys are evicted until no more than the limit is used; then the write goes in,
//         so that the limit is passed by one key at most. If nothing may be evicted the write is refused.
// Order.  lru evicts what has not been read or written for longest, random any, ttl what expires first. lfu evicts what
//         has the lowest counter now: Redis's, which grows by chance at each use, the less the greater it is, and falls
//         by 1 for each `lfu_decay` without use. All fall alike, so their order does not change while none is used:
//         it is that of counter x decay + last use. The volatile
//         policies look only at keys with a time to live. Expiry is Phase::expire: a read at that instant by a
//         completion still finds the key, an arrival does not.
// Levels. `in use` is bytes; arrivals are writes, refused those without room.
// Cost.   O(1) a read or write without a time to live, O(log n) with one or under lfu.
// Not.    lru and lfu are exact, where Redis takes the best of a sample of 5.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

enum class Eviction : std::uint8_t {
  noeviction,
  allkeys_lru,
  allkeys_random,
  allkeys_lfu,
  volatile_lru,
  volatile_random,
  volatile_lfu,
  volatile_ttl
};

struct KeyMemoryPlan : ResourcePlan {
  KeyMemoryPlan() { in_bound = false; }  // its level is no time in which it is busy
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::int64_t limit = std::int64_t{1} << 62;  // bytes; what `capacity` says to reports
  Eviction policy = Eviction::noeviction;
  double lfu_log_factor = 10;
  Duration lfu_decay{60'000'000'000};  // 0: counters never fall
  ErrorId full = kNoError;
  bool survives_restarts = false;  // where it is lost: only if all memory is
  std::uint32_t evicted = 0;       // marks
  std::uint32_t expired = 0;
};

class KeyMemory final : public Resource {
 public:
  KeyMemory(Simulation& simulation, const KeyMemoryPlan& plan);

  // Whether the key is there; it has been used now.
  bool read(const Request& request, Key key);
  // Writes the key, whether it was there or not; without room request.error is set.
  void write(Request& request, Key key, std::int64_t bytes, std::optional<Duration> ttl);

  void lose_server(bool forgets) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = UINT32_MAX;

  struct Entry {
    Key key = 0;
    std::int64_t bytes = 0;
    std::int64_t due = INT64_MAX;
    Index older = kNone;  // in the list of candidates for eviction
    Index newer = kNone;
    Index place = kNone;       // among the candidates of a random policy
    std::int32_t counter = 0;  // lfu, as of its last use
    std::uint32_t uses = 0;
    std::int64_t used = 0;  // the last time
  };
  struct Keys : Member {
    using Member::Member;
    std::unordered_map<Key, Index> index;  // looked up only
    std::vector<Entry> entries;
    std::vector<Index> unused;
    Index oldest = kNone;
    Index newest = kNone;
    std::vector<Index> candidates;
    std::set<std::pair<Int128, Index>> by_use;  // of lfu: the first goes
    std::set<std::pair<std::int64_t, Index>> due;
    EventId expiry;
    std::int64_t expiry_at = 0;
    std::uint32_t choices = 0;
  };

  [[nodiscard]] bool is_candidate(const Entry& entry) const;
  [[nodiscard]] bool in_random_order() const;
  [[nodiscard]] bool by_frequency() const;
  [[nodiscard]] Int128 rank(const Entry& entry) const;
  // It is used now.
  void count_use(Entry& entry) const;
  void add(Keys& keys, const Entry& entry, std::optional<Duration> ttl);
  void remove(Keys& keys, Index at);
  void link(Keys& keys, Index at);
  void unlink(Keys& keys, Index at);
  [[nodiscard]] Index victim(Keys& keys);
  bool make_room(Keys& keys);
  void plan_expiry(Keys& keys);
  static void on_expiry(void* memory, std::uint64_t keys);

  const KeyMemoryPlan& plan_;
  std::int64_t limit_;
  Key choice_key_;
  MemberArray<Keys> members_;
};

}  // namespace loadstone
