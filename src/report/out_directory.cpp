#include "src/report/out_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace loadstone::report {

namespace {

constexpr const char* kLock = ".loadstone.lock";
constexpr const char* kJournal = "rows.partial.csv";

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

OutDirectory::OutDirectory(const std::string& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    throw OutDirectoryRefused(path + ": " + error.message());
  }
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().filename() != kLock) {
      throw OutDirectoryRefused(fmt::format("{}: holds '{}' already; --out needs a new or an empty directory", path,
                                            entry.path().filename().string()));
    }
  }
  lock_ = ::open((path + "/" + kLock).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
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
  if (journal_ >= 0) {
    ::close(journal_);
  }
  if (lock_ >= 0) {
    ::unlink((path_ + "/" + kLock).c_str());
    ::close(lock_);
  }
}

void OutDirectory::write(const std::string& name, const std::string& text) {
  const std::string path = path_ + "/" + name;
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) {
    fail_errno(path);
  }
  try {
    write_all(file, text, path);
    if (::fsync(file) != 0) {
      fail_errno(path);
    }
  } catch (...) {
    ::close(file);
    ::unlink(fresh.c_str());
    throw;
  }
  ::close(file);
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    fail_errno(path);
  }
}

void OutDirectory::append_to_journal(const std::string& text) {
  const std::string path = path_ + "/" + kJournal;
  if (journal_ < 0) {
    journal_ = ::open(path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
    if (journal_ < 0) {
      fail_errno(path);
    }
  }
  write_all(journal_, text, path);
}

void OutDirectory::remove_journal() {
  ::unlink((path_ + "/" + kJournal).c_str());
}

}  // namespace loadstone::report
