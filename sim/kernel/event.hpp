// sim/kernel/event.hpp
//
// What the future event set holds: an instant, a phase, an order of scheduling, and what to do then.
//
// Order. Events run by (instant, phase, sequence). The phases of one instant say who wins a tie: a completion frees
//        its unit before a waiter's patience ends, a waiter is woken before an arrival joins the line. `runs_before`
//        is the only place that knows the order; docs/architecture.md has the table.
#pragma once

#include <cstdint>

#include "sim/base/int128.hpp"
#include "sim/base/sim_time.hpp"

namespace loadstone {

enum class Phase : std::uint8_t {
  release,  // completions, releases and the grants they make
  expire,   // patience, timeouts, TTLs
  wake,     // the ends of delays, polls, retries
  arrival,  // requests from outside
  observe,  // samplers
};

// A plain function call: no allocation and no virtual dispatch on the hot path.
struct Action {
  using Function = void (*)(void* object, std::uint64_t argument);

  Function run = nullptr;
  void* object = nullptr;
  std::uint64_t argument = 0;
};

// A handle on a scheduled event. It stays valid after the event has run, while the next 2^31 are scheduled: cancelling
// it then is not an error.
struct EventId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0: no event

  [[nodiscard]] bool is_set() const { return generation != 0; }
};

// Instant, phase, sequence and slot in one 128-bit integer, so that one comparison decides and a move is two words.
// The slot is below the sequence and the sequence is unique within a run, so the slot never decides.
struct EventKey {
  static constexpr int kSlotBits = 24;
  static constexpr int kSequenceBits = 37;

  UInt128 bits = 0;

  static constexpr EventKey of(SimTime at, Phase phase, std::uint64_t sequence, std::uint32_t slot) {
    const std::uint64_t low =
        (static_cast<std::uint64_t>(phase) << (kSlotBits + kSequenceBits)) | (sequence << kSlotBits) | slot;
    return {(static_cast<UInt128>(static_cast<std::uint64_t>(at.ns)) << 64) | low};
  }
  // That of no event, and after all.
  static constexpr EventKey last() { return {~UInt128{0}}; }
  [[nodiscard]] constexpr SimTime at() const { return {static_cast<std::int64_t>(bits >> 64)}; }
  [[nodiscard]] constexpr Phase phase() const {
    return static_cast<Phase>(static_cast<std::uint64_t>(bits) >> (kSlotBits + kSequenceBits));
  }
  // Of the event among those that have its slot, one after the other; never 0.
  [[nodiscard]] constexpr std::uint32_t generation() const {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) >> (kSlotBits - 1)) | 1;  // from the sequence
  }
  [[nodiscard]] constexpr std::uint32_t slot() const {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) & ((1U << kSlotBits) - 1));
  }
};

[[nodiscard]] constexpr bool runs_before(EventKey a, EventKey b) {
  return a.bits < b.bits;
}

}  // namespace loadstone
