// src/store/bytes.hpp
//
// Bytes that are written and read one after the other: numbers in as few as they need, least significant seven bits
// first.
//
// Fails. ByteReader throws CorruptBytes where the bytes end too early, and for a length that is more than the bytes
// that
//        are left could hold. So no input makes it allocate more than a few times its size.
// Not.   No names and no versions: whoever keeps the bytes keeps which program they belong to.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "sim/base/int128.hpp"

namespace loadstone::store {

struct CorruptBytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ByteWriter {
 public:
  void number(UInt128 value) {
    for (; value >= 0x80; value >>= 7) {
      out_ += static_cast<char>((value & 0x7f) | 0x80);
    }
    out_ += static_cast<char>(value);
  }
  void raw(std::string_view bytes) { out_ += bytes; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] UInt128 number() {
    UInt128 value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(raw(1).front());
      const UInt128 part = byte & 0x7f;
      if (shift > 126 || (shift == 126 && part > 3)) {
        throw CorruptBytes("a number of more than 128 bits");
      }
      value |= part << shift;
      if (byte < 0x80) {
        return value;
      }
    }
  }
  [[nodiscard]] std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      throw CorruptBytes("the bytes end too early");
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  // Of something of which each takes at least a byte.
  [[nodiscard]] std::size_t length() {
    const UInt128 value = number();
    if (value > rest_.size()) {
      throw CorruptBytes("a length that goes past the end");
    }
    return static_cast<std::size_t>(value);
  }
  void expect_end() const {
    if (!rest_.empty()) {
      throw CorruptBytes("bytes are left over");
    }
  }

 private:
  std::string_view rest_;
};

}  // namespace loadstone::store
