// The verdict on a claim, case by case, with figures made up by hand.
#include "sim/claims/judge.hpp"

#include <gmock/gmock.h>

#include "src/load/document.hpp"
#include "src/load/loader.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two points, `base` and `other`, with a handful of figures each.
class MadeUp final : public Metrics {
 public:
  [[nodiscard]] std::vector<std::string_view> points() const override { return {"base", "other"}; }
  [[nodiscard]] std::optional<Type> type_of(std::string_view figure, std::string_view point) const override {
    const auto value = value_of(figure, point);
    return value ? std::optional(value->type) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> figures(std::string_view) const override { return {"busy", "latency"}; }
  [[nodiscard]] std::optional<Value> value_of(std::string_view figure, std::string_view point) const override {
    const auto at = values.find(std::string(figure) + "@" + std::string(point));
    return at == values.end() ? std::nullopt : std::optional(at->second);
  }
  [[nodiscard]] const std::vector<Assumption>& numbers(std::string_view) const override { return assumed; }

  std::map<std::string, Value> values{
      {"x.busy@base", Value::interval(0.4, 0.6)},
      {"x.busy@other", Value::interval(0.8, 0.9)},
      {"x.busy@worse", Value::interval(0.95, 0.97)},
      {"params.size@base", Value::number(Number(20.0))},
      {"saturation.at@base", Value::interval(90, 110)},
      {"saturation.replications_agreeing@base", Value::number(Number(0.95))},
      {"saturation.order.0.resource@base", Value::of_text("postgres.slots")},
      {"saturation.order.1.resource@base", Value::of_text("llm.requests")},
  };
  std::vector<Assumption> assumed;
};

class ClaimJudge : public testing::Test {
 protected:
  // The only claim of an experiment, written as in a file; `source` and the rest are filled in.
  Judgement judged(const std::string& text, const std::vector<Varied>& varied = {}) {
    const std::string file =
        "experiment: e\nlet: {shared: 7}\nexpect:\n  - {id: T.1, claim: c, source: {document: d, section: s}, " + text +
        "}\n";
    Diagnostics diagnostics;
    const auto document = load::parse_document(file, "e.yaml", diagnostics);
    const auto experiment = load::read_experiment_file(document->root(), diagnostics);
    for (const Diagnostic& d : diagnostics.list()) {
      ADD_FAILURE() << to_string(d);
    }
    check_names(experiment->claims.at(0), experiment->let, metrics_, diagnostics);
    for (const Diagnostic& d : diagnostics.list()) {
      ADD_FAILURE() << to_string(d);
    }
    return judge(experiment->claims.at(0), experiment->let, metrics_, varied);
  }

  ClaimVerdict verdict(const std::string& text, const std::vector<Varied>& varied = {}) {
    return judged(text, varied).verdict;
  }

  MadeUp metrics_;
};

TEST_F(ClaimJudge, ArithmeticIsExact) {
  EXPECT_EQ(verdict("let: {a: 0.1, b: 0.2}, that: a + b == 0.3"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {node: 16GiB, each: 512MiB}, that: node / each == 31"), ClaimVerdict::fails);
  EXPECT_EQ(verdict("that: shared == 7"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {shared: 8}, that: shared == 8"), ClaimVerdict::holds) << "its own name comes first";
  EXPECT_EQ(verdict("let: {a: '= b * 2', b: 3}, that: a == 6"), ClaimVerdict::holds) << "in any order";
}

TEST_F(ClaimJudge, AnIntervalThatStraddlesIsUndecided) {
  EXPECT_EQ(verdict("that: x.busy@base < 0.7"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("that: x.busy@base > 0.7"), ClaimVerdict::fails);
  EXPECT_EQ(verdict("that: x.busy@base < 0.5"), ClaimVerdict::undecided);
  EXPECT_EQ(verdict("that: x.busy < x.busy@other, point: base"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {tenants: 5..10}, that: tenants <= 10"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {tenants: 5..10}, that: tenants <= 9"), ClaimVerdict::undecided);
}

TEST_F(ClaimJudge, DimensionsThatDoNotFitAreInconsistent) {
  const Judgement found = judged("let: {memory: 4 * 8GiB}, that: memory > 30s");
  EXPECT_EQ(found.verdict, ClaimVerdict::inconsistent);
  EXPECT_THAT(found.evidence, HasSubstr("'memory' is a number of bytes"));
  // also behind a name, and then once
  EXPECT_EQ(verdict("let: {sum: 3s + 4GiB}, that: sum > 0"), ClaimVerdict::inconsistent);
}

TEST_F(ClaimJudge, WhatNoValuesMeetIsInconsistent) {
  // x + y = 10 with x in 1..3 and y in 4..6 reaches 9 at most.
  EXPECT_EQ(verdict("let: {x: 1..3, y: 4..6}, possible: x + y >= 10"), ClaimVerdict::inconsistent);
  EXPECT_EQ(verdict("let: {x: 1..3, y: 4..6}, possible: x + y >= 9"), ClaimVerdict::holds) << "its corner does";
  // x * y = 12 within 1 %, while x < y: x = 2, y = 6 do.
  EXPECT_EQ(verdict("let: {x: 1..3, y: 4..6}, possible: x * y == 12 within 1% and x < y"), ClaimVerdict::holds);
  // the same value on both sides: only all of them together can tell
  EXPECT_EQ(verdict("let: {x: 1..3}, possible: x > 2 and x < 1.5"), ClaimVerdict::inconsistent);
}

TEST_F(ClaimJudge, ANumberTakenFromTheClaimMakesItCircular) {
  EXPECT_EQ(verdict("let: {a: {value: 3, source: T.1}}, that: a == 3"), ClaimVerdict::circular);
  EXPECT_EQ(verdict("let: {a: {value: 3, source: 'T.1, table'}}, that: a == 3"), ClaimVerdict::circular);
  EXPECT_EQ(verdict("let: {a: {value: 3, source: T.12}}, that: a == 3"), ClaimVerdict::holds) << "another claim";
  EXPECT_EQ(verdict("let: {a: '= b', b: {value: 3, source: T.1}}, that: a == 3"), ClaimVerdict::circular);
  Assumption& number = metrics_.assumed.emplace_back();
  number.path = "params.size";
  number.source = "T.1";
  EXPECT_EQ(verdict("that: x.busy@base < 0.7"), ClaimVerdict::circular) << "the point has a number of this claim";
  EXPECT_EQ(verdict("that: params.size@base == 20"), ClaimVerdict::circular);
  number.path = "params.other";
  EXPECT_EQ(verdict("that: params.size@base == 20"), ClaimVerdict::holds) << "a parameter hangs on no other";
}

TEST_F(ClaimJudge, AGuessThatTurnsTheVerdictNeedsMeasurement) {
  const std::string os = "os: {value: 2GiB, status: assumed, range: [1GiB, 4GiB]}";
  const Judgement found = judged("let: {" + os + "}, that: 16GiB - os > 13GiB");
  EXPECT_EQ(found.verdict, ClaimVerdict::needs_measurement);
  EXPECT_THAT(found.evidence, HasSubstr("fails with os = 4GiB"));
  EXPECT_THAT(found.depends_on, ElementsAre("os (assumed)"));
  EXPECT_EQ(verdict("let: {" + os + "}, that: 16GiB - os > 11GiB"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {a: {value: 10, range: x2}}, that: a >= 5 and a <= 20"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("let: {a: {value: 10, range: x2}}, that: a < 20"), ClaimVerdict::needs_measurement);
}

TEST_F(ClaimJudge, TwoGuessesMayOnlyTurnItTogether) {
  // 4 + 4 < 13, and 8 + 4 < 13; but 8 + 8 is not.
  const Judgement found = judged("let: {a: {value: 4, range: x2}, b: {value: 4, range: x2}}, that: a + b < 13");
  EXPECT_EQ(found.verdict, ClaimVerdict::needs_measurement);
  EXPECT_THAT(found.evidence, HasSubstr("fails with a = 8 and b = 8"));
}

TEST_F(ClaimJudge, AParameterThatTurnsItAtAnEndOfItsRangeNeedsMeasurement) {
  const std::vector<Varied> ends{{"other", "better", "cpu = 1ms"}, {"other", "worse", "cpu = 9ms"}};
  EXPECT_EQ(verdict("that: x.busy@other < 0.98", ends), ClaimVerdict::holds);
  EXPECT_EQ(verdict("that: x.busy@other < 0.96", ends), ClaimVerdict::holds) << "undecided at an end turns nothing";
  const Judgement turned = judged("that: x.busy@other < 0.94", ends);
  EXPECT_EQ(turned.verdict, ClaimVerdict::needs_measurement);
  EXPECT_THAT(turned.evidence, HasSubstr("fails with cpu = 9ms"));
}

TEST_F(ClaimJudge, TheWorstRowOfATableDecides) {
  const Judgement found =
      judged("cases: {small: {n: 2, m: 20}, large: {n: 3, m: 31}, huge: {n: 4, m: 41}}, that: n * 10 == m");
  EXPECT_EQ(found.verdict, ClaimVerdict::fails);
  EXPECT_THAT(found.evidence, HasSubstr("2 of 3 cases; large: n * 10 = 30; m = 31"));
  EXPECT_EQ(verdict("cases: {small: {n: 2}, large: {n: 3}}, that: n < 4"), ClaimVerdict::holds);
}

TEST_F(ClaimJudge, WhatSaturatesFirstIsComparedByName) {
  EXPECT_EQ(verdict("first: postgres, point: base"), ClaimVerdict::holds) << "any of its rows";
  EXPECT_EQ(verdict("first: postgres.slots, point: base"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("first: post, point: base"), ClaimVerdict::fails);
  EXPECT_EQ(verdict("order: [postgres, llm], point: base"), ClaimVerdict::holds);
  EXPECT_EQ(verdict("order: [llm, postgres], point: base"), ClaimVerdict::fails);
  EXPECT_EQ(verdict("order: [postgres, llm, redis], point: base"), ClaimVerdict::undecided) << "no third was found";
  metrics_.values["saturation.replications_agreeing@base"] = Value::number(Number(0.6));
  EXPECT_EQ(verdict("first: postgres, point: base"), ClaimVerdict::undecided);
}

TEST_F(ClaimJudge, WhatIsNotModelledSaysWhy) {
  const Judgement found = judged("not_modelled: nobody knows");
  EXPECT_EQ(found.verdict, ClaimVerdict::not_modelled);
  EXPECT_EQ(found.evidence, "nobody knows");
}

TEST_F(ClaimJudge, TheExpectedVerdictIsNotLookedAt) {
  EXPECT_EQ(verdict("that: 1 == 2, expected: holds"), ClaimVerdict::fails);
  EXPECT_EQ(verdict("that: 1 == 1, expected: fails"), ClaimVerdict::holds);
}

}  // namespace
}  // namespace loadstone
