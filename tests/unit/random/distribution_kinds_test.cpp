// The table of kinds, and the messages for everything that can be wrong with `name(arg=..; ..)`.
#include "sim/random/distribution_kinds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/random/samples.hpp"

namespace loadstone {
namespace {

std::string error_of(std::string_view kind, const std::vector<NamedValue>& arguments) {
  const DistributionOrError made = make_distribution(kind, arguments);
  const auto* error = std::get_if<std::string>(&made);
  return error == nullptr ? "" : *error;
}

Distribution made(std::string_view kind, const std::vector<NamedValue>& arguments) {
  const DistributionOrError result = make_distribution(kind, arguments);
  EXPECT_TRUE(std::holds_alternative<Distribution>(result)) << std::get<std::string>(result);
  return std::get<Distribution>(result);
}

TEST(DistributionKinds, EveryKindIsMadeByItsNameWithTheMeanAskedFor) {
  EXPECT_EQ(made("constant", {{"", 5}}).mean(), 5.0);
  EXPECT_EQ(made("exponential", {{"mean", 5}}).mean(), 5.0);
  EXPECT_NEAR(made("lognormal", {{"mean", 5}, {"cv", 0.8}}).mean(), 5.0, 1e-13);
  EXPECT_NEAR(made("lognormal", {{"p50", 8}, {"p99", 60}}).quantile(0.99), 60.0, 1e-11);
  EXPECT_NEAR(made("lognormal", {{"p99.9", 60}, {"p05", 8}}).quantile(0.05), 8.0, 1e-12);
  EXPECT_EQ(made("gamma", {{"mean", 5}, {"cv", 0.5}}).mean(), 5.0);
  EXPECT_EQ(made("erlang", {{"k", 4}, {"mean", 5}}).variance(), 6.25);
  EXPECT_NEAR(made("hyperexponential", {{"mean", 5}, {"cv", 2}}).variance(), 100.0, 1e-11);
  EXPECT_EQ(made("uniform", {{"", 1}, {"", 3}}).mean(), 2.0);
  EXPECT_EQ(made("pareto", {{"min", 1}, {"alpha", 3}}).mean(), 1.5);
  EXPECT_NEAR(made("weibull", {{"mean", 5}, {"shape", 0.5}}).mean(), 5.0, 1e-13);
  EXPECT_NEAR(made("weibull", {{"scale", 5}, {"shape", 1}}).mean(), 5.0, 1e-13);
  EXPECT_EQ(made("exponential", {{"mean", 5}, {"max", 10}}).quantile(1.0), 10.0);
}

TEST(DistributionKinds, TheTableNamesEveryParameterThatIsAccepted) {
  for (const DistributionKind& kind : distribution_kinds()) {
    EXPECT_FALSE(kind.summary.empty());
    EXPECT_EQ(find_distribution_kind(kind.name), &kind);
    EXPECT_NE(find_parameter(kind, "max"), nullptr) << kind.name;
    EXPECT_EQ(find_parameter(kind, "nonsense"), nullptr) << kind.name;
  }
  const DistributionKind& lognormal = *find_distribution_kind("lognormal");
  EXPECT_EQ(find_parameter(lognormal, "p99.9")->type, ParameterType::magnitude);
  EXPECT_EQ(find_parameter(lognormal, "cv")->type, ParameterType::number);
  EXPECT_EQ(find_parameter(lognormal, "pNN"), nullptr);
  EXPECT_EQ(find_parameter(lognormal, std::size_t{1})->name, "cv");
  EXPECT_EQ(find_parameter(lognormal, std::size_t{2}), nullptr);
  EXPECT_EQ(find_distribution_kind("cauchy"), nullptr);
}

TEST(DistributionKinds, QuantileNamesArePercentagesWithOrWithoutAPoint) {
  EXPECT_EQ(quantile_of_name("p50"), 0.5);
  EXPECT_EQ(quantile_of_name("p5"), 0.05);
  EXPECT_EQ(quantile_of_name("p05"), 0.05);
  EXPECT_EQ(quantile_of_name("p999"), 0.999);
  EXPECT_EQ(quantile_of_name("p99.99"), 0.9999);
  for (const char* wrong : {"", "p", "p0", "p00", "p100", "p100.5", "50", "p5x", "p99.", "p.5", "p9.9.9", "q50"}) {
    EXPECT_EQ(quantile_of_name(wrong), 0.0) << wrong;
  }
}

TEST(DistributionKinds, UnknownNamesAreAnsweredWithThoseThatExist) {
  EXPECT_EQ(error_of("expnential", {{"", 1}}),
            "unknown distribution 'expnential'; allowed: constant, exponential, lognormal, gamma, erlang, "
            "hyperexponential, uniform, pareto, weibull, empirical; did you mean 'exponential'?");
  EXPECT_EQ(error_of("gamma", {{"mean", 1}, {"shape", 1}}), "gamma has no parameter 'shape'; allowed: mean, cv, max");
  EXPECT_EQ(error_of("lognormal", {{"p100", 1}, {"p50", 1}}),
            "lognormal has no parameter 'p100'; allowed: mean, cv, pNN, max");
}

TEST(DistributionKinds, MissingAndSurplusArgumentsAreNamed) {
  EXPECT_EQ(error_of("exponential", {}), "exponential needs mean; write exponential(mean)");
  EXPECT_EQ(error_of("gamma", {{"mean", 1}}), "gamma needs cv; write gamma(mean=..; cv=..)");
  EXPECT_EQ(error_of("exponential", {{"", 1}, {"", 2}}), "exponential: too many values (2); write exponential(mean)");
  EXPECT_EQ(error_of("uniform", {{"lo", 1}, {"", 2}}),
            "uniform: a value without a name follows a named one (2); write uniform(lo; hi)");
  EXPECT_EQ(error_of("uniform", {{"", 1}, {"lo", 2}}), "uniform: lo is given twice");
  EXPECT_EQ(error_of("lognormal", {{"mean", 1}, {"p50", 1}}),
            "lognormal cannot be made from mean, p50; write lognormal(mean=..; cv=..) or lognormal(p50=..; p99=..)");
  EXPECT_EQ(error_of("weibull", {{"mean", 1}, {"scale", 1}, {"shape", 1}}),
            "weibull cannot be made from mean, scale, shape; write weibull(mean=..; shape=..) or "
            "weibull(scale=..; shape=..)");
  EXPECT_EQ(error_of("empirical", {{"", 1}}), "empirical needs a file of samples; write empirical(\"file.csv\")");
}

TEST(DistributionKinds, ValuesOutOfBoundsAreQuotedAsWritten) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_of("exponential", {{"", -1e7, "-10ms"}}), "exponential: mean must be at least 0, got -10ms");
  EXPECT_EQ(error_of("exponential", {{"", nan}}), "exponential: mean must be a finite number, got nan");
  EXPECT_EQ(error_of("exponential", {{"", infinity}}), "exponential: mean must be a finite number, got inf");
  EXPECT_EQ(error_of("hyperexponential", {{"mean", 1}, {"cv", 0.5}}),
            "hyperexponential: cv must be at least 1, got 0.5");
  EXPECT_EQ(error_of("pareto", {{"min", 0}, {"alpha", 1}}), "pareto: min must be greater than 0, got 0");
  EXPECT_EQ(error_of("pareto", {{"min", 1}, {"alpha", 0}}), "pareto: alpha must be at least 0.01, got 0");
  EXPECT_EQ(error_of("erlang", {{"k", 2.5}, {"mean", 1}}), "erlang: k must be a whole number, got 2.5");
  EXPECT_EQ(error_of("gamma", {{"mean", 1}, {"cv", 1e-5}}), "gamma: cv must be 0 or at least 0.001, got 1e-05");
  EXPECT_EQ(error_of("gamma", {{"mean", 1}, {"cv", 101}}), "gamma: cv must be at most 100, got 101");
  EXPECT_EQ(error_of("uniform", {{"", 3}, {"", 1}}), "uniform: hi must be at least lo (3), got 1");
  EXPECT_EQ(error_of("lognormal", {{"p99", 1}, {"p50", 2}}), "lognormal: p99 must be at least p50 (2), got 1");
  EXPECT_EQ(error_of("lognormal", {{"p99", 1}, {"p99.0", 2}}), "lognormal: p99 and p99.0 are the same quantile");
}

TEST(DistributionKinds, AMaxThatLeavesNothingIsRefused) {
  EXPECT_EQ(error_of("pareto", {{"min", 5}, {"alpha", 1}, {"max", 5}}),
            "pareto: max must leave something of the distribution, which begins at 5, got 5");
  EXPECT_EQ(error_of("constant", {{"", 5}, {"max", 4}}),
            "constant: max must leave something of the distribution, which begins at 5, got 4");
  EXPECT_EQ(error_of("exponential", {{"", 5}, {"max", 0}}), "exponential: max must be greater than 0, got 0");
  EXPECT_EQ(made("constant", {{"", 5}, {"max", 5}}).mean(), 5.0);
}

TEST(DistributionKinds, SamplesAreCheckedOneByOne) {
  const auto good = make_samples({3.0, 1.0});
  const Samples& samples = *std::get<std::shared_ptr<const Samples>>(good);
  EXPECT_EQ(std::get<Distribution>(make_empirical(samples)).mean(), 2.0);
  EXPECT_EQ(std::get<Distribution>(make_empirical(samples, {{"max", 2.0}})).mean(), 1.0);
  EXPECT_EQ(std::get<std::string>(make_empirical(samples, {{"max", 0.5}})),
            "empirical: max must leave something of the distribution, which begins at 1, got 0.5");
  EXPECT_EQ(std::get<std::string>(make_samples({})), "empirical needs at least one sample, got none");
  EXPECT_EQ(std::get<std::string>(make_samples({1.0, -2.0})),
            "empirical: every sample must be a finite number of at least 0, got -2 as number 2");
}

}  // namespace
}  // namespace loadstone
