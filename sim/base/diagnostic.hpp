// sim/base/diagnostic.hpp
//
// What is wrong with an input, and where: file:line:column, what was found, what is allowed.
//
// Order. A list keeps the order of reporting; `sorted()` gives file order for printing.
// Not.   Diagnostics describe the user's input. A broken invariant of ours is a CheckFailure (check.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loadstone {

// A position in an input text. Line and column count from 1; 0 means "the file as a whole".
// `file` points into storage that outlives every Place (see Document); "" for values given on the command line.
struct Place {
  std::string_view file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

[[nodiscard]] std::string to_string(const Place& place);

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Place place;
  std::string message;             // one line, begins with the subject: "resource 'gate': unknown key 'refil'"
  std::vector<std::string> notes;  // indented below it: what is allowed, the nearest name
  Severity severity = Severity::error;
};

class Diagnostics {
 public:
  void error(const Place& place, std::string message, std::vector<std::string> notes = {});
  void warning(const Place& place, std::string message, std::vector<std::string> notes = {});

  [[nodiscard]] bool ok() const { return errors_ == 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }
  // By file (first reported first), then line, then column; duplicates removed.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> list_;
  std::size_t errors_ = 0;
};

// "path:line:column: error: message" and the notes, two spaces in, each line ended by '\n'.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

// The candidate with the smallest edit distance to `found`, if it is near enough to be a typing mistake; else "".
[[nodiscard]] std::string_view nearest_name(std::string_view found, const std::vector<std::string_view>& candidates);

// The notes that belong to an unknown name: "expected one of: a, b, c" and "did you mean 'b'?".
[[nodiscard]] std::vector<std::string> choices(std::string_view found, std::vector<std::string_view> candidates);

}  // namespace loadstone
