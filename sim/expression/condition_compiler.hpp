// sim/expression/condition_compiler.hpp
//
// Turns an expression's tree into the postfix program of CompiledCondition. Used by CompiledCondition::compile only.
//
// Stack. The compiler knows the depth of the stack at every instruction and refuses what needs more than there is.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/expression/ast.hpp"
#include "sim/expression/compiled_condition.hpp"

namespace loadstone {

inline constexpr int kConditionStack = 128;

class ConditionCompiler {
 public:
  ConditionCompiler(CompiledCondition& result, const CompiledCondition::SlotOf& slot_of,
                    const CompiledCondition::NumberOf& number_of, Diagnostics& diagnostics);

  [[nodiscard]] bool run();

 private:
  using Op = CompiledCondition::Op;

  void fail(const expression::Term& term, std::string message);
  // Appends an instruction that changes the height of the stack by `change`; returns its index.
  std::uint32_t emit(Op op, int change, double number = 0, std::uint32_t index = 0);
  void land(std::uint32_t jump);  // the jump goes to the next instruction
  [[nodiscard]] const expression::Term& operand(const expression::Term& term, std::size_t i) const;
  void operands(const expression::Term& term);

  void compile(const expression::Term& term);
  void compile_operator(const expression::Term& term);
  void compile_name(const expression::Term& term);
  void compile_junction(const expression::Term& term);
  void compile_choice(const expression::Term& term);
  void compile_membership(const expression::Term& term);
  void compile_near(const expression::Term& term);
  void compile_within(const expression::Term& term);
  void compile_fold(const expression::Term& term, Op op);

  CompiledCondition& result_;
  const expression::Ast& ast_;
  const CompiledCondition::SlotOf& slot_of_;
  const CompiledCondition::NumberOf& number_of_;
  Diagnostics& diagnostics_;
  int height_ = 0;
  int highest_ = 0;
  bool failed_ = false;
};

}  // namespace loadstone
