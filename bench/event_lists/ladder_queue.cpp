#include "bench/event_lists/ladder_queue.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace loadstone::bench {

void LadderQueue::enter(std::uint32_t index) {
  const std::int64_t at = instant_of(index);
  if (at >= top_from_) {
    put(top_, index);
    return;
  }
  for (std::size_t i = 0; i < rungs_used_; ++i) {
    if (at >= rungs_[i].reached()) {
      put(rungs_[i], index);
      return;
    }
  }
  const EventKey key = slots_[index].key;
  bottom_.insert(std::upper_bound(bottom_.begin(), bottom_.end(), key, runs_after), key);
  if (bottom_.size() > kThreshold && rungs_used_ < kMostRungs) {
    spread_bottom();
  }
}

void LadderQueue::uncover() {
  for (;;) {
    while (!bottom_.empty() && slots_[bottom_.back().slot()].place.cancelled) {
      --cancelled_;
      remove_first();
    }
    if (!bottom_.empty()) {
      return;
    }
    if (rungs_used_ == 0) {
      spread_top();
    }
    descend();
  }
}

void LadderQueue::descend() {
  Rung& rung = rungs_[rungs_used_ - 1];
  while (rung.present < rung.size && rung.buckets[rung.present].count == 0) {
    ++rung.present;
  }
  if (rung.present == rung.size) {
    --rungs_used_;
    return;
  }
  const std::int64_t from = rung.reached();
  const Bucket bucket = std::exchange(rung.buckets[rung.present], {});
  ++rung.present;
  if (bucket.count > kThreshold && rung.bits > 0 && rungs_used_ < kMostRungs) {
    spread(bucket, from, std::int64_t{1} << rung.bits, kThreshold);
    return;
  }
  for (std::uint32_t index = bucket.first; index != kNone; index = slots_[index].place.next) {
    bottom_.push_back(slots_[index].key);
  }
  std::sort(bottom_.begin(), bottom_.end(), runs_after);
}

void LadderQueue::spread(Bucket bucket, std::int64_t from, std::int64_t span, std::size_t buckets) {
  if (rungs_used_ == rungs_.size()) {
    rungs_.emplace_back();
  }
  Rung& rung = rungs_[rungs_used_++];
  rung.from = from;
  rung.bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(span - 1) / buckets));
  rung.present = 0;
  rung.size = static_cast<std::size_t>((span - 1) >> rung.bits) + 1;
  rung.buckets.resize(std::max(rung.size, rung.buckets.size()));
  for (std::uint32_t index = bucket.first; index != kNone;) {
    const std::uint32_t next = slots_[index].place.next;
    if (slots_[index].place.cancelled) {
      drop(index);
    } else {
      put(rung, index);
    }
    index = next;
  }
}

void LadderQueue::spread_top() {
  std::int64_t first = INT64_MAX;
  std::int64_t last = 0;
  for (std::uint32_t index = top_.first; index != kNone; index = slots_[index].place.next) {
    first = std::min(first, instant_of(index));
    last = std::max(last, instant_of(index));
  }
  top_from_ = last + 1;
  const Bucket top = std::exchange(top_, {});
  spread(top, first, last - first + 1, top.count);
}

void LadderQueue::spread_bottom() {
  const std::int64_t from = bottom_.back().at().ns;
  const std::int64_t until = rungs_used_ > 0 ? rungs_[rungs_used_ - 1].reached() : top_from_;
  if (bottom_.front().at().ns == from) {
    return;  // all at one instant
  }
  Bucket all;
  for (const EventKey key : bottom_) {
    put(all, key.slot());
  }
  bottom_.clear();
  spread(all, from, until - from, all.count);
}

void LadderQueue::drop(std::uint32_t index) {
  slots_.give_back(index);
  --cancelled_;
  --keys_;
}

void LadderQueue::remove_cancelled() {
  const auto remove_from = [this](Bucket& bucket) {
    const Bucket old = std::exchange(bucket, {});
    for (std::uint32_t index = old.first; index != kNone;) {
      const std::uint32_t next = slots_[index].place.next;
      if (slots_[index].place.cancelled) {
        drop(index);
      } else {
        put(bucket, index);
      }
      index = next;
    }
  };
  remove_from(top_);
  for (std::size_t i = 0; i < rungs_used_; ++i) {
    std::for_each(rungs_[i].buckets.begin() + static_cast<std::ptrdiff_t>(rungs_[i].present),
                  rungs_[i].buckets.begin() + static_cast<std::ptrdiff_t>(rungs_[i].size), remove_from);
  }
  std::erase_if(bottom_, [this](EventKey key) {
    const bool goes = slots_[key.slot()].place.cancelled;
    if (goes) {
      drop(key.slot());
    }
    return goes;
  });
}

}  // namespace loadstone::bench
