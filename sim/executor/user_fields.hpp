// sim/executor/user_fields.hpp
//
// The fields that all VU executors share; k6 writes thinking as a sleep in the script, here it is declared.
#pragma once

#include "sim/spec/field.hpp"

namespace loadstone {

struct UserFields {
  TimeLaw think_time;
  bool think_first = false;

  [[nodiscard]] static const FieldTable& fields();
};

// The rules of a field that counts users or iterations, k6's default in `default_text`.
[[nodiscard]] FieldRules user_count(std::string_view default_text, double min);

}  // namespace loadstone
