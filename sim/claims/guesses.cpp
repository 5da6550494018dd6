#include "sim/claims/guesses.hpp"

#include "sim/claims/evidence.hpp"

namespace loadstone {

namespace {

std::string name_and_value(const std::string& name, const Value& value) {
  return name + " = " + short_text(value);
}

}  // namespace

std::vector<Guess> guesses_of(const Expression& condition, const Scope& scope) {
  std::vector<Guess> guesses;
  for (const std::string& name : scope.cone(condition)) {
    const LetSpec* let = Scope::is_figure(name) ? nullptr : scope.let(name);
    if (let == nullptr || !let->range) {
      continue;
    }
    std::string why;
    const auto value = scope.evaluate(let->value, {}, why);
    if (value && value->is_number()) {
      const Dimension& dim = value->type.dim;
      guesses.push_back({let, Value::number(Number(let->range->low_of(value->low.value())), dim),
                         Value::number(Number(let->range->high_of(value->high.value())), dim)});
    }
  }
  return guesses;
}

std::string turned_by(const Expression& condition, const Scope& scope, Truth truth) {
  constexpr std::size_t kMostCorners = 10;
  const std::vector<Guess> guesses = guesses_of(condition, scope);
  const auto turns = [&](const Scope::Given& given) {
    std::string why;
    const auto value = scope.evaluate(condition, given, why);
    return value && value->truth != truth && value->truth != Truth::undecided;
  };
  std::string alone;
  for (const Guess& guess : guesses) {
    for (const Value* end : {&guess.low, &guess.high}) {
      if (turns({{guess.let->name, *end}})) {
        alone += (alone.empty() ? "" : ", or ") + name_and_value(guess.let->name, *end);
      }
    }
  }
  if (!alone.empty() || guesses.size() > kMostCorners) {
    return alone;
  }
  for (std::size_t corner = 0; corner < std::size_t{1} << guesses.size(); ++corner) {
    Scope::Given given;
    std::string text;
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      const Value& end = (corner >> i & 1U) != 0 ? guesses[i].high : guesses[i].low;
      given.emplace(guesses[i].let->name, end);
      text += (text.empty() ? "" : " and ") + name_and_value(guesses[i].let->name, end);
    }
    if (turns(given)) {
      return text;
    }
  }
  return "";
}

}  // namespace loadstone
