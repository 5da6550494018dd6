// sim/engine/wait_queue.hpp
//
// The line in front of a resource. Every kind waits through this one class; the discipline says who is next.
//
// Order. fifo: first come. lifo: last come. priority and shortest-job: smallest `wait.rank`, first come among equals.
//        random: any of those present with equal probability, by draws keyed with the line's name.
// Cost.  fifo and lifo O(1) for everything; priority O(log n); random O(1).
// Owns.  Nothing: it links requests through their `wait`.
// Not.   It neither schedules patience nor counts: the resource does.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/request.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

enum class Discipline : std::uint8_t { fifo, lifo, priority, random, sjf, processor_sharing };

class WaitQueue {
 public:
  explicit WaitQueue(Discipline discipline = Discipline::fifo, Key key = 0) : discipline_(discipline), key_(key) {}

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  // REQUIRES: the request is in no line; wait.rank is set where the discipline needs it.
  void push(Request& request);
  // For those who are served and may come back into line before others: the place in the order of arrival, as push()
  // gives one, and the return with it. REQUIRES: a ranked discipline.
  [[nodiscard]] std::uint64_t next_place() { return sequence_++; }
  void put_back(Request& request);
  // Who is next, without removing it. For `random` the choice is made here and kept until it is taken.
  // REQUIRES: !empty().
  [[nodiscard]] Request& front();
  // REQUIRES: the request is in this line.
  void remove(Request& request);

 private:
  [[nodiscard]] bool linked() const { return discipline_ == Discipline::fifo || discipline_ == Discipline::lifo; }
  [[nodiscard]] bool ranked() const { return discipline_ == Discipline::priority || discipline_ == Discipline::sjf; }
  void sift(std::size_t position);
  static bool before(const Request& a, const Request& b) {
    return a.wait.rank != b.wait.rank ? a.wait.rank < b.wait.rank : a.wait.sequence < b.wait.sequence;
  }

  Discipline discipline_;
  Key key_;
  std::size_t size_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint32_t choices_ = 0;
  Request* first_ = nullptr;
  Request* last_ = nullptr;
  Request* chosen_ = nullptr;
  std::vector<Request*> members_;  // heap or bag
};

}  // namespace loadstone
