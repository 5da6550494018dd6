#include "sim/expression/expression.hpp"

#include <gtest/gtest.h>

#include <map>

namespace loadstone {
namespace {

const Place kPlace{"shop.yaml", 3, 10};

std::map<std::string, Value, std::less<>> values() {
  const auto quantity = [](std::string_view text) { return Value::number(std::get<Quantity>(parse_quantity(text))); };
  return {{"tenants", quantity("10")},
          {"per_tenant", quantity("12/h")},
          {"timeout", quantity("30s")},
          {"size", quantity("4MB")},
          {"zero", quantity("0")},
          {"range", Value::interval(1.0, 3.0)},
          {"latency", Value::interval(Number(10e6), Number(20e6), kTime)},
          {"request.tenant", Value::of_text("acme")},
          {"saturation.at@pgb", quantity("250")},
          {"saturation.at@base", quantity("100")},
          {"open", Value::boolean(Truth::yes)},
          {"h", quantity("4")},
          {"price", quantity("$24/month")}};
}

// What the expression is, as text: its value, or the first message.
std::string result(std::string_view text) {
  Diagnostics diagnostics;
  const auto names = values();
  const auto type_of = [&](std::string_view name) {
    const auto found = names.find(name);
    return found == names.end() ? std::nullopt : std::optional(found->second.type);
  };
  const auto value_of = [&](std::string_view name) {
    const auto found = names.find(name);
    return found == names.end() ? std::nullopt : std::optional(found->second);
  };
  const std::optional<Expression> expression = Expression::parse(text, kPlace, diagnostics);
  if (expression && expression->check(type_of, diagnostics)) {
    const std::optional<Value> value = expression->evaluate(value_of, diagnostics);
    if (value) {
      return to_string(*value);
    }
  }
  return diagnostics.list().empty() ? "nothing" : diagnostics.list().front().message;
}

TEST(Expression, DoesExactArithmetic) {
  EXPECT_EQ(result("1 + 2 * 3"), "7");
  EXPECT_EQ(result("(1 + 2) * 3"), "9");
  EXPECT_EQ(result("-2 * -3"), "6");
  EXPECT_EQ(result("8 - 3 - 2"), "3");
  EXPECT_EQ(result("8 / 4 / 2"), "1");
  EXPECT_EQ(result("0.1 + 0.2 == 0.3"), "true");
  EXPECT_EQ(result("3 * 20ms == 60ms"), "true");
  EXPECT_EQ(result("1 / 3 * 3 == 1"), "true");
  EXPECT_EQ(result("10 * 12/h"), "2/min");
  EXPECT_EQ(result("tenants * per_tenant"), "2/min");
  EXPECT_EQ(result("per_tenant * 1h"), "12");
  EXPECT_EQ(result("12 / h"), "3");
  EXPECT_EQ(result("12/h"), "12/h");
  EXPECT_EQ(result("$tenants * 2"), "20");
  EXPECT_EQ(result("100/h"), "100/h");
  EXPECT_EQ(result("price * 30 * 24h"), "$24");
  EXPECT_EQ(result("size / 2s"), "2MB/s");
  EXPECT_EQ(result("1m30s + 500ms"), "1m30.5s");
}

TEST(Expression, Compares) {
  EXPECT_EQ(result("saturation.at@pgb > 2 * saturation.at@base"), "true");
  EXPECT_EQ(result("1 <= 1 and 1 >= 1 and not 1 < 1 and 1 != 2"), "true");
  EXPECT_EQ(result("request.tenant == 'acme'"), "true");
  EXPECT_EQ(result("request.tenant in [\"a\", 'acme']"), "true");
  EXPECT_EQ(result("request.tenant not in ['a'; 'b']"), "true");
  EXPECT_EQ(result("tenants in [1, 2, 3]"), "false");
  EXPECT_EQ(result("tenants in 10 .. 20"), "true");
  EXPECT_EQ(result("tenants in 11 .. 20"), "false");
  EXPECT_EQ(result("timeout in 10s..1m"), "true");
  EXPECT_EQ(result("timeout > 0"), "true");
  EXPECT_EQ(result("not open or true"), "true");
  EXPECT_EQ(result("true or 1 / zero > 1"), "true");
  EXPECT_EQ(result("false and 1 / zero > 1"), "false");
}

TEST(Expression, RoundsToTheQuotedDigits) {
  EXPECT_EQ(result("1.204 ~ 1.20"), "true");
  EXPECT_EQ(result("1.205 ~ 1.20"), "false");
  EXPECT_EQ(result("1.195 ~ 1.20"), "true");
  EXPECT_EQ(result("1.1949 ~ 1.20"), "false");
  EXPECT_EQ(result("1.24 ~ 1.2"), "true");
  EXPECT_EQ(result("-1.205 ~ -1.21"), "true");
  EXPECT_EQ(result("-1.205 ~ -1.20"), "false");
  EXPECT_EQ(result("0.4 ~ 0"), "true");
  EXPECT_EQ(result("0.5 ~ 0"), "false");
  EXPECT_EQ(result("2 / 3 ~ 67%"), "true");
  EXPECT_EQ(result("20.4ms ~ 20ms"), "true");
  EXPECT_EQ(result("1400 ~ 1e3"), "true");
  EXPECT_EQ(result("1 ~ 2 - 1"),
            "expression '1 ~ 2 - 1': '~' compares with the digits of a number as it is written, "
            "as in 'a ~ 1.20'");
}

TEST(Expression, ComparesWithinATolerance) {
  EXPECT_EQ(result("90 within 10% of 100"), "true");
  EXPECT_EQ(result("89.99 within 10% of 100"), "false");
  EXPECT_EQ(result("90 == 100 within 10%"), "true");
  EXPECT_EQ(result("89 == 100 within 10%"), "false");
  EXPECT_EQ(result("95ms within 5ms of 100ms"), "true");
  EXPECT_EQ(result("94ms within 5ms of 100ms"), "false");
  EXPECT_EQ(result("range within 10% of 100"), "false");
  EXPECT_EQ(result("range within 50% of 3"), "undecided");
}

TEST(Expression, CallsFunctions) {
  EXPECT_EQ(result("min(3, 1, 2)"), "1");
  EXPECT_EQ(result("max(3; 1; 2)"), "3");
  EXPECT_EQ(result("sum([1, 2], 3)"), "6");
  EXPECT_EQ(result("count(1 < 2, 2 < 1, open)"), "2");
  EXPECT_EQ(result("ceil(10 / 3)"), "4");
  EXPECT_EQ(result("ceil(-0.5)"), "0");
  EXPECT_EQ(result("floor(-0.5)"), "-1");
  EXPECT_EQ(result("sqrt(16)"), "4");
  EXPECT_EQ(result("sqrt(4s * 9s)"), "6s");
  EXPECT_EQ(result("log(1)"), "0");
  EXPECT_EQ(result("if(tenants > 5; 1s; 2s)"), "1s");
  EXPECT_EQ(result("if(tenants > 5; 7; 1 / zero)"), "7");
  EXPECT_EQ(result("max(0, timeout)"), "30s");
}

TEST(Expression, CalculatesWithIntervals) {
  EXPECT_EQ(result("range + 1"), "2 .. 4");
  EXPECT_EQ(result("5 - range"), "2 .. 4");
  EXPECT_EQ(result("-range"), "-3 .. -1");
  EXPECT_EQ(result("(-1 .. 2) * (3 .. 4)"), "-4 .. 8");
  EXPECT_EQ(result("12 / range"), "4 .. 12");
  EXPECT_EQ(result("1 + 1 .. 2 * 2"), "2 .. 4");
  EXPECT_EQ(result("latency * 2"), "20ms .. 40ms");
  EXPECT_EQ(result("range < 4"), "true");
  EXPECT_EQ(result("range < 3"), "undecided");
  EXPECT_EQ(result("range < 1"), "false");
  EXPECT_EQ(result("range <= 3"), "true");
  EXPECT_EQ(result("range == 2"), "undecided");
  EXPECT_EQ(result("range == 4"), "false");
  EXPECT_EQ(result("range in 0 .. 5"), "true");
  EXPECT_EQ(result("range in 2 .. 5"), "undecided");
  EXPECT_EQ(result("range in 4 .. 5"), "false");
  EXPECT_EQ(result("range < 2 and false"), "false");
  EXPECT_EQ(result("range < 2 or true"), "true");
  EXPECT_EQ(result("range < 2 and true"), "undecided");
  EXPECT_EQ(result("not range < 2"), "undecided");
  EXPECT_EQ(result("if(range < 2; 10; 20)"), "10 .. 20");
  EXPECT_EQ(result("count(range < 2, true)"), "1 .. 2");
}

TEST(Expression, ChecksDimensions) {
  EXPECT_EQ(result("timeout + size"),
            "dimension: 'timeout' is a duration, 'size' is a number of bytes: they cannot be "
            "added or compared");
  EXPECT_EQ(result("timeout > 5"),
            "dimension: 'timeout' is a duration, '5' is a number: they cannot be added or compared");
  EXPECT_EQ(result("ceil(timeout)"), "dimension: 'timeout' is a duration, ceil takes a number");
  EXPECT_EQ(result("sqrt(timeout)"), "dimension: 'timeout' is a duration, which has no square root");
  EXPECT_EQ(result("request.tenant == 3"),
            "type: 'request.tenant' is text, '3' is a number: they cannot be added or compared");
  EXPECT_EQ(result("tenants and open"), "type: 'tenants' is a number, a condition is needed");
  EXPECT_EQ(result("open + 1"), "type: 'open' is a condition, a number or a quantity is needed");
  EXPECT_EQ(result("10 .. 20ms"),
            "dimension: '10' is a number, '20ms' is a duration: they cannot be added or compared");
  EXPECT_EQ(result("timeout within 10% of 5"), "dimension: 'timeout' is a duration, '5' is a number");
  EXPECT_EQ(result("nobody + 1"), "unknown name 'nobody'");
}

TEST(Expression, SaysWhatIsNeededForAField) {
  Diagnostics diagnostics;
  const auto type_of = [](std::string_view name) -> std::optional<Dimension> {
    return name == "tenants" || name == "per_tenant" ? std::optional(kNumber) : std::nullopt;
  };
  const auto expression = Expression::parse("tenants * per_tenant", kPlace, diagnostics);
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->names(), (std::vector<std::string>{"tenants", "per_tenant"}));
  EXPECT_FALSE(expression->require(kRate, type_of, diagnostics));
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(to_string(diagnostics.list()[0]),
            "shop.yaml:3:10: error: dimension: 'tenants * per_tenant' is a number, a rate is needed\n");
  EXPECT_TRUE(expression->require(kNumber, type_of, diagnostics));
}

TEST(Expression, SuggestsKnownNamesAndReportsAllErrors) {
  Diagnostics diagnostics;
  const auto expression = Expression::parse("tenant + servces", kPlace, diagnostics);
  ASSERT_TRUE(expression);
  EXPECT_FALSE(
      expression->check([](std::string_view) { return std::optional<Type>(); }, diagnostics, {"tenants", "services"}));
  ASSERT_EQ(diagnostics.list().size(), 2U);
  EXPECT_EQ(to_string(diagnostics.list()[1]),
            "shop.yaml:3:19: error: unknown name 'servces'\n  expected one of: services, tenants\n"
            "  did you mean 'services'?\n");
}

TEST(Expression, FailsWhereItCannotBeEvaluated) {
  EXPECT_EQ(result("1 / zero"), "'1 / zero': division by zero: 'zero' is 0");
  EXPECT_EQ(result("1 / (range - 2)"), "'1 / (range - 2)': division by zero: 'range - 2' is -1 .. 1");
  EXPECT_EQ(result("3 .. 1"), "'3 .. 1': an interval runs from the smaller to the larger end, this is 3 .. 1");
  EXPECT_EQ(result("sqrt(-1)"), "'sqrt(-1)': the square root of a negative number, -1");
  EXPECT_EQ(result("log(0)"), "'log(0)': the logarithm of 0, which is not positive");
}

TEST(Expression, RefusesWhatItCannotRead) {
  EXPECT_EQ(result(""), "expression '': an expression is missing");
  EXPECT_EQ(result("1 +"), "expression '1 +': it ends where a value is needed");
  EXPECT_EQ(result("1 2"), "expression '1 2': found '2' where an operator or the end is needed");
  EXPECT_EQ(result("(1"), "expression '(1': it ends where ')' is needed");
  EXPECT_EQ(result("a = 1"), "expression 'a = 1': '=': equality is written '=='");
  EXPECT_EQ(result("a && b"), "expression 'a && b': '&&': write 'and'");
  EXPECT_EQ(result("1 < 2 < 3"), "expression '1 < 2 < 3': comparisons do not chain; write 'a < b and b < c'");
  EXPECT_EQ(result("1 .. 2 .. 3"), "expression '1 .. 2 .. 3': an interval has two ends");
  EXPECT_EQ(result("mn(1)"), "expression 'mn(1)': unknown function 'mn'");
  EXPECT_EQ(result("if(open; 1)"), "expression 'if(open; 1)': if takes 3 arguments, found 2");
  EXPECT_EQ(result("[1, 2]"), "expression '[1, 2]': a list stands after 'in' and in min, max, sum and count only");
  EXPECT_EQ(result("'abc"), "expression ''abc': a quoted text is not closed");
  EXPECT_EQ(result("1_000"), "expression '1_000': '1_000': a number has no '_' between its digits");
  EXPECT_EQ(result("a within 10% b"),
            "expression 'a within 10% b': found 'b' where 'of', as in 'a within 10% of b', is needed");
  EXPECT_EQ(result("a\xC3\xA9"), "expression 'a\xC3\xA9': '\xC3\xA9' means nothing in an expression");
}

TEST(Expression, IsBounded) {
  EXPECT_NE(result(std::string(4097, '1')).find("longer than 4096"), std::string::npos);
  EXPECT_NE(result(std::string(1 << 20, '(')).find("longer than 4096"), std::string::npos);
  EXPECT_NE(result(std::string(4000, '(')).find("more than 64 levels"), std::string::npos);
  EXPECT_NE(result(std::string(4000, '-') + "1").find("more than 64 levels"), std::string::npos);
  EXPECT_EQ(result(std::string(60, '(') + "1" + std::string(60, ')')), "1");
  std::string row = "1";
  for (int i = 0; i < 200; ++i) {
    row += " + 1";
  }
  EXPECT_EQ(result(row), "201");
  for (int i = 0; i < 500; ++i) {
    row += " + 1";
  }
  EXPECT_NE(result(row).find("more than 256 operators in a row"), std::string::npos);
}

TEST(Number, StaysExactUntilItDoesNotFit) {
  const Number third = Number(1.0) / Number(3.0);
  EXPECT_TRUE(third.is_exact());
  EXPECT_TRUE(third + third + third == Number(1.0));
  Number large(1.0);
  for (int i = 0; i < 100; ++i) {
    large = large * Number(10.0);
  }
  EXPECT_FALSE(large.is_exact());
  EXPECT_NEAR(large.value() / 1e100, 1.0, 1e-12);
  EXPECT_FALSE(Number(0.1).is_exact());
}

}  // namespace
}  // namespace loadstone
