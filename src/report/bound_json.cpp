#include "src/report/bound_json.hpp"

#include "src/report/json_parts.hpp"

namespace loadstone::report {

std::string to_json(const AxisBound& bound) {
  Json j = json_header("bound", bound.identity);
  Json& b = j["bound"];
  b["axis"] = bound.axis;
  b["axis_unit"] = base_unit(bound.axis_dimension);
  b["to"] = json_number(bound.to);
  b["at"] = json_number(bound.at);
  b["resource"] = text_or_null(bound.first);
  b["resources"] = Json::object();
  for (const AxisBound::Row& row : bound.rows) {
    b["resources"][row.resource] = {{"at", json_number(row.at)}};
  }
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
