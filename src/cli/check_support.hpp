// src/cli/check_support.hpp
//
// A file of claims from its text to verdicts: its points are read and compiled, what the claims name is looked up, the
// points that are needed are run, and each claim is judged.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/claims/judge.hpp"
#include "src/cli/options.hpp"
#include "src/cli/saturate_support.hpp"
#include "src/report/check_report.hpp"
#include "src/report/figures.hpp"

namespace loadstone::cli {

class ClaimsFile {
 public:
  ClaimsFile(const ClaimsFile&) = delete;
  ClaimsFile& operator=(const ClaimsFile&) = delete;
  // Reads and checks all of it; errors go to `diagnostics`, and then nothing else may be called.
  ClaimsFile(const std::string& path, const Options& options, Diagnostics& diagnostics);

  // How many points the chosen claims need.
  [[nodiscard]] std::size_t points_to_run() const { return to_run_.size(); }
  // Runs the one that has this number.
  void run(std::size_t number, exec::ThreadExecutor& executor);
  // Judges the claims whose points were all run; the others are counted.
  void judge_into(report::CheckReport& report) const;

 private:
  // A point, or one with a parameter at an end of its range.
  struct Job {
    std::string name;
    const ExperimentPoint* point;
    Options options;
    SearchInputs inputs;
  };

  void read_point(const ExperimentPoint& point, Diagnostics& diagnostics);
  void read_varied(const ClaimSpec& claim, Diagnostics& diagnostics);
  void add_end(const ClaimSpec& claim, const std::string& point, const std::string& parameter, const std::string& value,
               Diagnostics& diagnostics);
  [[nodiscard]] Options options_for(const ExperimentPoint& point) const;
  [[nodiscard]] std::string reproduce(const ClaimSpec& claim) const;
  [[nodiscard]] std::string command_of(const Job& job) const;
  [[nodiscard]] bool is_chosen(const ClaimSpec& claim) const;

  std::string path_;
  Options options_;
  Experiment experiment_;  // claims and points are pointed to
  report::Figures figures_;
  std::map<std::string, Job> jobs_;
  std::map<std::string, std::vector<Varied>> varied_;  // by the claim's id
  std::vector<std::string> to_run_;                    // names of jobs
};

}  // namespace loadstone::cli
