#include "sim/observe/meter.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace loadstone {
namespace {

using Row = std::tuple<RowId, Doing, std::int64_t>;

std::vector<Row> rows_of(const Breakdown& breakdown) {
  std::vector<Row> rows;
  for (const Breakdown::Row& row : breakdown.rows()) {
    rows.emplace_back(row.on, row.doing, static_cast<std::int64_t>(row.ns));
  }
  return rows;
}

TEST(Breakdown, AnEmptyOneHasNoRowsAndATotalOfZero) {
  const Breakdown breakdown;
  EXPECT_TRUE(breakdown.rows().empty());
  EXPECT_TRUE(breakdown.total() == 0);
}

TEST(Breakdown, OneRowForEachResourceAndWhatIsDoneThereInTheOrderOfAppearance) {
  Breakdown breakdown;
  breakdown.add(7, Doing::waiting, 10);
  breakdown.add(0, Doing::own, 5);
  breakdown.add(7, Doing::served, 20);
  breakdown.add(7, Doing::waiting, 1);
  breakdown.add(3, Doing::served, 0);
  EXPECT_EQ(rows_of(breakdown), (std::vector<Row>{{7, Doing::waiting, 11}, {0, Doing::own, 5}, {7, Doing::served, 20},
                                                  {3, Doing::served, 0}}));
  EXPECT_TRUE(breakdown.total() == 36);
}

TEST(Breakdown, MergingAddsEqualRowsAndAppendsTheOthers) {
  Breakdown a;
  a.add(1, Doing::served, 100);
  a.add(2, Doing::waiting, 30);
  Breakdown b;
  b.add(3, Doing::waiting, 7);
  b.add(1, Doing::served, 11);
  b.add(1, Doing::waiting, 2);
  a.merge(b);
  EXPECT_EQ(rows_of(a), (std::vector<Row>{{1, Doing::served, 111}, {2, Doing::waiting, 30}, {3, Doing::waiting, 7},
                                          {1, Doing::waiting, 2}}));
  EXPECT_TRUE(a.total() == 150);
  EXPECT_TRUE(b.total() == 20);
  a.merge(Breakdown{});
  EXPECT_TRUE(a.total() == 150);
}

TEST(Breakdown, SumsBeyond64BitsAreExact) {
  Breakdown breakdown;
  const Int128 century = static_cast<Int128>(1) << 62;
  for (int i = 0; i < 1000; ++i) {
    breakdown.add(1, Doing::served, century);
  }
  breakdown.add(1, Doing::waiting, 1);
  EXPECT_TRUE(breakdown.total() == century * 1000 + 1);
}

}  // namespace
}  // namespace loadstone
