// A link: round trips, and bytes over a shared bandwidth.
#include "sim/primitive/link.hpp"

#include <algorithm>

#include "sim/model/lowerer.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct LinkSpec {
  TimeLaw rtt;
  std::optional<ByteRate> bandwidth;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<LinkSpec>()
          .field("rtt", &LinkSpec::rtt, "Time of a round trip without load.")
          .field("bandwidth", &LinkSpec::bandwidth,
                 "Bytes per time, of all transfers together: 1Gbps, 100MB/s. Absent: bytes take no time.",
                 {.bounds = {.above_min = true}});
  return table;
}

struct TransferPlan {
  ResourceIndex link = 0;
  Drawn rtt;
  Drawn bytes;
  double ns_per_byte = 0;
  Key bytes_site = 0;
};

Progress op_transfer(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const TransferPlan*>(op.plan);
  const Duration rtt = plan.rtt.duration(simulation, request, op.site);
  const double bytes = std::max(0.0, plan.bytes.value(simulation, request, plan.bytes_site));
  return simulation.resource<Link>(plan.link).transfer(request, rtt, whole_ns(bytes * plan.ns_per_byte));
}

class BuiltLink final : public BuiltResource, public Carrier {
 public:
  BuiltLink(const ResourceSpec& resource_spec, ResourceIndex row) : BuiltResource(resource_spec), row_(row) {}

  void lower_transfer(Lowerer& lowerer, const SizeLaw& bytes) override {
    const auto& link = spec.as<LinkSpec>();
    const double ns_per_byte = link.bandwidth ? 1 / link.bandwidth->per_ns : 0;
    const TransferPlan plan{row_, lowerer.drawn(link.rtt), lowerer.drawn(bytes), ns_per_byte, lowerer.site("bytes")};
    lowerer.emit({.execute = &op_transfer, .plan = lowerer.builder().keep(plan)}, "rtt");
  }

 private:
  ResourceIndex row_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  auto& plan = builder.add(std::make_unique<LinkPlan>(), spec);
  plan.member_attributes = builder.member_attributes(spec);
  return std::make_unique<BuiltLink>(spec, plan.row);
}

}  // namespace

const ResourceKind& link_kind() {
  static const ResourceKind kind{
      "link", "A network path: round trips, and bytes over a shared bandwidth.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
