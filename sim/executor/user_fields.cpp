#include "sim/executor/user_fields.hpp"

namespace loadstone {

const FieldTable& UserFields::fields() {
  static const FieldTable table =
      FieldTable::of<UserFields>()
          .field("thinkTime", &UserFields::think_time,
                 "How long a user pauses after each iteration; 0s must be written.")
          .field("thinkFirst", &UserFields::think_first, "Whether a user pauses before the first iteration too.",
                 {.default_text = "false"});
  return table;
}

FieldRules user_count(std::string_view default_text, double min) {
  return {.default_text = default_text, .bounds = {.min = min, .max = 1e9}};
}

}  // namespace loadstone
