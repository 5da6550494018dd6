#include "sim/expression/condition_compiler.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace loadstone {

using expression::Term;
using TermOp = expression::Op;

ConditionCompiler::ConditionCompiler(CompiledCondition& result, const CompiledCondition::SlotOf& slot_of,
                                     const CompiledCondition::NumberOf& number_of, Diagnostics& diagnostics)
    : result_(result),
      ast_(result.expression_.ast()),
      slot_of_(slot_of),
      number_of_(number_of),
      diagnostics_(diagnostics) {}

bool ConditionCompiler::run() {
  compile(ast_.terms[ast_.root()]);
  emit(Op::end, 0);
  if (highest_ > kConditionStack) {
    fail(ast_.terms[ast_.root()], "too deeply nested to be evaluated during a run");
  }
  return !failed_;
}

void ConditionCompiler::fail(const Term& term, std::string message) {
  failed_ = true;
  diagnostics_.error(ast_.place_at(term.begin), "'" + std::string(ast_.source(term)) + "': " + std::move(message));
}

std::uint32_t ConditionCompiler::emit(Op op, int change, double number, std::uint32_t index) {
  height_ += change;
  highest_ = std::max(highest_, height_);
  result_.program_.push_back({op, index, number});
  return static_cast<std::uint32_t>(result_.program_.size() - 1);
}

void ConditionCompiler::land(std::uint32_t jump) {
  result_.program_[jump].index = static_cast<std::uint32_t>(result_.program_.size());
}

const Term& ConditionCompiler::operand(const Term& term, std::size_t i) const {
  return ast_.terms[term.operands[i]];
}

void ConditionCompiler::operands(const Term& term) {
  for (const std::uint32_t index : term.operands) {
    compile(ast_.terms[index]);
  }
}

void ConditionCompiler::compile(const Term& term) {
  switch (term.op) {
    case TermOp::number:
      emit(Op::constant, 1, term.quantity.value);
      return;
    case TermOp::boolean:
      emit(Op::constant, 1, term.truth ? 1.0 : 0.0);
      return;
    case TermOp::text:
      emit(Op::constant, 1, number_of_(term.text));
      return;
    case TermOp::name:
      return compile_name(term);
    case TermOp::greater:
    case TermOp::greater_equal:
      compile(operand(term, 1));
      compile(operand(term, 0));
      emit(term.op == TermOp::greater ? Op::less : Op::less_equal, -1);
      return;
    case TermOp::and_:
    case TermOp::or_:
      return compile_junction(term);
    case TermOp::if_:
      return compile_choice(term);
    case TermOp::in:
      return compile_membership(term);
    case TermOp::near:
      return compile_near(term);
    case TermOp::within:
      return compile_within(term);
    case TermOp::min:
      return compile_fold(term, Op::min);
    case TermOp::max:
      return compile_fold(term, Op::max);
    case TermOp::sum:
    case TermOp::count:
      return compile_fold(term, Op::add);
    case TermOp::interval:
      return fail(term, "an interval stands only after 'in' in an expression that is evaluated during a run");
    default:
      return compile_operator(term);
  }
}

void ConditionCompiler::compile_operator(const Term& term) {
  constexpr std::array<std::pair<TermOp, Op>, 14> kOperators{{
      {TermOp::negate, Op::negate},
      {TermOp::not_, Op::not_},
      {TermOp::ceil, Op::ceil},
      {TermOp::floor, Op::floor},
      {TermOp::sqrt, Op::sqrt},
      {TermOp::log, Op::log},
      {TermOp::add, Op::add},
      {TermOp::subtract, Op::subtract},
      {TermOp::multiply, Op::multiply},
      {TermOp::divide, Op::divide},
      {TermOp::equal, Op::equal},
      {TermOp::not_equal, Op::not_equal},
      {TermOp::less, Op::less},
      {TermOp::less_equal, Op::less_equal},
  }};
  operands(term);
  for (const auto& [from, to] : kOperators) {
    if (from == term.op) {
      emit(to, 1 - static_cast<int>(term.operands.size()));
    }
  }
}

void ConditionCompiler::compile_name(const Term& term) {
  const std::optional<std::uint32_t> slot = slot_of_(term.text);
  if (!slot) {
    return fail(term, "this name is not known during a run");
  }
  result_.slot_count_ = std::max(result_.slot_count_, static_cast<std::size_t>(*slot) + 1);
  emit(Op::slot, 1, 0, *slot);
}

void ConditionCompiler::compile_junction(const Term& term) {
  compile(operand(term, 0));
  const std::uint32_t jump = emit(term.op == TermOp::and_ ? Op::jump_keeping_no : Op::jump_keeping_yes, -1);
  compile(operand(term, 1));
  land(jump);
}

void ConditionCompiler::compile_choice(const Term& term) {
  compile(operand(term, 0));
  const std::uint32_t to_else = emit(Op::jump_if_no, -1);
  compile(operand(term, 1));
  const std::uint32_t to_end = emit(Op::jump, -1);  // the other branch starts without this one's result
  land(to_else);
  compile(operand(term, 2));
  land(to_end);
}

void ConditionCompiler::compile_membership(const Term& term) {
  compile(operand(term, 0));
  if (!term.in_list) {
    const Term& range = operand(term, 1);
    const bool interval = range.op == TermOp::interval;
    interval ? operands(range) : compile(range);
    emit(interval ? Op::in_closed : Op::equal, interval ? -2 : -1);
    return;
  }
  std::vector<std::uint32_t> hits;
  for (std::size_t i = 1; i < term.operands.size(); ++i) {
    emit(Op::duplicate, 1);
    compile(operand(term, i));
    emit(Op::equal, -1);
    hits.push_back(emit(Op::jump_if_yes, -1));
  }
  emit(Op::pop, -1);
  emit(Op::constant, 1, 0.0);
  const std::uint32_t to_end = emit(Op::jump, 0);
  for (const std::uint32_t hit : hits) {
    land(hit);
  }
  emit(Op::pop, -1);
  emit(Op::constant, 1, 1.0);
  land(to_end);
}

void ConditionCompiler::compile_near(const Term& term) {
  compile(operand(term, 0));
  const expression::RoundedRange range = expression::rounded_range(ast_, operand(term, 1));
  if (!range.low.known() || !range.high.known()) {
    compile(operand(term, 1));
    emit(Op::equal, -1);
    return;
  }
  emit(Op::constant, 1, range.low.value());
  emit(Op::constant, 1, range.high.value());
  emit(range.low_included ? Op::in_right_open : (range.high_included ? Op::in_left_open : Op::in_open), -2);
}

void ConditionCompiler::compile_within(const Term& term) {
  const Term& tolerance = operand(term, 1);
  if (tolerance.op != TermOp::number) {
    return fail(tolerance, "a tolerance that is evaluated during a run is written as a number");
  }
  operands(term);
  emit(tolerance.quantity.dim == kNumber ? Op::within_share : Op::within_amount, -2);
}

void ConditionCompiler::compile_fold(const Term& term, Op op) {
  compile(operand(term, 0));
  for (std::size_t i = 1; i < term.operands.size(); ++i) {
    compile(operand(term, i));
    emit(op, -1);
  }
}

std::optional<CompiledCondition> CompiledCondition::compile(const Expression& expression, const SlotOf& slot_of,
                                                            const NumberOf& number_of, Diagnostics& diagnostics) {
  CompiledCondition result(expression);
  if (!ConditionCompiler(result, slot_of, number_of, diagnostics).run()) {
    return std::nullopt;
  }
  return result;
}

}  // namespace loadstone
