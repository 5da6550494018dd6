#include "sim/engine/wait_queue.hpp"

#include "sim/base/check.hpp"

namespace loadstone {

void WaitQueue::push(Request& request) {
  Wait& wait = request.wait;
  wait.sequence = sequence_++;
  ++size_;
  if (linked()) {
    wait.previous = last_;
    wait.next = nullptr;
    (last_ == nullptr ? first_ : last_->wait.next) = &request;
    last_ = &request;
    return;
  }
  wait.position = static_cast<std::uint32_t>(members_.size());
  members_.push_back(&request);
  if (ranked()) {
    sift(wait.position);
  }
}

void WaitQueue::put_back(Request& request) {
  LOADSTONE_DEBUG_CHECK(ranked(), "only a ranked line knows a place to come back to");
  ++size_;
  request.wait.position = static_cast<std::uint32_t>(members_.size());
  members_.push_back(&request);
  sift(request.wait.position);
}

Request& WaitQueue::front() {
  switch (discipline_) {
    case Discipline::lifo:
      return *last_;
    case Discipline::priority:
    case Discipline::sjf:
      return *members_.front();
    case Discipline::random:
      if (chosen_ == nullptr) {
        chosen_ = members_[uniform_below(draw_of(key_, mix(choices_), 0), members_.size())];
        ++choices_;
      }
      return *chosen_;
    default:
      return *first_;
  }
}

void WaitQueue::remove(Request& request) {
  Wait& wait = request.wait;
  --size_;
  if (linked()) {
    (wait.previous == nullptr ? first_ : wait.previous->wait.next) = wait.next;
    (wait.next == nullptr ? last_ : wait.next->wait.previous) = wait.previous;
    wait.previous = nullptr;
    wait.next = nullptr;
    return;
  }
  if (chosen_ == &request) {
    chosen_ = nullptr;
  }
  const std::uint32_t position = wait.position;
  Request* last = members_.back();
  members_.pop_back();
  if (position < members_.size()) {
    members_[position] = last;
    last->wait.position = position;
    if (ranked()) {
      sift(position);
    }
  }
}

// Restores the heap around `position`, up or down as needed.
void WaitQueue::sift(std::size_t position) {
  Request* const request = members_[position];
  const auto put = [&](std::size_t at, Request* who) {
    members_[at] = who;
    who->wait.position = static_cast<std::uint32_t>(at);
  };
  while (position > 0 && before(*request, *members_[(position - 1) / 2])) {
    put(position, members_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  for (std::size_t child = position * 2 + 1; child < members_.size(); child = position * 2 + 1) {
    if (child + 1 < members_.size() && before(*members_[child + 1], *members_[child])) {
      ++child;
    }
    if (!before(*members_[child], *request)) {
      break;
    }
    put(position, members_[child]);
    position = child;
  }
  put(position, request);
}

}  // namespace loadstone
