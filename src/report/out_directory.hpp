// src/report/out_directory.hpp
//
// The directory of `--out`: who writes there, and files that are there whole or not at all.
//
// Owns.  A lock on the directory while it lives; a second writer is refused, a crashed one leaves none behind.
// Fails. OutDirectoryRefused if it cannot be used, std::runtime_error if writing fails; both say why.
#pragma once

#include <stdexcept>
#include <string>

namespace loadstone::report {

// The directory cannot be used; nothing in it was touched.
struct OutDirectoryRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class OutDirectory {
 public:
  // Makes the directory. Refuses one that holds anything: what a run that was killed left there is not overwritten.
  explicit OutDirectory(const std::string& path);
  ~OutDirectory();
  OutDirectory(const OutDirectory&) = delete;
  OutDirectory& operator=(const OutDirectory&) = delete;

  // Replaces the file at once.
  void write(const std::string& name, const std::string& text);
  // Adds to `rows.partial.csv`, which keeps what is finished if the program is killed.
  void append_to_journal(const std::string& text);
  void remove_journal();

 private:
  std::string path_;
  int lock_ = -1;
  int journal_ = -1;
};

}  // namespace loadstone::report
