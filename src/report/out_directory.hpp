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

// A file that takes its name when all of it is written.
class OutFile {
 public:
  explicit OutFile(std::string path);
  ~OutFile();
  OutFile(const OutFile&) = delete;
  OutFile& operator=(const OutFile&) = delete;

  void add(const std::string& text);
  // Replaces what had the name. Nothing may be added after.
  void commit();

 private:
  std::string path_;
  int file_ = -1;
};

class OutDirectory {
 public:
  // Makes the directory. Refuses one that holds anything, unless it holds a file of the name `resumes`: then it is one
  // that such a command made before.
  explicit OutDirectory(const std::string& path, const std::string& resumes = "");
  ~OutDirectory();
  OutDirectory(const OutDirectory&) = delete;
  OutDirectory& operator=(const OutDirectory&) = delete;

  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace loadstone::report
