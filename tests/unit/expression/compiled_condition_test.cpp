#include "sim/expression/compiled_condition.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace loadstone {
namespace {

constexpr std::array<std::string_view, 4> kNames{"a", "b", "c", "request.tenant"};

std::optional<std::uint32_t> slot_of(std::string_view name) {
  for (std::uint32_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) {
      return i;
    }
  }
  return std::nullopt;
}

double number_of(std::string_view text) {
  return text == "acme" ? 7.0 : 8.0;
}

std::optional<CompiledCondition> compiled(std::string_view text, Diagnostics& diagnostics) {
  const std::optional<Expression> expression = Expression::parse(text, {"f.yaml", 1, 1}, diagnostics);
  return expression ? CompiledCondition::compile(*expression, slot_of, number_of, diagnostics) : std::nullopt;
}

double value(std::string_view text, std::array<double, 4> slots = {2, 3, 0, 7}) {
  Diagnostics diagnostics;
  const std::optional<CompiledCondition> condition = compiled(text, diagnostics);
  if (!condition) {
    ADD_FAILURE() << to_string(diagnostics.list().at(0));
    return NAN;
  }
  return condition->evaluate(slots);
}

TEST(CompiledCondition, CalculatesLikeTheExpression) {
  EXPECT_EQ(value("a + b * 2 - 1"), 7);
  EXPECT_EQ(value("-a / 4"), -0.5);
  EXPECT_EQ(value("min(a, b, 1) + max(a, b) + sum(1, 2, 3)"), 10);
  EXPECT_EQ(value("ceil(a / 3) + floor(b / 2) + sqrt(b * 3) + log(1)"), 5);
  EXPECT_EQ(value("20ms"), 20e6);
  EXPECT_EQ(value("count(a < b, b < a, a == 2)"), 2);
}

TEST(CompiledCondition, Decides) {
  EXPECT_EQ(value("a < b"), 1);
  EXPECT_EQ(value("a > b"), 0);
  EXPECT_EQ(value("b >= 3 and a <= 2"), 1);
  EXPECT_EQ(value("a != 2"), 0);
  EXPECT_EQ(value("not a == 2"), 0);
  EXPECT_EQ(value("a in [1, 2, 3]"), 1);
  EXPECT_EQ(value("a in [1, 3]"), 0);
  EXPECT_EQ(value("a not in [1, 3]"), 1);
  EXPECT_EQ(value("a in 1 .. 2"), 1);
  EXPECT_EQ(value("a in 2.5 .. 3"), 0);
  EXPECT_EQ(value("a in b"), 0);
  EXPECT_EQ(value("a ~ 2.0"), 1);
  EXPECT_EQ(value("a + 0.05 ~ 2.0"), 0);
  EXPECT_EQ(value("-a ~ -2"), 1);
  EXPECT_EQ(value("c ~ 0"), 1);
  EXPECT_EQ(value("a within 50% of b"), 1);
  EXPECT_EQ(value("a == b within 10%"), 0);
  EXPECT_EQ(value("request.tenant == 'acme'"), 1);
  EXPECT_EQ(value("request.tenant in ['other', 'acme']"), 1);
  EXPECT_EQ(value("true and not false"), 1);
}

TEST(CompiledCondition, LeavesAloneWhatItDoesNotNeed) {
  EXPECT_EQ(value("c == 0 or 1 / c > 1"), 1);
  EXPECT_EQ(value("c != 0 and 1 / c > 1"), 0);
  EXPECT_EQ(value("if(c == 0; a; 1 / c) + 1"), 3);
  EXPECT_EQ(value("if(c != 0; 1 / c; b) + 1"), 4);
  EXPECT_EQ(value("a in [2, 1 / c]"), 1);
}

TEST(CompiledCondition, ThrowsWhereThereIsNoAnswer) {
  try {
    value("1 / c");
    FAIL();
  } catch (const EvaluationError& error) {
    EXPECT_STREQ(error.what(), "f.yaml:1:1: '1 / c': division by zero");
  }
  EXPECT_THROW(value("sqrt(-a)"), EvaluationError);
  EXPECT_THROW(value("log(c)"), EvaluationError);
}

TEST(CompiledCondition, RefusesWhatItCannotCompile) {
  Diagnostics diagnostics;
  EXPECT_FALSE(compiled("nobody > 1", diagnostics));
  EXPECT_FALSE(compiled("a + (1 .. 2) > 1", diagnostics));
  EXPECT_FALSE(compiled("a within b of c", diagnostics));
  ASSERT_EQ(diagnostics.list().size(), 3U);
  EXPECT_EQ(diagnostics.list()[0].message, "'nobody': this name is not known during a run");
}

TEST(CompiledCondition, KnowsItsSlots) {
  Diagnostics diagnostics;
  EXPECT_EQ(compiled("1 < 2", diagnostics)->slot_count(), 0U);
  EXPECT_EQ(compiled("a < c", diagnostics)->slot_count(), 3U);
}

TEST(CompiledCondition, SurvivesDeepNesting) {
  std::string text = "a";
  for (int i = 0; i < 31; ++i) {
    text = "1 + (a * (" + text + "))";
  }
  Diagnostics diagnostics;
  const std::optional<CompiledCondition> condition = compiled(text, diagnostics);
  if (condition) {
    const std::array<double, 4> slots{1, 0, 0, 0};
    EXPECT_EQ(condition->evaluate(slots), 32);
  } else {
    EXPECT_FALSE(diagnostics.ok());
  }
}

}  // namespace
}  // namespace loadstone
