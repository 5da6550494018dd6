// src/report/check_report.hpp
//
// The verdicts on claims as text, JSON, CSV and a page: what is claimed where, what was found, what it hangs on, and
// the command that shows it again.
//
// Not. No clock, host or absolute path: the published table is the same wherever it is made.
#pragma once

#include <string>
#include <vector>

#include "sim/claims/judge.hpp"

namespace loadstone::report {

struct CheckedClaim {
  const ClaimSpec* claim = nullptr;
  std::string file;
  Judgement judgement;
  std::string reproduce;

  [[nodiscard]] bool changed() const { return judgement.verdict != claim->expected; }
};

struct CheckReport {
  std::vector<CheckedClaim> claims;  // by file, then as written
  std::size_t left_out = 0;          // not decided, since the check was cut short

  [[nodiscard]] std::size_t changed() const;
};

[[nodiscard]] std::string to_json(const CheckReport& report);
[[nodiscard]] std::string to_console(const CheckReport& report);
[[nodiscard]] std::string verdict_of(const CheckReport& report);  // one line
[[nodiscard]] std::string claims_csv(const CheckReport& report);
[[nodiscard]] std::string claims_page(const CheckReport& report);  // Markdown

}  // namespace loadstone::report
