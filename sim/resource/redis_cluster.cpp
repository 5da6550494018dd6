#include "sim/resource/redis_cluster.hpp"

#include <bit>

namespace loadstone {

namespace {

constexpr std::uint64_t kSlots = 16384;

struct SlotPlan {
  std::uint16_t shard = 0;  // attributes
  std::uint16_t slot = 0;
  std::int64_t shards = 1;
  Key name = 0;
  std::vector<std::uint16_t> attributes;
  ErrorId cross_slot = kNoError;
};

const SlotPlan& plan_of(const Op& op) {
  return *static_cast<const SlotPlan*>(op.plan);
}

std::uint64_t slot_of(const SlotPlan& plan, const Request& request) {
  Key key = plan.name;
  for (const std::uint16_t attribute : plan.attributes) {
    key = combine(key, std::bit_cast<std::uint64_t>(request.attributes[attribute]));
  }
  return mix(key) % kSlots;
}

void go_to(const SlotPlan& plan, Request& request, std::uint64_t slot) {
  request.attributes[plan.slot] = static_cast<double>(slot);
  request.attributes[plan.shard] = static_cast<double>(slot * static_cast<std::uint64_t>(plan.shards) / kSlots);
}

Progress op_slot_of_key(Simulation&, Request& request, const Op& op) {
  go_to(plan_of(op), request, slot_of(plan_of(op), request));
  return Progress::next;
}

Progress op_any_slot(Simulation&, Request& request, const Op& op) {
  go_to(plan_of(op), request, uniform_below(draw_of(request.draws, op.site, 0), kSlots));
  return Progress::next;
}

Progress op_same_slot(Simulation&, Request& request, const Op& op) {
  if (request.attributes[plan_of(op).slot] != static_cast<double>(slot_of(plan_of(op), request))) {
    request.error = plan_of(op).cross_slot;
  }
  return Progress::next;
}

}  // namespace

RedisCluster::RedisCluster(const ResourceSpec& spec, std::int64_t shards, std::optional<std::uint16_t> tag,
                           ModelBuilder& builder)
    : shard_(builder.declare_attribute("shard of " + spec.name)),
      slot_(builder.declare_attribute("slot of " + spec.name)),
      shards_(shards),
      tag_(tag),
      cross_slot_(builder.error("cross_slot", "CROSSSLOT Keys in request don't hash to the same slot", spec.name)) {}

void RedisCluster::lower_key(Lowerer& lowerer, Key name, const std::vector<std::uint16_t>& attributes) const {
  SlotPlan plan{.shard = shard_,
                .slot = slot_,
                .shards = shards_,
                .name = name,
                .attributes = attributes,
                .cross_slot = kNoError};
  if (tag_ && !attributes.empty()) {
    plan.name = 0;
    plan.attributes = {*tag_};
  }
  lowerer.emit({.execute = &op_slot_of_key, .plan = lowerer.builder().keep(std::move(plan))});
}

void RedisCluster::lower_any_key(Lowerer& lowerer, std::string_view what) const {
  if (tag_) {
    lower_key(lowerer, 0, {*tag_});
    return;
  }
  const SlotPlan plan{.shard = shard_, .slot = slot_, .shards = shards_, .attributes = {}};
  lowerer.emit({.execute = &op_any_slot, .plan = lowerer.builder().keep(plan)}, std::string(what) + ".slot");
}

void RedisCluster::lower_same_slot(Lowerer& lowerer) const {
  const SlotPlan plan{
      .shard = shard_, .slot = slot_, .shards = shards_, .attributes = {*tag_}, .cross_slot = cross_slot_};
  lowerer.emit({.execute = &op_same_slot, .plan = lowerer.builder().keep(plan)});
}

}  // namespace loadstone
