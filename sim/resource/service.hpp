// sim/resource/service.hpp
//
// The built side of a service, which a load balancer in front of it uses as well.
#pragma once

#include "sim/model/lowerer.hpp"
#include "sim/primitive/service_gate.hpp"
#include "sim/resource/emit.hpp"

namespace loadstone {

class BuiltService final : public BuiltResource, public Runner {
 public:
  struct Rows {
    ResourceIndex gate = 0;
    ResourceIndex loop_or_threads = 0;
    std::optional<ResourceIndex> memory;  // of its instances, where it is limited
    std::optional<CpuPlace> cpu;          // absent: cores of its own
  };
  struct Shape {
    bool is_async = true;
    std::int64_t workers = 1;  // processes of an instance
    double cores = 1;          // that an instance can use
    double processes = 1;      // at most
  };
  BuiltService(const ResourceSpec& resource_spec, const Rows& rows, const Shape& shape, Balance balance)
      : BuiltResource(resource_spec), rows_(rows), shape_(shape), balance_(balance) {}

  void lower_enter(Lowerer& lowerer) override { lower_enter_by(lowerer, balance_); }
  // Through a load balancer, of which this is the row of a Balancer.
  void lower_enter_by(Lowerer& lowerer, const Balance& balance, std::optional<ResourceIndex> balancer = {});
  void lower_leave(Lowerer& lowerer) override;
  void lower_cpu(Lowerer& lowerer, const TimeLaw& time) override;
  void lower_block(Lowerer& lowerer) override;
  void lower_unblock(Lowerer& lowerer) override;
  BuiltResource& service() override { return *this; }
  [[nodiscard]] double processes() const override { return shape_.processes; }

  // For an autoscaler, which is built before flows are compiled.
  [[nodiscard]] ResourceIndex gate() const { return rows_.gate; }
  [[nodiscard]] std::optional<ResourceIndex> memory() const { return rows_.memory; }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  // Some instances are ready at the start, the others are not; CPU time is counted. False if that was said before.
  [[nodiscard]] bool start_with(ModelBuilder& builder, std::int64_t instances);

 private:
  Rows rows_;
  Shape shape_;
  Balance balance_;
  bool counts_cpu_ = false;
};

// Reads "round_robin", "least_conn", "random" or "sticky(ATTRIBUTE)"; reports anything else.
[[nodiscard]] Balance parse_balance(const std::string& text, const ResourceSpec& spec, ModelBuilder& builder);

}  // namespace loadstone
