#include "src/report/out_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace loadstone::report {

namespace {

constexpr const char* kLock = ".loadstone.lock";

[[noreturn]] void fail_errno(const std::string& path) {
  throw std::runtime_error(path + ": " + std::strerror(errno));
}

void write_all(int file, const std::string& text, const std::string& path) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(file, text.data() + at, text.size() - at);
    if (written < 0 && errno != EINTR) {
      fail_errno(path);
    }
    at += written > 0 ? static_cast<std::size_t>(written) : 0;
  }
}

}  // namespace

OutFile::OutFile(std::string path) : path_(std::move(path)) {
  file_ = ::open((path_ + ".new").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file_ < 0) {
    fail_errno(path_);
  }
}

OutFile::~OutFile() {
  if (file_ >= 0) {
    ::close(file_);
    ::unlink((path_ + ".new").c_str());
  }
}

void OutFile::add(const std::string& text) {
  write_all(file_, text, path_);
}

void OutFile::commit() {
  if (::fsync(file_) != 0) {
    fail_errno(path_);
  }
  ::close(std::exchange(file_, -1));
  if (::rename((path_ + ".new").c_str(), path_.c_str()) != 0) {
    fail_errno(path_);
  }
}

OutDirectory::OutDirectory(const std::string& path, const std::string& resumes) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    throw OutDirectoryRefused(path + ": " + error.message());
  }
  const bool goes_on = !resumes.empty() && std::filesystem::exists(path_of(resumes));
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (!goes_on && entry.path().filename() != kLock) {
      throw OutDirectoryRefused(fmt::format("{}: holds '{}' already; --out needs a new or an empty directory{}", path,
                                            entry.path().filename().string(),
                                            resumes.empty() ? "" : ", or one of a sweep"));
    }
  }
  lock_ = ::open(path_of(kLock).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (lock_ < 0) {
    fail_errno(path);
  }
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(lock_, F_SETLK, &whole) != 0) {
    ::close(lock_);
    throw OutDirectoryRefused(path + ": another loadstone is writing there");
  }
}

OutDirectory::~OutDirectory() {
  if (lock_ >= 0) {
    ::unlink(path_of(kLock).c_str());
    ::close(lock_);
  }
}

void OutDirectory::write(const std::string& name, const std::string& text) const {
  OutFile file(path_of(name));
  file.add(text);
  file.commit();
}

}  // namespace loadstone::report
