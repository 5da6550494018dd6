// sim/random/keyed.hpp
//
// Counter-based randomness: a random number is a pure function of who asks (request), what for (site) and the how
// manyth time (occurrence). There is no generator and no state, so nothing can shift a stream.
//
// Keys.  A Key is 64 well mixed bits. Build them top down: Key{seed}, then combine(key, replication), combine(key,
//        hash_text(scenario)), combine(key, arrival number). A site key is hash_text of its name, combined with its
//        place. draw_of expects both to be such results, never bare counters.
// Cost.  draw_of and uniform together: 3 multiplications. combine: 3.
// Not.   Not for cryptography. Two different triples share a draw with probability 2^-64.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loadstone {

using Key = std::uint64_t;

namespace detail {
// Odd and irrational-looking steps: 2^64 / golden ratio for keys, others for occurrences and sequence members, so that
// counters along different axes never meet.
inline constexpr std::uint64_t kKeyStep = 0x9e3779b97f4a7c15;
inline constexpr std::uint64_t kOccurrenceStep = 0xd1342543de82ef95;
inline constexpr std::uint64_t kSequenceStep = 0xa0761d6478bd642f;
}  // namespace detail

// A bijection of 64 bits in which every output bit depends on every input bit (Stafford's variant 13 of the MurmurHash3
// finalizer, as in SplitMix64, after an offset that frees 0 from being a fixed point).
[[nodiscard]] constexpr Key mix(Key key) {
  key += detail::kKeyStep;
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
  key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
  return key ^ (key >> 31);
}

// The key of `value` below `key`. Not symmetric; for one key, different values give different keys.
[[nodiscard]] constexpr Key combine(Key key, std::uint64_t value) {
  return mix(key + value * detail::kKeyStep);
}

// The key of a name. Depends on its bytes and its length only.
[[nodiscard]] constexpr Key hash_text(std::string_view text) {
  Key key = mix(text.size());
  for (std::size_t start = 0; start < text.size(); start += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = start; i < text.size() && i < start + 8; ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i - start));
    }
    key = combine(key ^ word, start);
  }
  return key;
}

// One random choice. Whatever is sampled from it, no other draw is affected.
struct Draw {
  Key key = 0;

  friend constexpr bool operator==(Draw, Draw) = default;
};

[[nodiscard]] constexpr Draw draw_of(Key request, Key site, std::uint32_t occurrence) {
  return {(request ^ site) + occurrence * detail::kOccurrenceStep};
}

// 53 random bits as a multiple of 2^-53 in the open interval (0, 1). So `1.0 - u` is exact and in (0, 1) too. Put
// together from its bits, which is where a logarithm begins: a conversion and a product would be a dozen cycles longer.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) {
  const std::uint64_t high = bits >> 11 | static_cast<std::uint64_t>(bits < 1ULL << 11);
  const int zeros = std::countl_zero(high);  // at least 11
  return std::bit_cast<double>((static_cast<std::uint64_t>(1032 - zeros) << 52) + (high << (zeros - 11)));
}

[[nodiscard, gnu::always_inline]] constexpr double uniform(Draw draw) {
  return unit_interval(mix(draw.key));
}

// An integer in [0, bound), without visible bias (below bound / 2^64). REQUIRES: bound > 0.
[[nodiscard]] constexpr std::uint64_t uniform_below(Draw draw, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{mix(draw.key)} * bound) >> 64);
}

// Further independent numbers from one draw, for samplers that reject. The first next() is uniform(draw).
class DrawSequence {
 public:
  constexpr explicit DrawSequence(Draw draw) : key_(draw.key) {}

  constexpr double next() {
    const double value = unit_interval(mix(key_));
    key_ += detail::kSequenceStep;
    return value;
  }

 private:
  Key key_;
};

}  // namespace loadstone
