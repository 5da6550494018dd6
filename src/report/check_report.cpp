#include "src/report/check_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "src/report/json_parts.hpp"
#include "src/report/rows_csv.hpp"

namespace loadstone::report {

namespace {

constexpr std::size_t kColumns = 100;

std::string decided_by(const CheckedClaim& c) {
  return c.judgement.verdict == ClaimVerdict::not_modelled ? "nothing"
         : c.judgement.simulated                           ? "simulation"
                                                           : "arithmetic";
}

std::string joined(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, ", "));
}

// How often each verdict came out, the usual ones first: "31 hold, 9 fail".
std::string counts_of(const std::vector<const CheckedClaim*>& claims) {
  std::string text;
  for (std::size_t i = 0; i < verdict_names().size(); ++i) {
    const auto count = std::count_if(claims.begin(), claims.end(), [&](const CheckedClaim* c) {
      return c->judgement.verdict == static_cast<ClaimVerdict>(i);
    });
    if (count > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", verdict_names()[i], count);
    }
  }
  return text;
}

std::vector<const CheckedClaim*> all_of(const CheckReport& report) {
  std::vector<const CheckedClaim*> all;
  for (const CheckedClaim& c : report.claims) {
    all.push_back(&c);
  }
  return all;
}

// Files in their order, with their claims.
std::vector<std::pair<std::string, std::vector<const CheckedClaim*>>> by_file(const CheckReport& report) {
  std::vector<std::pair<std::string, std::vector<const CheckedClaim*>>> files;
  for (const CheckedClaim& c : report.claims) {
    if (files.empty() || files.back().first != c.file) {
      files.push_back({c.file, {}});
    }
    files.back().second.push_back(&c);
  }
  return files;
}

// Words in lines, each begun by `indent` blanks but for the first.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (column > indent && column + 1 + length > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, at, length);
    column += length;
    at = end + 1;
  }
  return out;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

}  // namespace

std::size_t CheckReport::changed() const {
  return static_cast<std::size_t>(
      std::count_if(claims.begin(), claims.end(), [](const CheckedClaim& c) { return c.changed(); }));
}

std::string to_json(const CheckReport& report) {
  Json j;
  j["schema_version"] = 1;
  j["loadstone"] = LOADSTONE_VERSION;
  j["command"] = "check";
  j["claims"] = Json::array();
  for (const CheckedClaim& c : report.claims) {
    Json claim;
    claim["id"] = c.claim->id;
    claim["document"] = c.claim->source.document;
    claim["section"] = c.claim->source.section;
    claim["claim"] = c.claim->claim;
    claim["reading"] = text_or_null(c.claim->reading);
    claim["verdict"] = to_string(c.judgement.verdict);
    claim["expected"] = to_string(c.claim->expected);
    claim["decided_by"] = decided_by(c);
    claim["evidence"] = c.judgement.evidence;
    claim["depends_on"] = c.judgement.depends_on;
    claim["reproduce"] = c.reproduce;
    j["claims"].push_back(std::move(claim));
  }
  j["changed"] = report.changed();
  j["left_out"] = report.left_out;
  return j.dump(2) + "\n";
}

std::string verdict_of(const CheckReport& report) {
  const std::size_t changed = report.changed();
  std::string text = fmt::format("{} claim{}: {}; {}", report.claims.size(), report.claims.size() == 1 ? "" : "s",
                                 counts_of(all_of(report)),
                                 changed == 0   ? "every verdict as expected"
                                 : changed == 1 ? "1 verdict is not the expected one"
                                                : fmt::format("{} verdicts are not the expected ones", changed));
  if (report.left_out > 0) {
    text += fmt::format("; {} left out", report.left_out);
  }
  return text;
}

std::string to_console(const CheckReport& report) {
  constexpr std::size_t kIndent = 6;
  std::string text = wrapped(verdict_of(report), 2) + "\n";
  for (const auto& [file, claims] : by_file(report)) {
    text += "\n" + file + ": " + counts_of(claims) + "\n";
    for (const CheckedClaim* c : claims) {
      const std::string verdict(to_string(c->judgement.verdict));
      const std::string instead =
          c->changed() ? fmt::format(" (expected {})", to_string(c->claim->expected)) : std::string();
      text += fmt::format("\n  {}  {}{}\n", c->claim->id, verdict, instead);
      text += "      " + wrapped(c->claim->claim, kIndent) + "\n";
      if (!c->judgement.evidence.empty()) {
        text += "      " + wrapped("-> " + c->judgement.evidence, kIndent) + "\n";
      }
      if (!c->judgement.depends_on.empty()) {
        text += "      " + wrapped("on " + joined(c->judgement.depends_on), kIndent) + "\n";
      }
      text += "      " + wrapped("$ " + c->reproduce, kIndent) + "\n";
    }
  }
  return text;
}

std::string claims_csv(const CheckReport& report) {
  std::string text = "id,document,section,claim,reading,verdict,decided_by,evidence,depends_on,reproduce\n";
  for (const CheckedClaim& c : report.claims) {
    const std::string cells[] = {c.claim->id,    c.claim->source.document, c.claim->source.section,
                                 c.claim->claim, c.claim->reading,         std::string(to_string(c.judgement.verdict)),
                                 decided_by(c),  c.judgement.evidence,     joined(c.judgement.depends_on),
                                 c.reproduce};
    const char* separator = "";
    for (const std::string& text_cell : cells) {
      text += separator + csv_cell(text_cell);
      separator = ",";
    }
    text += "\n";
  }
  return text;
}

std::string claims_page(const CheckReport& report) {
  std::string text = "# Claims\n\n" + verdict_of(report) + ".\n";
  for (const auto& [file, claims] : by_file(report)) {
    text += fmt::format("\n## {}\n\n`{}`: {}.\n\n| id | claim | verdict | evidence |\n|---|---|---|---|\n",
                        claims.front()->claim->source.document, file, counts_of(claims));
    for (const CheckedClaim* c : claims) {
      text += fmt::format("| {} | {} ({}) | {} | {} |\n", c->claim->id, cell(c->claim->claim),
                          cell(c->claim->source.section), to_string(c->judgement.verdict), cell(c->judgement.evidence));
    }
  }
  return text;
}

}  // namespace loadstone::report
