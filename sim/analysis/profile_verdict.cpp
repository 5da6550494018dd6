#include "sim/analysis/profile_verdict.hpp"

#include <algorithm>
#include <vector>

#include "sim/analysis/one_sided.hpp"
#include "sim/analysis/pressure.hpp"
#include "sim/base/infinity.hpp"

namespace loadstone {

namespace {

constexpr double kVeryLong = 1000;  // a line that nobody serves is as long as that, so that it has a mean

// How long what is in line at the end would take, at the pace of the last window, in multiples of what it may.
double left_in_line(const ResourceObservations& resource, double length_ns, Duration to_end) {
  const std::vector<Totals>& edges = resource.meter.at_edge;
  const std::int64_t waiting = edges.back().waiting;
  const std::uint64_t served = (edges.back() - edges[edges.size() - 2]).granted;
  return waiting < kFewestInLine ? 0
         : served == 0
             ? kInfinity
             : static_cast<double>(waiting) / static_cast<double>(served) * length_ns / static_cast<double>(to_end.ns);
}

// By how much a sign passes its limit; at most 0 where it does not.
struct Excess {
  double by = -1;
  Sign sign = Sign::none;
};

Excess excess_of(const Pressure& p, double blocked_limit) {
  const Excess refused{p.refused / kRefusedLimit - 1, Sign::refused};
  const Excess blocked{p.blocked / blocked_limit - 1, Sign::blocked};
  return refused.by > 0 || refused.by > blocked.by ? refused : blocked;
}

// Where a row, or one replication of it, is first beyond a limit.
struct Onset {
  std::size_t window = SIZE_MAX;
  Excess excess;

  [[nodiscard]] bool is_before(const Onset& other) const {
    return window != other.window ? window < other.window : excess.by > other.excess.by;
  }
  // Becomes the other one if that is beyond a limit and comes before. Whether it did.
  bool yield_to(const Onset& other) {
    const bool yields = other.excess.by > 0 && other.is_before(*this);
    *this = yields ? other : *this;
    return yields;
  }
};

class Judge {
 public:
  Judge(const Model& model, std::span<const Observations> replications, Duration to_end,
        std::span<const std::string> relieved)
      : model_(model), replications_(replications), to_end_(to_end), relieved_(relieved) {}

  ProfileVerdict run() {
    for (RowId row = 0; row < model_.resources.size(); ++row) {
      if (is_judged(*model_.resources[row], relieved_)) {
        judge_row(row);
      }
    }
    verdict_.surely = sure_.row.has_value();
    verdict_.probably = likely_.row.has_value();
    const Earliest& earliest = sure_.row ? sure_ : likely_;
    if (earliest.row) {
      verdict_.first = earliest.row;
      verdict_.sign = earliest.onset.excess.sign;
      if (earliest.onset.window < windows()) {
        verdict_.window_s = window_s(earliest.onset.window);
      }
      verdict_.agreeing = votes_for(*earliest.row);
    }
    judge_end();
    return verdict_;
  }

 private:
  struct Earliest {
    std::optional<RowId> row;
    Onset onset;

    void look_at(RowId other, std::size_t window, const Excess& excess) {
      if (onset.yield_to({window, excess})) {
        row = other;
      }
    }
  };

  [[nodiscard]] std::size_t windows() const { return replications_[0].resources[0].meter.at_edge.size() - 1; }
  [[nodiscard]] double length_ns() const {
    const Observations& o = replications_[0];
    return static_cast<double>((o.measured_until - o.measured_from).ns) / static_cast<double>(windows());
  }
  [[nodiscard]] Interval window_s(std::size_t window) const {
    const double from = replications_[0].measured_from.seconds();
    const double length = length_ns() / 1e9;
    return {from + static_cast<double>(window) * length, from + static_cast<double>(window + 1) * length};
  }
  [[nodiscard]] Pressure pressure_in(RowId row, std::size_t replication, std::size_t window) const {
    const ResourceObservations& resource = replications_[replication].resources[row];
    const std::vector<Totals>& edges = resource.meter.at_edge;
    return pressure_of(*model_.resources[row], edges[window + 1] - edges[window], length_ns(),
                       static_cast<double>(std::max<std::uint64_t>(1, resource.members)));
  }

  void judge_row(RowId row) {
    std::vector<Onset> own(replications_.size());
    const double limit = blocked_limit_of(*model_.resources[row]);
    for (std::size_t window = 0; window < windows(); ++window) {
      std::vector<double> blocked;
      std::vector<double> refused;
      for (std::size_t r = 0; r < replications_.size(); ++r) {
        const Pressure p = pressure_in(row, r, window);
        blocked.push_back(p.blocked);
        refused.push_back(p.refused);
        own[r].yield_to({window, excess_of(p, limit)});
      }
      const auto excess_by = [&](auto bound) { return excess_of({bound(blocked), bound(refused)}, limit); };
      sure_.look_at(row, window, excess_by(lower_bound));
      likely_.look_at(row, window, excess_by([](const auto& values) { return estimate_mean(values).value; }));
      verdict_.maybe = verdict_.maybe || excess_by(upper_bound).by > 0;
    }
    judge_line(row, own);
    onsets_.push_back({row, std::move(own)});
  }

  // What is left in it at the end comes after all windows.
  void judge_line(RowId row, std::vector<Onset>& own) {
    std::vector<double> left;
    for (std::size_t r = 0; r < replications_.size(); ++r) {
      left.push_back(std::min(left_in_line(replications_[r].resources[row], length_ns(), to_end_), kVeryLong));
      own[r].yield_to({windows(), {left.back() - 1, Sign::undrained}});
    }
    sure_.look_at(row, windows(), {lower_bound(left) - 1, Sign::undrained});
    likely_.look_at(row, windows(), {estimate_mean(left).value - 1, Sign::undrained});
    verdict_.maybe = verdict_.maybe || upper_bound(left) > 1;
  }

  // The share of the replications in which no row was earlier.
  [[nodiscard]] double votes_for(RowId winner) const {
    std::size_t votes = 0;
    for (std::size_t r = 0; r < replications_.size(); ++r) {
      const RowOnsets* earliest = nullptr;
      for (const RowOnsets& row : onsets_) {
        if (row.own[r].excess.by > 0 && (earliest == nullptr || row.own[r].is_before(earliest->own[r]))) {
          earliest = &row;
        }
      }
      votes += earliest != nullptr && earliest->row == winner ? 1 : 0;
    }
    return static_cast<double>(votes) / static_cast<double>(replications_.size());
  }

  // Requests that are left when all had time to end, and runs that a limit ended.
  void judge_end() {
    std::vector<double> left;
    bool stopped = false;
    for (const Observations& o : replications_) {
      left.push_back(o.entered == 0 ? 0.0 : static_cast<double>(o.sampled_in_flight) / static_cast<double>(o.entered));
      stopped = stopped || !o.stopped.empty();
    }
    const bool surely = stopped || lower_bound(left) > kLeftLimit;
    const bool probably = surely || estimate_mean(left).value > kLeftLimit;
    if (!verdict_.first && probably) {
      verdict_.sign = Sign::undrained;
      find_longest_line();
    }
    verdict_.surely = verdict_.surely || surely;
    verdict_.probably = verdict_.probably || probably;
    verdict_.maybe = verdict_.maybe || verdict_.probably || upper_bound(left) > kLeftLimit;
  }

  // The row whose line was the longest when the runs ended, and the share of them in which it was.
  void find_longest_line() {
    std::vector<std::size_t> votes(model_.resources.size(), 0);
    for (const Observations& o : replications_) {
      const RowOnsets* longest = nullptr;
      for (const RowOnsets& row : onsets_) {
        const std::int64_t most = longest == nullptr ? 0 : o.resources[longest->row].at_end.waiting;
        longest = o.resources[row.row].at_end.waiting > most ? &row : longest;
      }
      if (longest != nullptr) {
        ++votes[longest->row];
      }
    }
    const auto most = std::max_element(votes.begin(), votes.end());
    if (*most > 0) {
      verdict_.first = static_cast<RowId>(most - votes.begin());
      verdict_.agreeing = static_cast<double>(*most) / static_cast<double>(replications_.size());
    }
  }

  struct RowOnsets {
    RowId row = 0;
    std::vector<Onset> own;  // by replication
  };

  const Model& model_;
  std::span<const Observations> replications_;
  Duration to_end_;
  std::span<const std::string> relieved_;
  ProfileVerdict verdict_;
  Earliest sure_;
  Earliest likely_;
  std::vector<RowOnsets> onsets_;  // of the rows that are judged
};

}  // namespace

ProfileVerdict judge_profile(const Model& model, std::span<const Observations> replications, Duration to_end,
                             std::span<const std::string> relieved) {
  return replications.empty() || model.resources.empty() ? ProfileVerdict{}
                                                         : Judge(model, replications, to_end, relieved).run();
}

}  // namespace loadstone
