// src/load/document_text.hpp
//
// What is asked of a text before yaml-cpp sees it, and the guarded way in which yaml-cpp is fed.
//
// Why. yaml-cpp reads a whole flow collection into tokens before it reports anything, so that a megabyte of '[' costs
//      240 MB. GuardedText stops it when too much structure has gone in since the last event came out.
#pragma once

#include <cstddef>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>

#include "sim/base/diagnostic.hpp"

namespace loadstone::load {

inline constexpr std::size_t kMostFileBytes = std::size_t{16} << 20;

// The bytes of a file, or nothing and the reason. `name` is interned.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path, std::string_view name,
                                                   Diagnostics& diagnostics);

// Size, UTF-8 and control characters. False after the first error.
[[nodiscard]] bool check_text(std::string_view text, std::string_view name, Diagnostics& diagnostics);

// Thrown through yaml-cpp when reading must end; the reason has been reported.
struct Abandoned {};

// A stream buffer over `text` that throws Abandoned, with a diagnostic, at a flood of brackets or commas.
class GuardedText : public std::streambuf {
 public:
  GuardedText(std::string_view text, std::string_view name, Diagnostics& diagnostics)
      : text_(text), name_(name), diagnostics_(&diagnostics) {}

  // An event came out: everything that went in has been dealt with.
  void event_seen() { structure_ = 0, open_ = 0; }

 protected:
  int_type underflow() override;

 private:
  std::string_view text_;
  std::string_view name_;
  Diagnostics* diagnostics_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 0;
  std::size_t structure_ = 0;  // brackets, commas, colons and dashes since the last event
  std::size_t open_ = 0;       // brackets opened and not closed since the last event
};

}  // namespace loadstone::load
