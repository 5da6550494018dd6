#include "sim/expression/quantity.hpp"

#include <gtest/gtest.h>

#include <array>

namespace loadstone {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Quantity quantity(std::string_view text) {
  const Parsed<Quantity> parsed = parse_quantity(text);
  if (const std::string* error = std::get_if<std::string>(&parsed)) {
    ADD_FAILURE() << *error;
    return {};
  }
  return std::get<Quantity>(parsed);
}

template <class T>
std::string error_of(const Parsed<T>& parsed) {
  const std::string* const error = std::get_if<std::string>(&parsed);
  return error == nullptr ? "no error" : *error;
}

std::int64_t duration(std::string_view text, std::int64_t bare = 0) {
  const Parsed<std::int64_t> parsed = parse_duration(text, bare);
  EXPECT_EQ(error_of(parsed), "no error");
  return parsed.index() == 0 ? std::get<0>(parsed) : -1;
}

TEST(Quantity, ReadsDurationsExactly) {
  EXPECT_EQ(duration("1m30s"), 90 * kSecond);
  EXPECT_EQ(duration("250us"), 250'000);
  EXPECT_EQ(duration("0.5ms"), 500'000);
  EXPECT_EQ(duration("10 s"), 10 * kSecond);
  EXPECT_EQ(duration("2h"), 7'200 * kSecond);
  EXPECT_EQ(duration("1min"), 60 * kSecond);
  EXPECT_EQ(duration("1d2h3m4.000000005s"), (86'400 + 7'200 + 180 + 4) * kSecond + 5);
  EXPECT_EQ(duration("1e3ms"), kSecond);
  EXPECT_EQ(duration("0s"), 0);
  EXPECT_EQ(duration("4611686018427387904ns"), std::int64_t{1} << 62);
  EXPECT_EQ(duration("0.123456789s"), 123'456'789);
  EXPECT_EQ(duration("3", kSecond), 3 * kSecond);
  EXPECT_EQ(duration("3ms", kSecond), 3'000'000);
}

TEST(Quantity, RefusesWhatIsNotADuration) {
  EXPECT_EQ(error_of(parse_duration("3")), "'3': a duration needs a unit, for example '3s' or '20ms'");
  EXPECT_EQ(error_of(parse_duration("0.5ns")), "'0.5ns': has fractions of a nanosecond");
  EXPECT_EQ(error_of(parse_duration("-1s")), "'-1s': a duration is not negative");
  EXPECT_EQ(error_of(parse_duration("4611686018427387905ns")),
            "'4611686018427387905ns': larger than 146 years, the most there can be");
  EXPECT_EQ(error_of(parse_duration("1e9d")), "'1e9d': larger than 146 years, the most there can be");
  EXPECT_EQ(error_of(parse_duration("5MB")), "'5MB': this is a number of bytes, a duration is needed");
  EXPECT_EQ(error_of(parse_duration("10%", kSecond)), "'10%': this is a number, a duration is needed");
  EXPECT_EQ(error_of(parse_duration("30s1m")),
            "'30s1m': parts of a duration go from larger to smaller units, as in 1h30m");
  EXPECT_EQ(error_of(parse_duration("1.5m30s")), "'1.5m30s': only the last part of a duration has decimals");
  EXPECT_NE(error_of(parse_duration("1h30")).find("a unit is missing"), std::string::npos);
  EXPECT_NE(error_of(parse_duration("3 sec")).find("unknown unit 'sec'"), std::string::npos);
}

TEST(Quantity, ReadsEveryDimension) {
  EXPECT_EQ(quantity("8GiB").exact, (Ratio{std::int64_t{8} << 30, 1}));
  EXPECT_EQ(quantity("8GiB").dim, kBytes);
  EXPECT_EQ(quantity("1.5kB").value, 1500);
  EXPECT_EQ(quantity("1TiB").value, 1099511627776.0);
  EXPECT_EQ(quantity("45%").exact, (Ratio{9, 20}));
  EXPECT_EQ(quantity("45%").dim, kNumber);
  EXPECT_EQ(quantity("12/h").exact, (Ratio{12, 3'600 * kSecond} * Ratio{1, 1}));
  EXPECT_EQ(quantity("12/h").dim, kRate);
  EXPECT_EQ(quantity("0.9/s").value, 0.9e-9);
  EXPECT_EQ(quantity("1/month").exact, (Ratio{1, 30 * 86'400 * kSecond}));
  EXPECT_EQ(quantity("10MB/s").exact, (Ratio{1, 100}));
  EXPECT_EQ(quantity("10MB/s").dim, kByteRate);
  EXPECT_EQ(quantity("1Gbps").exact, (Ratio{1, 8}));
  EXPECT_EQ(quantity("100Mbps").exact, (Ratio{1, 80}));
  EXPECT_EQ(quantity("$0.05").exact, (Ratio{1, 20}));
  EXPECT_EQ(quantity("$0.05").dim, kMoney);
  EXPECT_EQ(quantity("$24/month").dim, kMoneyRate);
  EXPECT_EQ(quantity("$0.15/M").dim, kMoney);
  EXPECT_EQ(quantity("$0.15/M").exact, (Ratio{3, 20'000'000}));
  EXPECT_EQ(quantity("-0.1").exact, (Ratio{-1, 10}));
  EXPECT_EQ(quantity("1e3").value, 1000);
  EXPECT_EQ(quantity("1.5E-3").exact, (Ratio{3, 2000}));
  EXPECT_EQ(quantity("1.20").step, (Ratio{1, 100}));
  EXPECT_EQ(quantity("20ms").step, (Ratio{1'000'000, 1}));
  EXPECT_EQ(quantity("0.12345678901234567890").value, 0.12345678901234567890);
  EXPECT_FALSE(quantity("0.12345678901234567890123").exact.known());
}

TEST(Quantity, RefusesOtherSpellingsOfNumbers) {
  for (const std::string_view text :
       {"",   "nan", ".nan",  "inf",    "-inf",  "0x10", "+5",     ".5",  "5.",  "1_000", "007",
        "1e", "--1", "12/",   "12/x",   "12//s", "5 5",  "1,5",    "KB",  "5KB", "5Mi",   "$",
        "$x", "5$",  "1e400", "10ms/s", "1/s/s", "abc",  "1 .. 2", "5%%", "5%s"}) {
    EXPECT_NE(error_of(parse_quantity(text)), "no error") << text;
  }
  EXPECT_EQ(error_of(parse_quantity("+5")), "'+5': a number has no leading '+'");
  EXPECT_EQ(error_of(parse_quantity(".5")), "'.5': a decimal fraction starts with a digit, as in 0.5");
  EXPECT_EQ(error_of(parse_quantity("1_000")), "'1_000': a number has no '_' between its digits");
  EXPECT_EQ(error_of(parse_quantity("0x10")), "'0x10': numbers are decimal");
  EXPECT_EQ(error_of(parse_quantity("nan")), "'nan': only finite numbers are quantities");
  EXPECT_NE(error_of(parse_quantity("5KB")).find("did you mean 'kB'?"), std::string::npos);
  EXPECT_NE(error_of(parse_quantity(std::string(1'000'000, '1'))).find("too long"), std::string::npos);
}

TEST(Quantity, ReadsBytesAndCores) {
  EXPECT_EQ(std::get<0>(parse_bytes("4GiB")), std::int64_t{4} << 30);
  EXPECT_EQ(std::get<0>(parse_bytes("512", 1 << 20)), std::int64_t{512} << 20);
  EXPECT_EQ(error_of(parse_bytes("0.5B")), "'0.5B': has fractions of a byte");
  EXPECT_NE(error_of(parse_bytes("512")).find("needs a unit"), std::string::npos);
  EXPECT_EQ(std::get<0>(parse_cores("500m")), 0.5);
  EXPECT_EQ(std::get<0>(parse_cores("2")), 2.0);
  EXPECT_EQ(std::get<0>(parse_cores("0.1")), 0.1);
  EXPECT_EQ(std::get<0>(parse_cores("100m")), 0.1);
  EXPECT_NE(error_of(parse_cores("2GiB")).find("a number of cores is needed"), std::string::npos);
  EXPECT_NE(error_of(parse_cores("50%")).find("a number of cores is needed"), std::string::npos);
  EXPECT_NE(error_of(parse_cores("-1")).find("a number of cores is needed"), std::string::npos);
}

TEST(Quantity, PrefixEndsWhereTheQuantityEnds) {
  EXPECT_EQ(quantity_prefix("1m30s - x"), 5U);
  EXPECT_EQ(quantity_prefix("12/h"), 4U);
  EXPECT_EQ(quantity_prefix("100/services"), 3U);
  EXPECT_EQ(quantity_prefix("12/s.x"), 2U);
  EXPECT_EQ(quantity_prefix("1..2"), 1U);
  EXPECT_EQ(quantity_prefix("1.5..2"), 3U);
  EXPECT_EQ(quantity_prefix("10%*x"), 3U);
  EXPECT_EQ(quantity_prefix("$0.15/M)"), 7U);
  EXPECT_EQ(quantity_prefix("$tenants"), 0U);
  EXPECT_EQ(quantity_prefix("x"), 0U);
  EXPECT_EQ(quantity_prefix(""), 0U);
}

TEST(Quantity, FormatsDurationsSoThatTheyReadBack) {
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(90 * kSecond), "1m30s");
  EXPECT_EQ(format_duration(1'500'000), "1.5ms");
  EXPECT_EQ(format_duration(100'000'000), "100ms");
  EXPECT_EQ(format_duration(86'400 * kSecond), "1d");
  EXPECT_EQ(format_duration(3'600 * kSecond + 1), "1h1ns");
  std::int64_t ns = 1;
  for (int i = 0; i < 2000; ++i, ns = (ns * 7 + 13) % (std::int64_t{1} << 58)) {
    EXPECT_EQ(duration(format_duration(ns)), ns);
    const std::int64_t coarse = ns / 1'000'000 * 1'000'000;
    EXPECT_EQ(duration(format_duration(coarse)), coarse);
  }
}

TEST(Quantity, FormatsBytesSoThatTheyReadBack) {
  EXPECT_EQ(format_bytes(std::int64_t{8} << 30), "8GiB");
  EXPECT_EQ(format_bytes(1'000), "1kB");
  EXPECT_EQ(format_bytes(1'536), "1.5KiB");
  EXPECT_EQ(format_bytes(1'500'000), "1.5MB");
  EXPECT_EQ(format_bytes(0), "0B");
  EXPECT_EQ(format_bytes(17), "17B");
  std::int64_t bytes = 1;
  for (int i = 0; i < 2000; ++i, bytes = (bytes * 5 + 11) % (std::int64_t{1} << 57)) {
    EXPECT_EQ(std::get<0>(parse_bytes(format_bytes(bytes))), bytes);
  }
}

TEST(Quantity, FormatsQuantities) {
  EXPECT_EQ(format_quantity(quantity("12/h").value, kRate), "12/h");
  EXPECT_EQ(format_quantity(quantity("0.9/s").value, kRate), "54/min");
  EXPECT_EQ(format_quantity(quantity("20ms").value, kTime), "20ms");
  EXPECT_EQ(format_quantity(1.5, kTime), "1.5ns");
  EXPECT_EQ(format_quantity(0.05, kMoney), "$0.05");
  EXPECT_EQ(format_quantity(quantity("$24/month").value, kMoneyRate), "$24/month");
  EXPECT_EQ(format_quantity(0.25, kNumber), "0.25");
  EXPECT_EQ(format_quantity(100'000, kNumber), "100000");
  EXPECT_EQ(format_quantity(quantity("10MB/s").value, kByteRate), "10MB/s");
}

TEST(Quantity, DescribesDimensions) {
  EXPECT_EQ(describe(kNumber), "a number");
  EXPECT_EQ(describe(kRate), "a rate");
  EXPECT_EQ(describe(Dimension{.time = 2}), "a quantity in time^2");
}

TEST(SplitCall, SplitsNamedAndPositionalArguments) {
  const Call call = std::get<Call>(split_call("lognormal(mean=20ms; cv=0.8)"));
  EXPECT_EQ(call.name, "lognormal");
  ASSERT_EQ(call.arguments.size(), 2U);
  EXPECT_EQ(call.find("mean")->text, "20ms");
  EXPECT_EQ(call.find("cv")->text, "0.8");
  EXPECT_EQ(call.find("p50"), nullptr);
  const Call commas = std::get<Call>(split_call("uniform( 1ms, 3ms )"));
  ASSERT_EQ(commas.arguments.size(), 2U);
  EXPECT_EQ(commas.arguments[1].text, "3ms");
  EXPECT_EQ(commas.arguments[1].name, "");
  const Call lists = std::get<Call>(split_call("mmpp(rates=1,2; sojourns=3,4)"));
  EXPECT_EQ(lists.find("sojourns")->text, "3,4");
  const Call file = std::get<Call>(split_call("empirical(\"a;b(c).csv\")"));
  EXPECT_EQ(file.arguments.at(0).text, "a;b(c).csv");
  EXPECT_TRUE(file.arguments.at(0).quoted);
  EXPECT_FALSE(std::get<Call>(split_call("uniform")).parenthesised);
  EXPECT_TRUE(std::get<Call>(split_call("none()")).arguments.empty());
}

TEST(SplitCall, RefusesBrokenCalls) {
  EXPECT_NE(error_of(split_call("lognormal(mean=20ms")).find("'(' is not closed"), std::string::npos);
  EXPECT_NE(error_of(split_call("lognormal(mean=20ms")).find("';'"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(b(1))")).find("not nested"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(1) 2")).find("left over"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(x=1; x=2)")).find("given twice"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(1;)")).find("missing"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(;1)")).find("missing"), std::string::npos);
  EXPECT_NE(error_of(split_call("a(x=)")).find("no value"), std::string::npos);
  EXPECT_NE(error_of(split_call("3(1)")).find("a name is needed"), std::string::npos);
  EXPECT_NE(error_of(split_call("")).find("a name is needed"), std::string::npos);
}

TEST(SplitInterval, SplitsAtTwoDots) {
  const auto ends = split_interval("10ms .. 20ms");
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->first, "10ms");
  EXPECT_EQ(ends->second, "20ms");
  EXPECT_TRUE(split_interval("1..2"));
  EXPECT_FALSE(split_interval("1.5"));
  EXPECT_FALSE(split_interval("empirical(\"../x.csv\")"));
}

}  // namespace
}  // namespace loadstone
