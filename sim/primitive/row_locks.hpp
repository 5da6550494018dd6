// sim/primitive/row_locks.hpp
//
// Locks on rows of a database that a transaction takes on its way and gives back at its end: Postgres's four modes.
//
// Order.    First come, first served for each row: who conflicts with a holder waits, and who comes later waits behind
//           him even if the holders would let him in. Only who has a weaker lock of the row already goes before the
//           line. A transaction that has as much as it asks for takes nothing.
// Limits.   `lock_timeout` bounds each wait. After `deadlock_timeout` a waiter looks once whether its transaction waits
//           for itself, through holders and those before it in line; then it fails. Where both end at one instant it is
//           the lock's. A cycle through anything but row locks is not seen.
// Identity. A transaction is the place in the program that begins it, in one request and its branches.
// Cost.     O(1) for a lock; the search for a cycle is linear in the requests in flight and only made for a transaction
//           that holds a row.
// Levels.   `in use` counts locks; one row of reports for all. A table's row is forgotten when nobody wants it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/engine/drawn.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/server_line.hpp"
#include "sim/engine/wait_queue.hpp"

namespace loadstone {

enum class RowLockMode : std::uint8_t { key_share, share, no_key_update, update };
inline constexpr std::size_t kRowLockModes = 4;

struct RowLocksPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::optional<Duration> lock_timeout;  // absent: for ever
  Duration deadlock_timeout{1'000'000'000};
  ErrorId deadlock = kNoError;
};

// The plan of an op_lock_row: one row that a statement locks.
struct RowLockStep {
  ResourceIndex locks = 0;
  std::int64_t table = 0;
  Drawn row;
  RowLockMode mode = RowLockMode::no_key_update;
  std::int64_t transaction = 0;  // the place in the program that began it
};
Progress op_lock_row(Simulation&, Request&, const Op&);

// The plan of an op_unlock_rows: the end of a transaction.
struct RowUnlockStep {
  ResourceIndex locks = 0;
  std::int64_t transaction = 0;
};
Progress op_unlock_rows(Simulation&, Request&, const Op&);

class RowLocks final : public Resource, public ServerLine {
 public:
  RowLocks(Simulation& simulation, const RowLocksPlan& plan);

  Progress lock(Request& request, const RowLockStep& step, std::int64_t row);
  void leave_line(Request& request) override;
  void release(const Hold& hold) override;
  // Its transactions have ended; who began one finds out at its next use of the connection.
  void lose_server(bool forgets) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;  // table, row
  using Counts = std::array<std::int64_t, kRowLockModes>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Row : Member {
    Row() : Member(INT64_MAX) {}
    Key key;
    Counts held{};
    WaitQueue upgrades;  // who has a weaker lock of the row
    WaitQueue line;
  };

  // What a waiter or a hold stands for: a transaction of a request, with all its branches.
  using Transaction = std::pair<const Request*, std::int64_t>;
  struct Waiting {
    std::map<Transaction, std::vector<const Request*>> waiters;
    std::unordered_map<const Member*, std::vector<std::pair<Transaction, RowLockMode>>> holders;
    std::unordered_map<const Member*, std::vector<Transaction>> upgrading;
  };

  Row& row_of(const Key& key);
  [[nodiscard]] Counts own(const Request& request, const Row& row, std::int64_t transaction) const;
  [[nodiscard]] static bool conflicts(const Row& row, const Counts& own, RowLockMode mode);
  void grant(Request& request, Row& row, std::int64_t unit);
  Progress wait(Request& request, Row& row, std::int64_t unit, bool upgrades);
  void remove_from_line(Request& request);
  void serve_line(Row& row);
  bool serve_head(Row& row, WaitQueue& line);
  void forget_if_idle(Row& row);
  void set_timer(Request& request);
  [[nodiscard]] bool holds_any(const Request& request, std::int64_t transaction) const;
  [[nodiscard]] bool waits_for_itself(const Request& request) const;
  [[nodiscard]] Waiting all_waiting() const;
  static void on_timer(void* locks, std::uint64_t request);

  const RowLocksPlan& plan_;
  bool relieved_;
  Member all_;
  std::unordered_map<Key, std::unique_ptr<Row>, KeyHash> rows_;  // looked up only
};

}  // namespace loadstone
