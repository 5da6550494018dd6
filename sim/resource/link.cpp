// A link: round trips, and bytes over a shared bandwidth.
#include "sim/primitive/link.hpp"

#include <algorithm>
#include <limits>

#include "sim/model/lowerer.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct LinkSpec {
  TimeLaw rtt;
  std::optional<ByteRate> bandwidth;
  std::vector<std::string> between;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<LinkSpec>()
          .field("rtt", &LinkSpec::rtt, "Time of a round trip without load.")
          .field("bandwidth", &LinkSpec::bandwidth,
                 "Bytes per time, of all transfers together: 1Gbps, 100MB/s. Absent: bytes take no time.",
                 {.bounds = {.above_min = true}})
          .field("between", &LinkSpec::between,
                 "Two hosts of a platform of SimGrid's, where there is one (--platform): it carries the bytes from the "
                 "first to the second.",
                 {.optional = true});
  return table;
}

struct TransferPlan {
  ResourceIndex link = 0;
  Drawn rtt;
  Drawn bytes;
  Key bytes_site = 0;
};

Progress op_transfer(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const TransferPlan*>(op.plan);
  const Duration rtt = plan.rtt.duration(simulation, request, op.site);
  const double bytes = std::max(0.0, plan.bytes.value(simulation, request, plan.bytes_site));
  return simulation.resource<Link>(plan.link).transfer(request, rtt, bytes);
}

// Over several links.
struct RoutePlan {
  struct RoundTrip {
    Drawn time;
    Key site = 0;
  };
  std::vector<ResourceIndex> route;
  std::vector<RoundTrip> round_trips;
  ResourceIndex narrowest = 0;
  Drawn bytes;
};

Progress op_transfer_over_route(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const RoutePlan*>(op.plan);
  Duration rtt;
  for (const RoutePlan::RoundTrip& each : plan.round_trips) {
    rtt = rtt + each.time.duration(simulation, request, each.site);
  }
  const double bytes = std::max(0.0, plan.bytes.value(simulation, request, op.site));
  return simulation.resource<Link>(plan.narrowest).transfer(request, plan.route, rtt, bytes);
}

// All links that are joined with one of `links` by a route, or are by now, are in one network.
void join(ModelBuilder& builder, const std::vector<LinkPlan*>& links) {
  RowId first = links.front()->row;
  for (const LinkPlan* link : links) {
    first = std::min({first, link->row, link->network.value_or(link->row)});
  }
  const auto is_joined = [&](const LinkPlan& plan) {
    return std::any_of(links.begin(), links.end(), [&](const LinkPlan* link) {
      return link == &plan || (plan.network && plan.network == link->network);
    });
  };
  std::vector<LinkPlan*> joined;
  for (const auto& plan : builder.model().resources) {
    if (auto* link = dynamic_cast<LinkPlan*>(plan.get()); link != nullptr && is_joined(*link)) {
      joined.push_back(link);
    }
  }
  for (LinkPlan* link : joined) {
    link->network = first;
  }
}

class BuiltLink final : public BuiltResource, public Carrier {
 public:
  BuiltLink(const ResourceSpec& resource_spec, LinkPlan& plan) : BuiltResource(resource_spec), plan_(plan) {}

  void lower_transfer(Lowerer& lowerer, std::span<Carrier* const> others, const SizeLaw& bytes) override {
    if (others.empty()) {
      plan_.is_used = true;
      const TransferPlan plan{plan_.row, lowerer.drawn(spec.as<LinkSpec>().rtt), lowerer.drawn(bytes),
                              lowerer.site("bytes")};
      lowerer.emit({.execute = &op_transfer, .plan = lowerer.builder().keep(plan)}, "rtt");
      return;
    }
    RoutePlan plan;
    plan.bytes = lowerer.drawn(bytes);
    std::vector<LinkPlan*> links;
    const auto add = [&](const BuiltLink& link) {
      link.plan_.is_used = true;
      links.push_back(&link.plan_);
      plan.route.push_back(link.plan_.row);
      plan.round_trips.push_back({lowerer.drawn(link.spec.as<LinkSpec>().rtt), lowerer.site("rtt." + link.spec.name)});
    };
    add(*this);
    for (Carrier* other : others) {
      add(dynamic_cast<BuiltLink&>(*other));  // nothing else carries bytes
    }
    join(lowerer.builder(), links);
    const auto bandwidth = [](const LinkPlan* link) {
      return link->bandwidth.value_or(std::numeric_limits<double>::infinity());
    };
    plan.narrowest = (*std::min_element(links.begin(), links.end(), [&](const LinkPlan* a, const LinkPlan* b) {
                       return bandwidth(a) < bandwidth(b);
                     }))->row;
    lowerer.emit({.execute = &op_transfer_over_route, .plan = lowerer.builder().keep(std::move(plan))}, "bytes");
  }

 private:
  LinkPlan& plan_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  auto& plan = builder.add(std::make_unique<LinkPlan>(), spec);
  plan.member_attributes = builder.member_attributes(spec);
  if (const auto& bandwidth = spec.as<LinkSpec>().bandwidth) {
    plan.bandwidth = bandwidth->per_ns;
  }
  if (const auto& between = spec.as<LinkSpec>().between; between.size() == 2) {
    plan.between = LinkEnds{between[0], between[1]};
  } else if (!between.empty()) {
    builder.diagnostics().error(
        spec.place_of("between"),
        "resource '" + spec.name + "': 'between' needs the names of two hosts, got " + std::to_string(between.size()));
  }
  return std::make_unique<BuiltLink>(spec, plan);
}

}  // namespace

const ResourceKind& link_kind() {
  static const ResourceKind kind{
      "link", "A network path: round trips, and bytes over a shared bandwidth.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
