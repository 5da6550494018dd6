// src/mpi/mpi_farm.hpp
//
// A task farm over the processes of one `mpirun`: rank 0 hands out tasks one by one and takes the results, so that a
// slow rank holds up nobody; when it is alone it computes them itself.
//
// Waits. By looking every fraction of a millisecond, not by spinning: rank 0 shares its core with a rank that computes.
// Fails. A rank that dies ends the whole job (mpirun does that); what was delivered before is kept by who delivered.
#pragma once

#include "src/exec/task_farm.hpp"

namespace loadstone::mpi {

class MpiFarm final : public exec::TaskFarm {
 public:
  // REQUIRES: MPI is initialised, and not finalised while this lives. Computes with the executor's signals in view.
  explicit MpiFarm(exec::ThreadExecutor& executor);
  // Lets the other ranks go, if run() never did.
  ~MpiFarm() override;

  [[nodiscard]] bool is_root() const override { return rank_ == 0; }
  void agree(const std::string& what) override;
  void run(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver, Width width) override;
  void on_progress(Listener listener) override { listener_ = std::move(listener); }

 private:
  void compute_alone(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver);
  void hand_out(const std::vector<Task>& tasks, const Deliver& deliver);
  void work(const Compute& compute) const;

  exec::ThreadExecutor& executor_;
  Listener listener_;
  int rank_ = 0;
  int ranks_ = 1;
  bool has_let_go_ = false;
};

}  // namespace loadstone::mpi
