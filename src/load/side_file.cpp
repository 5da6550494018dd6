#include "src/load/side_file.hpp"

#include <filesystem>
#include <fstream>
#include <memory>

#include "src/load/document.hpp"

namespace loadstone::load {

std::optional<FileText> open_side_file(const std::string& path, const Place& place, Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  const std::string where = (fs::path(place.file).parent_path() / path).string();
  const auto fail = [&](const std::string& why) {
    diagnostics.error(place, "cannot read '" + where + "': " + why);
    return std::nullopt;
  };
  std::error_code error;
  const fs::file_status status = fs::status(where, error);
  if (!fs::exists(status)) {
    return fail("no such file");
  }
  if (!fs::is_regular_file(status)) {
    return fail("not a file");
  }
  const std::uintmax_t bytes = fs::file_size(where, error);
  if (error || bytes > kMostSideFileBytes) {
    return fail(error ? error.message() : "larger than 1 GiB");
  }
  std::ifstream in(where, std::ios::binary);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(bytes))) {
    return fail("reading failed");
  }
  return FileText{path, intern_file_name(where), std::make_shared<const std::string>(std::move(text))};
}

}  // namespace loadstone::load
