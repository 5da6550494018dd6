// sim/spec/claims.hpp
//
// What a document claims, validated: each claim with its source, what its names stand for, and the condition that says
// it. What a condition may ask of runs is known later (sim/claims).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/expression/expression.hpp"
#include "sim/spec/field.hpp"
#include "sim/spec/range.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

enum class ClaimVerdict : std::uint8_t {
  holds,
  fails,
  undecided,
  inconsistent,
  circular,
  needs_measurement,
  not_modelled
};

[[nodiscard]] std::string_view to_string(ClaimVerdict verdict);
[[nodiscard]] const std::vector<std::string_view>& verdict_names();

// A name, and what it stands for.
struct LetSpec {
  std::string name;
  Place place;
  Expression value;
  std::optional<Range> range;
  Status status = Status::documented;  // a figure of the document, unless it says otherwise
  std::string source;
};
using Lets = std::vector<LetSpec>;

// A row of a table: names that stand for something else in each.
struct ClaimCase {
  std::string name;
  Lets let;
};

[[nodiscard]] constexpr bool may_be_in_claim_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

struct ClaimSpec {
  struct Source {
    std::string document;
    std::string section;
  };

  std::string id;
  Place place;
  std::string claim;
  Source source;
  std::string reading;
  Lets let;
  std::vector<ClaimCase> cases;
  std::string point;              // of metrics without one of their own
  std::vector<std::string> vary;  // parameters of which both ends are tried
  ClaimVerdict expected = ClaimVerdict::holds;
  // Exactly one of these says what is claimed.
  std::optional<Expression> that;
  std::optional<Expression> possible;
  std::vector<std::string> order;  // what saturates, from the first on
  std::string not_modelled;

  [[nodiscard]] static const FieldTable& fields();
};

// Names to values, under `key`; names must differ.
void read_lets(Reader& reader, const Node& node, std::string_view key, Lets& out);
// The list under `expect`.
void read_claims(Reader& reader, const Node& node, std::vector<ClaimSpec>& out);

}  // namespace loadstone
