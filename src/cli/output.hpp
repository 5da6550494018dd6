// src/cli/output.hpp
//
// What `--out DIR` keeps of a command: result.json, the command's own files, and manifest.json, which alone holds
// clocks, the machine and the command line. Without `--out` nothing is written.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "src/cli/options.hpp"
#include "src/report/out_directory.hpp"

namespace loadstone::cli {

class Output {
 public:
  // Takes hold of the directory at once, so that nothing is run for a result that could not be kept.
  // `resumes`: the file by which a directory is known in which the command goes on (see OutDirectory).
  explicit Output(const Options& options, const std::string& resumes = "");

  [[nodiscard]] const report::OutDirectory* directory() const { return directory_ ? &*directory_ : nullptr; }
  void file(const std::string& name, const std::string& text);
  // Writes result.json and the manifest.
  void finish(const std::string& result_json);
  void finish();  // the manifest alone

 private:
  const Options& options_;
  std::optional<report::OutDirectory> directory_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
};

}  // namespace loadstone::cli
