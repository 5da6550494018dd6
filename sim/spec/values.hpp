// sim/spec/values.hpp
//
// The types that a field of a specification can have, each with its unit in its name, and where a value came from.
//
// Units. Time in nanoseconds, data in bytes, money in dollars, rates per nanosecond (quantity.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/base/sim_time.hpp"
#include "sim/expression/expression.hpp"
#include "sim/random/distribution.hpp"

namespace loadstone {

struct Rate {
  double per_ns = 0;
  [[nodiscard]] double per_second() const { return per_ns * 1e9; }
};
struct Bytes {
  std::int64_t count = 0;
};
struct ByteRate {
  double per_ns = 0;
};
struct Money {
  double usd = 0;
};
struct MoneyRate {
  double usd_per_month = 0;
};
struct Cores {
  double count = 0;
};
struct Share {
  double of_one = 0;  // 0.4 for 40%
};

// A distribution, or the value of a request attribute (`$request.service`).
struct Law {
  Distribution distribution;
  std::string attribute;  // "" unless the value is an attribute's
  std::string text;       // as written, canonical enough to be read again
};
struct TimeLaw : Law {};   // nanoseconds
struct CountLaw : Law {};  // a number: tokens, rows, iterations
struct SizeLaw : Law {};   // bytes

// The name of something declared elsewhere, checked when everything is read.
struct Reference {
  std::string name;
  Place place;

  [[nodiscard]] bool is_set() const { return !name.empty(); }
};

// Text whose place is needed when it is looked at later: a cron line, a time zone.
struct PlacedText {
  std::string text;
  Place place;
};

// A file that a field names, read when the field was.
struct FileText {
  std::string path;       // as written
  std::string_view name;  // for places in it; lives as long as the process
  std::shared_ptr<const std::string> text;
};

// A condition over request attributes and parameters (`when:`).
struct Condition {
  std::optional<Expression> expression;
};

enum class Status : std::uint8_t { measured, documented, estimated, assumed, defaulted };

[[nodiscard]] const char* to_string(Status status);

// A number that the answer hangs on, and where it came from.
struct Assumption {
  std::string path;   // "resources.app_pool.max_size"
  std::string value;  // as written
  Status status = Status::assumed;
  std::string range;   // "" for a knob
  std::string source;  // "" where none was given
  std::string about;
  Place place;
};

}  // namespace loadstone
