// sim/resource/key_store.hpp
//
// What keeps keys for others: a redis, for the caches that are `of` it.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

class KeyStore {
 public:
  virtual ~KeyStore() = default;
  // The row of its KeyMemory.
  [[nodiscard]] virtual ResourceIndex memory() = 0;
  // The attribute that is in the name of every key: the same key under another tag is another key.
  [[nodiscard]] virtual std::optional<std::uint16_t> key_tag() const = 0;
};

}  // namespace loadstone
