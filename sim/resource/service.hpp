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
    std::optional<CpuPlace> cpu;  // absent: cores of its own
  };
  BuiltService(const ResourceSpec& resource_spec, const Rows& rows, bool is_async, Balance balance, double processes)
      : BuiltResource(resource_spec), rows_(rows), is_async_(is_async), balance_(balance), processes_(processes) {}

  void lower_enter(Lowerer& lowerer) override { lower_enter_by(lowerer, balance_); }
  void lower_enter_by(Lowerer& lowerer, const Balance& balance);
  void lower_leave(Lowerer& lowerer) override;
  void lower_cpu(Lowerer& lowerer, const TimeLaw& time) override;
  void lower_block(Lowerer& lowerer) override;
  void lower_unblock(Lowerer& lowerer) override;
  BuiltResource& service() override { return *this; }
  [[nodiscard]] double processes() const override { return processes_; }

 private:
  Rows rows_;
  bool is_async_;
  Balance balance_;
  double processes_;
};

// Reads "round_robin", "least_conn", "random" or "sticky(ATTRIBUTE)"; reports anything else.
[[nodiscard]] Balance parse_balance(const std::string& text, const ResourceSpec& spec, ModelBuilder& builder);

}  // namespace loadstone
