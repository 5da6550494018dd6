// sim/random/discrete.hpp
//
// A law over integers: which member of a population a request belongs to, how often a loop runs.
//
// Draws.  One uniform number per sample, by inversion: a small number gives a small integer. For zipf and weighted the
//         cumulated weights are 53-bit fixed point: a member's probability is right to about 2^-52 absolutely, and a
//         weight of 0 is never drawn.
// Cost.   sample is a few nanoseconds; zipf and weighted look up a table (12 bytes a member, shared by copies) in O(1)
//         on average. Making a zipf costs about 40 ns a member.
// Not.    hash has no draw of its own: it maps the value of another attribute, with `of`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/random/distribution_kinds.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

class DiscreteLaw {
 public:
  static constexpr std::uint64_t kMaxTable = 10'000'000;  // members of zipf and weighted

  // Each REQUIRES what its message in make_discrete asks for.
  static DiscreteLaw uniform(std::uint64_t n);                     // 0 .. n-1
  static DiscreteLaw integer(std::uint64_t lo, std::uint64_t hi);  // lo .. hi, both included
  static DiscreteLaw zipf(double s, std::uint64_t n);              // member i in proportion to (i+1)^-s
  static DiscreteLaw weighted(std::span<const double> weights);    // member i in proportion to weights[i]
  static DiscreteLaw hash(std::uint64_t n);                        // 0 .. n-1, by the value of another attribute

  [[nodiscard]] std::uint64_t sample(Draw draw) const;
  // For hash: the member that `value` belongs to. The same for every seed.
  [[nodiscard]] std::uint64_t of(std::uint64_t value) const;
  // For hash: as if the values were spread evenly.
  [[nodiscard]] double probability(std::uint64_t member) const;
  [[nodiscard]] double mean() const;

  [[nodiscard]] bool is_hash() const { return is_hash_; }
  // The possible results lie in [first, first + size).
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  struct Table;

  DiscreteLaw(std::uint64_t first, std::uint64_t size) : first_(first), size_(size) {}

  std::uint64_t first_;
  std::uint64_t size_;
  bool is_hash_ = false;
  std::shared_ptr<const Table> table_;  // nullptr: all members alike
};

struct DiscreteKind {
  std::string_view name;
  std::string_view summary;
  std::string_view usage;
};

[[nodiscard]] std::span<const DiscreteKind> discrete_kinds();

// A law, or a message that says what was found and what is allowed. `population` is the number of members that the law
// ranges over, for uniform and zipf (which also accept n=.. instead); 0 if the attribute has no population.
// For weighted the arguments are the weights, whatever their names.
[[nodiscard]] std::variant<DiscreteLaw, std::string> make_discrete(std::string_view kind,
                                                                   const std::vector<NamedValue>& arguments,
                                                                   std::uint64_t population = 0);

}  // namespace loadstone
