#include "sim/engine/pace.hpp"

#include <algorithm>

#include "sim/base/int128.hpp"

namespace loadstone {

namespace {

constexpr int kFraction = 20;  // bits
constexpr double kMostSlow = 1e6;

}  // namespace

std::size_t Pace::piece_at(SimTime at) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), at,
                                      [](SimTime instant, const Piece& piece) { return instant < piece.from; });
  return static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

// Makes a piece begin at `at`; its index.
std::size_t Pace::cut(SimTime at) {
  const std::size_t index = piece_at(at);
  if (pieces_[index].from == at) {
    return index;
  }
  Piece piece = pieces_[index];
  piece.from = at;
  pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(index) + 1, piece);
  return index + 1;
}

void Pace::slow(SimTime from, SimTime until, double factor) {
  if (pieces_.empty()) {
    pieces_.push_back({});
  }
  const std::size_t first = cut(from);
  const std::size_t behind = cut(until);
  for (std::size_t i = first; i < behind; ++i) {
    pieces_[i].factor = std::min(pieces_[i].factor * factor, kMostSlow);
    pieces_[i].fixed = static_cast<std::int64_t>(pieces_[i].factor * (1 << kFraction) + 0.5);
  }
}

SimTime Pace::end_of(SimTime from, Duration work) const {
  if (pieces_.empty()) {
    return from + work;
  }
  Int128 left = static_cast<Int128>(work.ns) << kFraction;  // 2^-20 ns
  SimTime at = from;
  for (std::size_t i = piece_at(from);; ++i) {
    const Int128 factor = pieces_[i].fixed;
    const Int128 takes = ((left * factor) + ((Int128{1} << (2 * kFraction)) - 1)) >> (2 * kFraction);
    const bool is_last = i + 1 == pieces_.size();
    if (is_last || takes <= (pieces_[i + 1].from - at).ns) {
      return {static_cast<std::int64_t>(std::min<Int128>(kEndOfTime.ns, at.ns + takes))};
    }
    left -= (static_cast<Int128>((pieces_[i + 1].from - at).ns) << (2 * kFraction)) / factor;
    at = pieces_[i + 1].from;
  }
}

std::vector<SimTime> Pace::changes() const {
  std::vector<SimTime> instants;
  for (const Piece& piece : pieces_) {
    instants.push_back(piece.from);
  }
  return instants;
}

double Pace::factor_at(SimTime at) const {
  return pieces_.empty() ? 1 : pieces_[piece_at(at)].factor;
}

}  // namespace loadstone
