#include "src/store/key.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace loadstone::store {

std::string key_of(std::string_view text) {
  static const boost::uuids::name_generator_sha1 name(boost::uuids::ns::oid());
  return to_string(name(text.data(), text.size()));
}

std::string_view results_revision() {
  return LOADSTONE_RESULTS_REVISION;
}

}  // namespace loadstone::store
