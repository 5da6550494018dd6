#include "sim/observe/level.hpp"

namespace loadstone {

Totals& Totals::operator+=(const Totals& other) {
  in_use_area += other.in_use_area;
  waiting_area += other.waiting_area;
  full_time += other.full_time;
  blocked_time += other.blocked_time;
  in_use += other.in_use;
  waiting += other.waiting;
  arrivals += other.arrivals;
  granted += other.granted;
  waited += other.waited;
  refused += other.refused;
  timed_out += other.timed_out;
  completed += other.completed;
  return *this;
}

Totals operator-(const Totals& a, const Totals& b) {
  Totals d;
  d.in_use_area = a.in_use_area - b.in_use_area;
  d.waiting_area = a.waiting_area - b.waiting_area;
  d.full_time = a.full_time - b.full_time;
  d.blocked_time = a.blocked_time - b.blocked_time;
  d.in_use = a.in_use - b.in_use;
  d.waiting = a.waiting - b.waiting;
  d.arrivals = a.arrivals - b.arrivals;
  d.granted = a.granted - b.granted;
  d.waited = a.waited - b.waited;
  d.refused = a.refused - b.refused;
  d.timed_out = a.timed_out - b.timed_out;
  d.completed = a.completed - b.completed;
  return d;
}

Totals Level::totals(SimTime now) const {
  Totals t;
  t.in_use_area = static_cast<Int128>(in_use_) * now.ns - in_use_sum_;
  t.waiting_area = static_cast<Int128>(waiting_) * now.ns - waiting_sum_;
  t.full_time = full_time_ + (in_use_ >= capacity_ ? now.ns - full_since_.ns : 0);
  t.blocked_time = blocked_time_ + (waiting_ > 0 ? now.ns - blocked_since_.ns : 0);
  t.in_use = in_use_;
  t.waiting = waiting_;
  t.arrivals = arrivals;
  t.granted = granted;
  t.waited = waited;
  t.refused = refused;
  t.timed_out = timed_out;
  t.completed = completed;
  return t;
}

}  // namespace loadstone
