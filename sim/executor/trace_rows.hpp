// sim/executor/trace_rows.hpp
//
// A trace: a CSV text with a header, one request per line.
//
// Columns. `time`, from the start of the scenario, with a unit in the header (`time_s`) or in every cell; `flow`,
//          optional; any other is an attribute, with a unit in the header (`service_ms` is the attribute `service`),
//          in the cells, or none. A column whose first cell is no number is text.
// Cells.   An empty one is an absent value. Spaces round a cell and quotes round its text do not count.
// Order.   Times never go back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/sim_time.hpp"
#include "sim/expression/value.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

struct TraceRows {
  struct Column {
    std::string name;
    Place place;
    Type type;
    std::vector<std::string> texts;  // of a text column: what the numbers in its cells stand for
  };
  struct Row {
    Duration at;
    std::uint32_t line = 0;  // in the file, the header being 1
    std::int32_t flow = -1;  // into `flows`; -1: not said
  };

  std::string_view file;
  std::vector<Column> columns;
  std::vector<std::string> flows;
  std::vector<Place> flow_places;  // where each is first named
  std::vector<Row> rows;
  std::vector<double> cells;  // rows x columns, in base units; NaN: absent

  [[nodiscard]] double cell(std::size_t row, std::size_t column) const { return cells[row * columns.size() + column]; }
};

// After an error, reported with its line: nothing.
[[nodiscard]] std::optional<TraceRows> parse_trace(const FileText& file, Diagnostics& diagnostics);

}  // namespace loadstone
