#include "sim/engine/wait_queue.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <list>
#include <map>
#include <vector>

namespace loadstone {
namespace {

using ::testing::ElementsAre;

// Requests 0, 1, 2, .. known by their number.
class Requests {
 public:
  Request& add(double rank = 0) {
    Request& request = all_.emplace_back();
    request.number = all_.size() - 1;
    request.wait.rank = rank;
    return request;
  }
  Request& operator[](std::size_t i) { return all_[i]; }

 private:
  std::deque<Request> all_;
};

std::vector<std::uint64_t> take_all(WaitQueue& line) {
  std::vector<std::uint64_t> numbers;
  while (!line.empty()) {
    Request& next = line.front();
    numbers.push_back(next.number);
    line.remove(next);
  }
  return numbers;
}

// Chi-square of k cells has mean k - 1 and standard deviation sqrt(2 (k - 1)); bound: 4.5 of them above.
void expect_uniform(const std::vector<double>& counts) {
  double total = 0;
  for (const double count : counts) {
    total += count;
  }
  const double expected = total / static_cast<double>(counts.size());
  double chi_square = 0;
  for (const double count : counts) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  const double freedom = static_cast<double>(counts.size()) - 1;
  EXPECT_LE(chi_square, freedom + 4.5 * std::sqrt(2 * freedom));
}

constexpr std::array kOrdered{Discipline::fifo, Discipline::lifo, Discipline::priority, Discipline::sjf};
constexpr std::array kAll{Discipline::fifo, Discipline::lifo, Discipline::priority, Discipline::sjf,
                          Discipline::random};

TEST(WaitQueue, FifoServesTheFirstAndLifoTheLastToCome) {
  Requests requests;
  WaitQueue fifo(Discipline::fifo);
  WaitQueue lifo(Discipline::lifo);
  for (int i = 0; i < 8; ++i) {
    (i < 4 ? fifo : lifo).push(requests.add());
  }
  EXPECT_THAT(take_all(fifo), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(take_all(lifo), ElementsAre(7, 6, 5, 4));
}

TEST(WaitQueue, PriorityAndShortestJobServeTheSmallestRankAndTheFirstToComeAmongEquals) {
  for (const Discipline discipline : {Discipline::priority, Discipline::sjf}) {
    Requests requests;
    WaitQueue line(discipline);
    for (const double rank : {2.0, 1.0, 2.0, -3.0, 1.0, 0.5, 2.0, -3.0}) {
      line.push(requests.add(rank));
    }
    EXPECT_THAT(take_all(line), ElementsAre(3, 7, 5, 1, 4, 0, 2, 6));
  }
}

TEST(WaitQueue, EveryDisciplineHoldsWhoWasPushedAndNotRemoved) {
  for (const Discipline discipline : kAll) {
    Requests requests;
    WaitQueue line(discipline, mix(5));
    EXPECT_TRUE(line.empty());
    for (int i = 0; i < 5; ++i) {
      line.push(requests.add());
      EXPECT_EQ(line.size(), static_cast<std::size_t>(i) + 1);
    }
    line.remove(requests[2]);
    EXPECT_EQ(line.size(), 4U);
    std::vector<std::uint64_t> left = take_all(line);
    std::sort(left.begin(), left.end());
    EXPECT_THAT(left, ElementsAre(0, 1, 3, 4));
    EXPECT_TRUE(line.empty());
  }
}

TEST(WaitQueue, TheFrontIsTheSameUntilItIsRemoved) {
  for (const Discipline discipline : kAll) {
    Requests requests;
    WaitQueue line(discipline, mix(6));
    for (int i = 0; i < 9; ++i) {
      line.push(requests.add());
    }
    Request& front = line.front();
    EXPECT_EQ(&line.front(), &front);
    line.remove(requests[front.number == 4 ? 5 : 4]);  // somebody else
    EXPECT_EQ(&line.front(), &front);
  }
}

TEST(WaitQueue, RemovalFromAnyPlaceKeepsTheOrderOfTheOthers) {
  for (const Discipline discipline : kOrdered) {
    for (std::size_t victim = 0; victim < 7; ++victim) {
      Requests requests;
      WaitQueue line(discipline);
      WaitQueue without(discipline);
      Requests copies;
      for (std::size_t i = 0; i < 7; ++i) {
        const double rank = static_cast<double>((i * 5) % 4);
        line.push(requests.add(rank));
        Request& copy = copies.add(rank);
        if (i != victim) {
          without.push(copy);
        }
      }
      line.remove(requests[victim]);
      EXPECT_EQ(take_all(line), take_all(without)) << "victim " << victim;
    }
  }
}

TEST(WaitQueue, WhoLeavesCanComeAgainAndIsThenTheLatest) {
  Requests requests;
  WaitQueue line(Discipline::priority);
  for (int i = 0; i < 3; ++i) {
    line.push(requests.add());
  }
  line.remove(requests[0]);
  line.push(requests[0]);
  EXPECT_THAT(take_all(line), ElementsAre(1, 2, 0));
  WaitQueue fifo;
  for (const std::size_t i : {0U, 1U, 2U}) {
    fifo.push(requests[i]);
  }
  fifo.remove(requests[1]);
  fifo.push(requests[1]);
  EXPECT_THAT(take_all(fifo), ElementsAre(0, 2, 1));
}

// 10^5 pushes, takes and removals from the middle, against a list that is searched from end to end.
TEST(WaitQueue, ManyOperationsAgreeWithAPlainList) {
  for (const Discipline discipline : kOrdered) {
    Requests requests;
    WaitQueue line(discipline);
    std::list<Request*> plain;  // in order of arrival
    std::vector<Request*> outside;
    for (int i = 0; i < 60; ++i) {
      outside.push_back(&requests.add());
    }
    for (std::uint64_t step = 0; step < 100'000; ++step) {
      const Draw draw = draw_of(combine(Key{9}, step), hash_text("step"), 0);
      const std::uint64_t what = uniform_below(draw, 4);
      const std::uint64_t which = mix(draw.key ^ 1);
      if (what < 2 && !outside.empty()) {
        std::swap(outside[which % outside.size()], outside.back());
        Request& request = *outside.back();
        outside.pop_back();
        request.wait.rank = static_cast<double>(which % 5);
        line.push(request);
        plain.push_back(&request);
      } else if (!plain.empty()) {
        auto victim = std::next(plain.begin(), static_cast<std::ptrdiff_t>(which % plain.size()));
        if (what == 2) {
          victim = plain.begin();
          if (discipline == Discipline::lifo) {
            victim = std::prev(plain.end());
          } else if (discipline != Discipline::fifo) {
            victim = std::min_element(plain.begin(), plain.end(),
                                      [](Request* a, Request* b) { return a->wait.rank < b->wait.rank; });
          }
          ASSERT_EQ(&line.front(), *victim) << "step " << step;
        }
        line.remove(**victim);
        outside.push_back(*victim);
        plain.erase(victim);
      }
      ASSERT_EQ(line.size(), plain.size());
    }
  }
}

TEST(RandomOrder, EveryMemberIsNextEquallyOftenAndIndependentlyOfTheLastChoice) {
  constexpr std::size_t kMembers = 8;
  Requests requests;
  WaitQueue line(Discipline::random, hash_text("gate"));
  for (std::size_t i = 0; i < kMembers; ++i) {
    line.push(requests.add());
  }
  std::vector<double> chosen(kMembers);
  std::vector<double> pairs(kMembers * kMembers);
  std::size_t last = 0;
  for (int i = 0; i < 160'000; ++i) {
    Request& next = line.front();
    chosen[next.number] += 1;
    pairs[last * kMembers + next.number] += 1;
    last = next.number;
    line.remove(next);
    line.push(next);
  }
  expect_uniform(chosen);
  expect_uniform(pairs);
}

TEST(RandomOrder, EveryOrderOfFourIsEquallyLikelyOverTheNamesOfTheLine) {
  std::map<std::vector<std::uint64_t>, double> orders;
  for (std::uint64_t name = 0; name < 48'000; ++name) {
    Requests requests;
    WaitQueue line(Discipline::random, combine(hash_text("line"), name));
    for (int i = 0; i < 4; ++i) {
      line.push(requests.add());
    }
    orders[take_all(line)] += 1;
  }
  std::vector<double> counts;
  for (const auto& [order, count] : orders) {
    counts.push_back(count);
  }
  EXPECT_EQ(counts.size(), 24U);
  expect_uniform(counts);
}

std::vector<std::uint64_t> random_order(Key key, std::uint64_t salt) {
  Requests requests;
  std::vector<Request> padding(salt);  // other addresses
  WaitQueue line(Discipline::random, key);
  for (std::uint64_t i = 0; i < 50; ++i) {
    Request& request = requests.add(static_cast<double>(mix(salt + i) % 100));
    request.key = mix(salt ^ i);
    request.draws = mix(salt * 3 + i);
    request.wait.since = {static_cast<std::int64_t>(salt)};
    line.push(request);
  }
  return take_all(line);
}

TEST(RandomOrder, DependsOnTheKeyOfTheLineAndNotOnWhoStandsInIt) {
  EXPECT_EQ(random_order(hash_text("a"), 1), random_order(hash_text("a"), 77));
  EXPECT_NE(random_order(hash_text("a"), 1), random_order(hash_text("b"), 1));
}

TEST(RandomOrder, AsksForAChoiceOnlyWhenTheLastOneHasGone) {
  Requests requests;
  WaitQueue asked_once(Discipline::random, mix(4));
  WaitQueue asked_often(Discipline::random, mix(4));
  std::vector<std::uint64_t> once;
  std::vector<std::uint64_t> often;
  for (int i = 0; i < 20; ++i) {
    asked_once.push(requests.add());
  }
  for (int i = 0; i < 20; ++i) {
    asked_often.push(requests.add());
  }
  for (int i = 0; i < 20; ++i) {
    for (int again = 0; again < i; ++again) {
      static_cast<void>(asked_often.front());
    }
    Request& a = asked_once.front();
    Request& b = asked_often.front();
    once.push_back(a.number);
    often.push_back(b.number - 20);
    asked_once.remove(a);
    asked_often.remove(b);
  }
  EXPECT_EQ(once, often);
}

TEST(RandomOrder, WhenTheChosenOneLeavesAnotherIsChosenAmongThoseWhoStay) {
  std::vector<double> second(4);
  for (std::uint64_t name = 0; name < 20'000; ++name) {
    Requests requests;
    WaitQueue line(Discipline::random, mix(name));
    for (int i = 0; i < 5; ++i) {
      line.push(requests.add());
    }
    const std::uint64_t first = line.front().number;
    line.remove(line.front());
    const std::uint64_t next = line.front().number;
    ASSERT_NE(next, first);
    second[next - (next > first ? 1 : 0)] += 1;
  }
  expect_uniform(second);
}

}  // namespace
}  // namespace loadstone
