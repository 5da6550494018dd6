#include "sim/executor/rate_profile.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/infinity.hpp"

namespace loadstone {

void RateProfile::add(Duration length, double from, double to) {
  pieces_.push_back({static_cast<double>(length_.ns), static_cast<double>(length.ns), from, to, total_});
  length_ += length;
  peak_ = std::max({peak_, from, to});
  total_ += (from + to) / 2 * static_cast<double>(length.ns);
  constant_until_ = pieces_.size() == 1 && from == to ? total_ : 0;
}

RateProfile RateProfile::at_peak() const {
  RateProfile constant;
  constant.add(length_, peak_, peak_);
  return constant;
}

double RateProfile::reaches_in_pieces(double arrivals, bool beyond) const {
  auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), arrivals,
                                [](double wanted, const Piece& p) { return wanted < p.before; });
  if (piece == pieces_.begin()) {
    return kInfinity;
  }
  --piece;
  const double wanted = arrivals - piece->before;
  const double whole = (piece->from + piece->to) / 2 * piece->length;
  if (wanted > whole || (wanted == whole && std::next(piece) == pieces_.end())) {
    // past the last stretch
    if (!beyond || piece->to <= 0) {
      return kInfinity;
    }
    return piece->start + piece->length + (wanted - whole) / piece->to;
  }
  if (piece->from == piece->to) {
    return wanted == 0 ? piece->start : piece->start + wanted / piece->from;
  }
  // from t + slope t^2 / 2 = wanted, in the form that does not cancel
  const double slope = (piece->to - piece->from) / piece->length;
  const double root = std::sqrt(std::max(0.0, piece->from * piece->from + 2 * slope * wanted));
  return piece->start + (wanted == 0 ? 0 : 2 * wanted / (piece->from + root));
}

}  // namespace loadstone
