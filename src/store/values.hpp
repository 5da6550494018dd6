// src/store/values.hpp
//
// Values as bytes and back. An archive is a ByteWriter or a ByteReader: `value(archive, x)` writes x or reads into it.
//
// Use.   One list of a struct's members serves both ways (see run_bytes.cpp).
// Fails. Reading throws CorruptBytes, also for a number that does not fit its type.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/base/int128.hpp"
#include "src/store/bytes.hpp"

namespace loadstone::store {

// Small magnitudes of either sign in few bytes.
[[nodiscard]] constexpr UInt128 zigzag(Int128 value) {
  return (static_cast<UInt128>(value) << 1) ^ static_cast<UInt128>(value >> 127);
}
[[nodiscard]] constexpr Int128 unzigzag(UInt128 value) {
  return static_cast<Int128>(value >> 1) ^ -static_cast<Int128>(value & 1);
}

inline void value(ByteWriter& out, const UInt128& number) {
  out.number(number);
}
inline void value(ByteReader& in, UInt128& number) {
  number = in.number();
}
inline void value(ByteWriter& out, const Int128& number) {
  out.number(zigzag(number));
}
inline void value(ByteReader& in, Int128& number) {
  number = unzigzag(in.number());
}

template <std::integral T>
void value(ByteWriter& out, const T& number) {
  if constexpr (std::is_signed_v<T>) {
    out.number(zigzag(number));
  } else {
    out.number(number);
  }
}
template <std::integral T>
void value(ByteReader& in, T& number) {
  using Wide = std::conditional_t<std::is_signed_v<T>, Int128, UInt128>;
  Wide wide = 0;
  value(in, wide);
  if (wide < Wide{std::numeric_limits<T>::min()} || wide > Wide{std::numeric_limits<T>::max()}) {
    throw CorruptBytes("a number that does not fit");
  }
  number = static_cast<T>(wide);
}

inline void value(ByteWriter& out, const double& number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  for (int shift = 0; shift < 64; shift += 8) {
    const char byte = static_cast<char>(bits >> shift);
    out.raw({&byte, 1});
  }
}
inline void value(ByteReader& in, double& number) {
  std::uint64_t bits = 0;
  int shift = 0;
  for (const char byte : in.raw(8)) {
    bits |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
    shift += 8;
  }
  number = std::bit_cast<double>(bits);
}

inline void value(ByteWriter& out, const std::string& text) {
  out.number(text.size());
  out.raw(text);
}
inline void value(ByteReader& in, std::string& text) {
  text = in.raw(in.length());
}

template <class T>
void value(ByteWriter& out, const std::optional<T>& maybe) {
  value(out, maybe.has_value());
  if (maybe) {
    value(out, *maybe);
  }
}
template <class T>
void value(ByteReader& in, std::optional<T>& maybe) {
  bool is_there = false;
  value(in, is_there);
  maybe.reset();
  if (is_there) {
    value(in, maybe.emplace());
  }
}

template <class T>
void value(ByteWriter& out, const std::vector<T>& list) {
  out.number(list.size());
  for (const T& one : list) {
    value(out, one);
  }
}
template <class T>
void value(ByteReader& in, std::vector<T>& list) {
  list.clear();
  for (std::size_t left = in.length(); left > 0; --left) {
    value(in, list.emplace_back());
  }
}

template <class Key, class T>
void value(ByteWriter& out, const std::map<Key, T>& map) {
  out.number(map.size());
  for (const auto& [key, mapped] : map) {
    value(out, key);
    value(out, mapped);
  }
}
template <class Key, class T>
void value(ByteReader& in, std::map<Key, T>& map) {
  map.clear();
  for (std::size_t left = in.length(); left > 0; --left) {
    Key key{};
    value(in, key);
    value(in, map[key]);
  }
}

// Each in its turn.
template <class Archive, class... Values>
void values(Archive& archive, Values&... each) {
  (value(archive, each), ...);
}

// A struct that is written member by member: `void value(Archive&, Is<Struct> auto&)`, const or not.
template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <class T>
std::string written(const T& whole) {
  ByteWriter out;
  value(out, whole);
  return out.take();
}
// REQUIRES of the bytes that nothing follows: CorruptBytes otherwise.
template <class T>
T read_whole(std::string_view bytes) {
  ByteReader in(bytes);
  T whole;
  value(in, whole);
  in.expect_end();
  return whole;
}

}  // namespace loadstone::store
