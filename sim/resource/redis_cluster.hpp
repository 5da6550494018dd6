// sim/resource/redis_cluster.hpp
//
// A Redis Cluster's 16384 hash slots: which shard a command goes to. Its rows have one member for each shard, picked by
// an attribute of the request that is set before each command.
//
// Slot.  Of a key that is told apart by attributes, where there is a tag: of the tag alone, so that all keys of one tag
//        are in one shard. Else of the key's name and attributes. A command whose key nobody names is about any slot,
//        by a draw, unless there is a tag.
// Order. Slot s of 16384 is in shard s x shards / 16384, rounded down.
// Not.   Slots do not move, and a client knows them all: nobody is told MOVED or ASK.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/model/lowerer.hpp"

namespace loadstone {

class RedisCluster {
 public:
  RedisCluster(const ResourceSpec& spec, std::int64_t shards, std::optional<std::uint16_t> tag, ModelBuilder& builder);

  // The attribute that says which shard.
  [[nodiscard]] std::uint16_t shard() const { return shard_; }
  [[nodiscard]] std::int64_t shards() const { return shards_; }
  [[nodiscard]] std::optional<std::uint16_t> tag() const { return tag_; }

  void lower_key(Lowerer& lowerer, Key name, const std::vector<std::uint16_t>& attributes) const;
  void lower_any_key(Lowerer& lowerer, std::string_view what) const;
  // What follows uses a connection that was taken for the tag's slot: another one is refused. REQUIRES: tag().
  void lower_same_slot(Lowerer& lowerer) const;

 private:
  std::uint16_t shard_;
  std::uint16_t slot_;
  std::int64_t shards_;
  std::optional<std::uint16_t> tag_;
  ErrorId cross_slot_;
};

}  // namespace loadstone
