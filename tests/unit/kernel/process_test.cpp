// Frames come from the pool, go back to it, and are used again; an exception of the body reaches who resumed it.
#include "sim/kernel/process.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>

#include "sim/kernel/native_kernel.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;

struct Guard {
  explicit Guard(int* alive) : alive_(alive) { ++*alive_; }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { --*alive_; }

 private:
  int* alive_;
};

Process count_to(FramePool*, int last, std::vector<int>* seen) {
  for (int i = 1; i <= last; ++i) {
    seen->push_back(i);
    co_await Suspend{};
  }
  seen->push_back(0);
}

template <std::size_t kBytes>
Process keeps(FramePool*, std::uint64_t* sum) {
  std::array<unsigned char, kBytes> bytes{};
  std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(1));
  co_await Suspend{};
  *sum = std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

Process fails_after(FramePool*, int waits, int* alive) {
  const Guard outer(alive);
  for (int i = 0; i < waits; ++i) {
    co_await Suspend{};
  }
  const Guard inner(alive);
  throw std::runtime_error("after " + std::to_string(waits) + " waits");
}

TEST(Process, BeginsSuspendedRunsToEachWaitAndFreesItsFrameAtTheEnd) {
  FramePool pool;
  std::vector<int> seen;
  const auto handle = count_to(&pool, 2, &seen).handle();
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(pool.outstanding(), 1U);
  handle.resume();
  EXPECT_THAT(seen, ElementsAre(1));
  handle.resume();
  EXPECT_THAT(seen, ElementsAre(1, 2));
  EXPECT_EQ(pool.outstanding(), 1U);
  handle.resume();
  EXPECT_THAT(seen, ElementsAre(1, 2, 0));
  EXPECT_EQ(pool.outstanding(), 0U);
}

TEST(Process, TheFrameOfAnEndedOneIsUsedAgain) {
  FramePool pool;
  std::vector<int> seen;
  const auto first = count_to(&pool, 0, &seen).handle();
  void* const frame = first.address();
  first.resume();
  for (int i = 0; i < 1000; ++i) {
    const auto next = count_to(&pool, 0, &seen).handle();
    ASSERT_EQ(next.address(), frame);
    next.resume();
  }
  EXPECT_EQ(pool.outstanding(), 0U);
}

TEST(Process, ManyAtOnceHaveFramesOfTheirOwn) {
  FramePool pool;
  std::vector<std::uint64_t> sums(500);
  std::vector<std::coroutine_handle<>> handles;
  for (std::uint64_t& sum : sums) {
    handles.push_back(keeps<100>(&pool, &sum).handle());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(handles.back().address()) % 16, 0U);
    handles.back().resume();
  }
  EXPECT_EQ(pool.outstanding(), 500U);
  for (const auto handle : handles) {
    handle.resume();
  }
  EXPECT_THAT(sums, ::testing::Each(100 * 101 / 2));
  EXPECT_EQ(pool.outstanding(), 0U);
}

// 1 + 2 + .. + 255 + 0, over and over, for the parts that are a multiple of 256 bytes: 32640 each.
TEST(Process, FramesAboveTheLargestListComeFromTheHeapAndGoBack) {
  FramePool pool;
  std::uint64_t small = 0;
  std::uint64_t middle = 0;
  std::uint64_t large = 0;
  const auto a = keeps<256>(&pool, &small).handle();
  const auto b = keeps<1024>(&pool, &middle).handle();
  const auto c = keeps<65536>(&pool, &large).handle();
  for (const auto handle : {a, b, c, c, b, a}) {
    handle.resume();
  }
  EXPECT_EQ(small, 32640U);
  EXPECT_EQ(middle, 4 * 32640U);
  EXPECT_EQ(large, 256 * 32640U);
  EXPECT_EQ(pool.outstanding(), 0U);
}

TEST(Process, AFrameGoesBackToThePoolItCameFrom) {
  FramePool one;
  FramePool other;
  std::vector<int> seen;
  const auto a = count_to(&one, 0, &seen).handle();
  const auto b = count_to(&other, 0, &seen).handle();
  EXPECT_EQ(one.outstanding(), 1U);
  EXPECT_EQ(other.outstanding(), 1U);
  a.resume();
  EXPECT_EQ(one.outstanding(), 0U);
  EXPECT_EQ(other.outstanding(), 1U);
  b.resume();
  EXPECT_EQ(other.outstanding(), 0U);
}

TEST(Process, OneThatIsDestroyedBeforeItsFirstResumeGivesItsFrameBack) {
  FramePool pool;
  std::vector<int> seen;
  count_to(&pool, 3, &seen).handle().destroy();
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(pool.outstanding(), 0U);
}

TEST(Process, AnExceptionReachesTheResumerAndTheFrameCanBeDestroyed) {
  for (int waits = 0; waits < 4; ++waits) {
    FramePool pool;
    int alive = 0;
    const auto handle = fails_after(&pool, waits, &alive).handle();
    for (int i = 0; i < waits; ++i) {
      handle.resume();
      EXPECT_EQ(alive, 1);
    }
    try {
      handle.resume();
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), "after " + std::to_string(waits) + " waits");
    }
    EXPECT_EQ(alive, 0);  // its locals are gone, once each
    EXPECT_TRUE(handle.done());
    EXPECT_EQ(pool.outstanding(), 1U);
    handle.destroy();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(pool.outstanding(), 0U);
  }
}

TEST(Process, AnExceptionPassesThroughTheRunOfTheKernel) {
  NativeKernel kernel;
  FramePool pool;
  int alive = 0;
  const auto handle = fails_after(&pool, 1, &alive).handle();
  const Action resume{[](void* frame, std::uint64_t) { std::coroutine_handle<>::from_address(frame).resume(); },
                      handle.address(), 0};
  kernel.schedule({5}, Phase::wake, resume);
  kernel.schedule({9}, Phase::wake, resume);
  EXPECT_THROW(kernel.run({100}), std::runtime_error);
  EXPECT_EQ(kernel.now().ns, 9);
  handle.destroy();
  EXPECT_EQ(pool.outstanding(), 0U);
}

}  // namespace
}  // namespace loadstone
