// The kinds of discrete law, and the making of one from named arguments.
#include <array>
#include <cmath>

#include "sim/random/discrete.hpp"
#include "sim/random/distribution_arguments.hpp"

namespace loadstone {
namespace {

using LawOrError = std::variant<DiscreteLaw, std::string>;

constexpr double kMaxInteger = 0x1p53;

constexpr std::array<DiscreteKind, 5> kKinds{{
    {"uniform", "Every member of the population alike.", "uniform"},
    {"zipf", "Member i in proportion to 1 / i^s: a few are popular.", "zipf(s=..)"},
    {"weighted", "Members in proportion to their weights.", "weighted(a=3; b=1)"},
    {"integer", "Every whole number from lo to hi alike.", "integer(lo; hi)"},
    {"hash", "One of n groups, by the value of another attribute: the same value, the same group.", "hash(n)"},
}};

bool is_whole(double value) {
  return value >= 0.0 && value <= kMaxInteger && value == std::floor(value);
}

// Puts the arguments into the order of `names` (absent ones nullptr); an error message, or "".
std::string arrange(const DiscreteKind& kind, const std::vector<NamedValue>& given,
                    std::span<const std::string_view> names, std::span<const NamedValue*> found) {
  std::string allowed;
  for (const std::string_view name : names) {
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::size_t place = i;
    if (!given[i].name.empty()) {
      for (place = 0; place < names.size() && names[place] != given[i].name; ++place) {
      }
    }
    if (place >= names.size()) {
      return std::string(kind.name) +
             (given[i].name.empty() ? " has too many values (" + as_written(given[i]) + ")"
                                    : " has no parameter '" + given[i].name + "'") +
             "; allowed: " + allowed;
    }
    if (found[place] != nullptr) {
      return std::string(kind.name) + ": " + std::string(names[place]) + " is given twice";
    }
    found[place] = &given[i];
  }
  return "";
}

std::string needs(const DiscreteKind& kind, std::string_view what) {
  return std::string(kind.name) + " needs " + std::string(what) + "; write " + std::string(kind.usage);
}

std::string must_be(const DiscreteKind& kind, std::string_view name, std::string_view what, const NamedValue& got) {
  return std::string(kind.name) + ": " + std::string(name) + " must be " + std::string(what) + ", got " +
         as_written(got);
}

// The number of members: n=.., or else the population. 0 and a message when there is none.
std::uint64_t members(const DiscreteKind& kind, const NamedValue* n, std::uint64_t population, std::string& error) {
  if (n == nullptr) {
    if (population == 0) {
      error = std::string(kind.name) + " needs a population with at least one member, or n=..";
    }
    return population;
  }
  if (!is_whole(n->value) || n->value < 1.0) {
    error = must_be(kind, "n", "a whole number of at least 1", *n);
    return 0;
  }
  return static_cast<std::uint64_t>(n->value);
}

LawOrError make_uniform(const DiscreteKind& kind, const std::vector<NamedValue>& given, std::uint64_t population) {
  std::array<const NamedValue*, 1> found{};
  std::string error = arrange(kind, given, std::array<std::string_view, 1>{"n"}, found);
  const std::uint64_t n = error.empty() ? members(kind, found[0], population, error) : 0;
  if (!error.empty()) {
    return error;
  }
  return DiscreteLaw::uniform(n);
}

LawOrError make_hash(const DiscreteKind& kind, const std::vector<NamedValue>& given, std::uint64_t) {
  std::array<const NamedValue*, 1> found{};
  std::string error = arrange(kind, given, std::array<std::string_view, 1>{"n"}, found);
  if (error.empty() && found[0] == nullptr) {
    error = needs(kind, "n");
  }
  const std::uint64_t n = error.empty() ? members(kind, found[0], 0, error) : 0;
  if (!error.empty()) {
    return error;
  }
  return DiscreteLaw::hash(n);
}

LawOrError make_zipf(const DiscreteKind& kind, const std::vector<NamedValue>& given, std::uint64_t population) {
  std::array<const NamedValue*, 2> found{};
  std::string error = arrange(kind, given, std::array<std::string_view, 2>{"s", "n"}, found);
  if (!error.empty()) {
    return error;
  }
  if (found[0] == nullptr) {
    return needs(kind, "s");
  }
  if (!(found[0]->value >= 0.0 && found[0]->value <= 100.0)) {
    return must_be(kind, "s", "from 0 to 100", *found[0]);
  }
  const std::uint64_t n = members(kind, found[1], population, error);
  if (!error.empty()) {
    return error;
  }
  if (n > DiscreteLaw::kMaxTable) {
    return "zipf ranges over at most " + std::to_string(DiscreteLaw::kMaxTable) + " members, got " + std::to_string(n);
  }
  return DiscreteLaw::zipf(found[0]->value, n);
}

LawOrError make_weighted(const DiscreteKind& kind, const std::vector<NamedValue>& given, std::uint64_t) {
  std::vector<double> weights;
  double sum = 0.0;
  for (const NamedValue& argument : given) {
    if (!(argument.value >= 0.0) || !std::isfinite(argument.value)) {
      const std::string name = argument.name.empty() ? "weight " + std::to_string(weights.size() + 1) : argument.name;
      return must_be(kind, name, "a finite number of at least 0", argument);
    }
    weights.push_back(argument.value);
    sum += argument.value;
  }
  if (!(sum > 0.0) || !std::isfinite(sum)) {
    return needs(kind, "at least one weight above 0, and a finite sum");
  }
  if (weights.size() > DiscreteLaw::kMaxTable) {
    return "weighted takes at most " + std::to_string(DiscreteLaw::kMaxTable) + " weights, got " +
           std::to_string(weights.size());
  }
  return DiscreteLaw::weighted(weights);
}

LawOrError make_integer(const DiscreteKind& kind, const std::vector<NamedValue>& given, std::uint64_t) {
  constexpr std::array<std::string_view, 2> kNames{"lo", "hi"};
  std::array<const NamedValue*, 2> found{};
  if (std::string error = arrange(kind, given, kNames, found); !error.empty()) {
    return error;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (found[i] == nullptr) {
      return needs(kind, kNames[i]);
    }
    if (!is_whole(found[i]->value)) {
      return must_be(kind, kNames[i], "a whole number of at least 0", *found[i]);
    }
  }
  if (found[0]->value > found[1]->value) {
    return must_be(kind, "hi", "at least lo (" + as_written(*found[0]) + ")", *found[1]);
  }
  return DiscreteLaw::integer(static_cast<std::uint64_t>(found[0]->value), static_cast<std::uint64_t>(found[1]->value));
}

// In the order of kKinds.
constexpr std::array kMakers{make_uniform, make_zipf, make_weighted, make_integer, make_hash};

}  // namespace

std::span<const DiscreteKind> discrete_kinds() {
  return kKinds;
}

LawOrError make_discrete(std::string_view kind, const std::vector<NamedValue>& arguments, std::uint64_t population) {
  std::string list;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i].name == kind) {
      return kMakers[i](kKinds[i], arguments, population);
    }
    list += (list.empty() ? "" : ", ") + std::string(kKinds[i].name);
  }
  return "unknown law '" + std::string(kind) + "'; allowed: " + list;
}

}  // namespace loadstone
