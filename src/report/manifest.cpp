#include "src/report/manifest.hpp"

#include "src/report/json_parts.hpp"

namespace loadstone::report {

std::string manifest(const Manifest& manifest) {
  Json j;
  j["loadstone"] = LOADSTONE_VERSION;
  j["arguments"] = manifest.arguments;
  j["started"] = manifest.started;
  j["ended"] = manifest.ended;
  j["wall_s"] = json_number(manifest.seconds);
  j["cores"] = manifest.cores;
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
