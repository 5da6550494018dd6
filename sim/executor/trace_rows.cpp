#include "sim/executor/trace_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/trimmed.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {

namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostErrors = 20;

struct Cell {
  std::string_view text;
  std::uint32_t column = 1;  // where it begins
  bool quoted = false;
};

// The cells of a line; a comma inside quotes is text.
std::vector<Cell> split(std::string_view line) {
  std::vector<Cell> cells;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') {
      quoted = !quoted;
    }
    if (i < line.size() && (line[i] != ',' || quoted)) {
      continue;
    }
    const std::string_view raw = line.substr(begin, i - begin);
    Cell cell{trimmed(raw), static_cast<std::uint32_t>(begin + 1), false};
    cell.column += static_cast<std::uint32_t>(cell.text.empty() ? 0 : cell.text.data() - raw.data());
    if (cell.text.size() >= 2 && cell.text.front() == '"' && cell.text.back() == '"') {
      cell.text = cell.text.substr(1, cell.text.size() - 2);
      cell.quoted = true;
    }
    cells.push_back(cell);
    begin = i + 1;
  }
  return cells;
}

// "service_ms" -> "service", "ms"; the unit is "" where there is none.
std::pair<std::string_view, std::string_view> split_unit(std::string_view name) {
  static constexpr std::array<std::string_view, 15> kUnits{"ns", "us", "ms", "s",  "m",   "min", "h",  "d",
                                                           "B",  "kB", "MB", "GB", "KiB", "MiB", "GiB"};
  const auto underscore = name.rfind('_');
  if (underscore != std::string_view::npos && underscore > 0) {
    const std::string_view unit = name.substr(underscore + 1);
    if (std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end()) {
      return {name.substr(0, underscore), unit};
    }
  }
  return {name, ""};
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

class TraceParser {
 public:
  TraceParser(const FileText& file, Diagnostics& diagnostics)
      : rest_(*file.text), diagnostics_(diagnostics), errors_before_(diagnostics.error_count()) {
    trace_.file = file.name;
  }

  std::optional<TraceRows> parse() {
    read_header();
    for (std::string_view line; errors() == 0 && next_line(line);) {
      read_row(line);
      while (errors() > 0 && errors() < kMostErrors && next_line(line)) {
        read_row(line);  // only to find the other errors
      }
    }
    if (errors() == 0 && trace_.rows.empty()) {
      diagnostics_.error({trace_.file, 0, 0}, "the trace has no rows");
    }
    return errors() == 0 ? std::optional<TraceRows>(std::move(trace_)) : std::nullopt;
  }

 private:
  enum class Role : std::uint8_t { time, flow, attribute };
  struct Meaning {
    Role role = Role::attribute;
    std::string unit;
    std::size_t column = 0;           // of attributes
    bool is_typed = false;            // by the header or an earlier cell
    std::uint32_t typed_by_line = 0;  // which that was
  };

  [[nodiscard]] std::size_t errors() const { return diagnostics_.error_count() - errors_before_; }

  void error(const Cell& cell, const std::string& message, std::vector<std::string> notes = {}) {
    diagnostics_.error({trace_.file, line_, cell.column}, message, std::move(notes));
  }

  // The next line that is not blank.
  bool next_line(std::string_view& line) {
    while (!rest_.empty()) {
      const auto end = rest_.find('\n');
      line = rest_.substr(0, end);
      rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
      ++line_;
      if (!trimmed(line).empty()) {
        return true;
      }
    }
    return false;
  }

  void read_header() {
    std::string_view line;
    if (!next_line(line)) {
      diagnostics_.error({trace_.file, 0, 0}, "the trace is empty",
                         {"its first line names the columns: time_s,flow,tenant"});
      return;
    }
    if (line.substr(0, 3) == "\xEF\xBB\xBF") {
      line.remove_prefix(3);
    }
    std::vector<std::string> seen;
    for (const Cell& cell : split(line)) {
      const auto [name, unit] = split_unit(cell.text);
      if (name.empty()) {
        error(cell, "a column without a name");
      } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
        error(cell, "column " + in_quotes(name) + " is there twice");
      }
      seen.emplace_back(name);
      add_column(cell, name, unit);
    }
    if (std::find(seen.begin(), seen.end(), "time") == seen.end()) {
      diagnostics_.error({trace_.file, line_, 1}, "there is no column 'time'",
                         {"time_s, time_ms .., or 'time' with a unit in every cell"});
    }
  }

  void add_column(const Cell& cell, std::string_view name, std::string_view unit) {
    Meaning meaning;
    meaning.unit = unit;
    if (name == "time") {
      meaning.role = Role::time;
      const auto one = unit.empty() ? Parsed<std::int64_t>(1) : parse_duration("1" + std::string(unit));
      if (const auto* ns = std::get_if<std::int64_t>(&one); ns == nullptr) {
        error(cell, in_quotes(unit) + " is no unit of time");
      } else {
        time_unit_ns_ = unit.empty() ? 0 : *ns;
      }
    } else if (name == "flow" && unit.empty()) {
      meaning.role = Role::flow;
    } else {
      meaning.column = trace_.columns.size();
      meaning.is_typed = !unit.empty();
      const auto one = parse_quantity("1" + std::string(unit));
      trace_.columns.push_back(
          {std::string(name), {trace_.file, line_, cell.column}, Type(std::get<Quantity>(one).dim), {}});
    }
    meanings_.push_back(std::move(meaning));
  }

  void read_row(std::string_view line) {
    const std::vector<Cell> cells = split(line);
    if (cells.size() != meanings_.size()) {
      error({line, 1, false}, std::to_string(cells.size()) + (cells.size() == 1 ? " cell" : " cells") +
                                  ", but the header has " + std::to_string(meanings_.size()) + " columns");
      return;
    }
    TraceRows::Row row;
    row.line = line_;
    const std::size_t first = trace_.cells.size();
    trace_.cells.resize(first + trace_.columns.size(), kAbsent);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      switch (meanings_[i].role) {
        case Role::time:
          read_time(cells[i], row);
          break;
        case Role::flow:
          row.flow = read_flow(cells[i]);
          break;
        case Role::attribute:
          trace_.cells[first + meanings_[i].column] = read_attribute(cells[i], meanings_[i]);
          break;
      }
    }
    trace_.rows.push_back(row);
  }

  void read_time(const Cell& cell, TraceRows::Row& row) {
    const auto parsed = parse_duration(cell.text, time_unit_ns_);
    if (const auto* message = std::get_if<std::string>(&parsed)) {
      error(cell, cell.text.empty() ? "the time is missing" : "time: " + *message,
            time_unit_ns_ == 0 ? std::vector<std::string>{"write the unit here (1.5s), or in the header (time_s)"}
                               : std::vector<std::string>{});
      return;
    }
    row.at = {std::get<std::int64_t>(parsed)};
    if (!trace_.rows.empty() && row.at < trace_.rows.back().at) {
      error(cell,
            "time " + format_duration(row.at.ns) + " is before that of line " +
                std::to_string(trace_.rows.back().line) + ", " + format_duration(trace_.rows.back().at.ns),
            {"the rows of a trace are in the order of time"});
    }
  }

  std::int32_t read_flow(const Cell& cell) {
    if (cell.text.empty()) {
      return -1;
    }
    const auto at = std::find(trace_.flows.begin(), trace_.flows.end(), cell.text);
    if (at == trace_.flows.end()) {
      trace_.flows.emplace_back(cell.text);
      trace_.flow_places.push_back({trace_.file, line_, cell.column});
      return static_cast<std::int32_t>(trace_.flows.size()) - 1;
    }
    return static_cast<std::int32_t>(at - trace_.flows.begin());
  }

  double read_attribute(const Cell& cell, Meaning& meaning) {
    if (cell.text.empty()) {
      return kAbsent;
    }
    TraceRows::Column& column = trace_.columns[meaning.column];
    const auto parsed = parse_quantity(std::string(cell.text) + meaning.unit);
    const auto* quantity = cell.quoted ? nullptr : std::get_if<Quantity>(&parsed);
    if (!meaning.is_typed) {
      meaning.is_typed = true;
      meaning.typed_by_line = line_;
      column.type = quantity != nullptr ? Type(quantity->dim) : Type::text();
    }
    if (column.type == Type::text()) {
      return text_of(column, cell);
    }
    if (quantity == nullptr || column.type != Type(quantity->dim)) {
      error(cell, "column " + in_quotes(column.name) + ": " + in_quotes(cell.text) + " is not " +
                      (!meaning.unit.empty()
                           ? "a number of " + meaning.unit
                           : describe(column.type) + ", as line " + std::to_string(meaning.typed_by_line) + " has"));
      return kAbsent;
    }
    return quantity->value;
  }

  static double text_of(TraceRows::Column& column, const Cell& cell) {
    const auto at = std::find(column.texts.begin(), column.texts.end(), cell.text);
    const auto index = at - column.texts.begin();
    if (at == column.texts.end()) {
      column.texts.emplace_back(cell.text);
    }
    return static_cast<double>(index);
  }

  std::string_view rest_;
  Diagnostics& diagnostics_;
  std::size_t errors_before_;
  TraceRows trace_;
  std::vector<Meaning> meanings_;
  std::int64_t time_unit_ns_ = 0;
  std::uint32_t line_ = 0;
};

}  // namespace

std::optional<TraceRows> parse_trace(const FileText& file, Diagnostics& diagnostics) {
  return TraceParser(file, diagnostics).parse();
}

}  // namespace loadstone
