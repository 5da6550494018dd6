#include "src/load/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadstone::load {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Duration at(std::int64_t hours, std::int64_t minutes = 0) {
  return literals::operator""_s(60) * (hours * 60 + minutes);
}
Duration days(std::int64_t count) {
  return at(24 * count);
}

CronSchedule cron(std::string_view text) {
  std::string problem;
  const std::optional<CronSchedule> schedule = parse_cron(text, problem);
  EXPECT_TRUE(schedule.has_value()) << problem;
  return schedule.value_or(CronSchedule{});
}

std::string cron_problem(std::string_view text) {
  std::string problem;
  EXPECT_FALSE(parse_cron(text, problem).has_value()) << text;
  return problem;
}

CalendarInstant instant(std::string_view text) {
  std::string problem;
  const std::optional<CalendarInstant> result = parse_instant(text, problem);
  EXPECT_TRUE(result.has_value()) << problem;
  return result.value_or(CalendarInstant{});
}

std::string instant_problem(std::string_view text) {
  std::string problem;
  EXPECT_FALSE(parse_instant(text, problem).has_value()) << text;
  return problem;
}

std::vector<Duration> fires(std::string_view text, std::string_view zone, std::string_view start, Duration horizon) {
  return cron_instants(cron(text), zone, instant(start), horizon);
}

std::uint64_t bits(std::initializer_list<unsigned> values) {
  std::uint64_t mask = 0;
  for (const unsigned value : values) {
    mask |= std::uint64_t{1} << value;
  }
  return mask;
}

TEST(CronFields, NumbersListsRangesAndStepsAreSetsOfValues) {
  const CronSchedule schedule = cron("*/7 1,5-7,20 10-20/5 3 1-5");
  EXPECT_EQ(schedule.minutes, bits({0, 7, 14, 21, 28, 35, 42, 49, 56}));
  EXPECT_EQ(schedule.hours, bits({1, 5, 6, 7, 20}));
  EXPECT_EQ(schedule.days, bits({10, 15, 20}));
  EXPECT_EQ(schedule.months, bits({3}));
  EXPECT_EQ(schedule.weekdays, bits({1, 2, 3, 4, 5}));
}

TEST(CronFields, AStepAfterOneValueRunsToTheEndOfTheField) {
  EXPECT_EQ(cron("50/4 * * * *").minutes, bits({50, 54, 58}));
  EXPECT_EQ(cron("0 0 * * 1/2").weekdays, bits({1, 3, 5}));
}

TEST(CronFields, NamesStandForMonthsAndWeekdaysInAnyCase) {
  EXPECT_EQ(cron("0 0 1 jan,Mar-MAY *").months, bits({1, 3, 4, 5}));
  EXPECT_EQ(cron("0 0 * * Sun,tue-thu").weekdays, bits({0, 2, 3, 4}));
  EXPECT_EQ(cron("0 0 * dec sat").months, bits({12}));
}

TEST(CronFields, SevenIsSunday) {
  EXPECT_EQ(cron("0 0 * * 7").weekdays, bits({0}));
  EXPECT_EQ(cron("0 0 * * 5-7").weekdays, bits({0, 5, 6}));
  EXPECT_EQ(cron("0 0 * * *").weekdays, bits({0, 1, 2, 3, 4, 5, 6}));
}

TEST(CronFields, NicknamesEqualTheirFiveFields) {
  EXPECT_EQ(cron("@hourly"), cron("0 * * * *"));
  EXPECT_EQ(cron("@daily"), cron("0 0 * * *"));
  EXPECT_EQ(cron("@midnight"), cron("0 0 * * *"));
  EXPECT_EQ(cron("@weekly"), cron("0 0 * * 0"));
  EXPECT_EQ(cron("@monthly"), cron("0 0 1 * *"));
  EXPECT_EQ(cron("@yearly"), cron("0 0 1 1 *"));
  EXPECT_EQ(cron("@annually"), cron("0 0 1 1 *"));
}

TEST(CronFields, BlanksAroundAndBetweenFieldsDoNotMatter) {
  EXPECT_EQ(cron("  0\t3  * * * "), cron("0 3 * * *"));
}

TEST(CronFields, AnErrorNamesTheFieldWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(cron_problem("0 24 * * *"), "hour field '24': expected 0 to 23, got '24'");
  EXPECT_EQ(cron_problem("0 0 0 * *"), "day-of-month field '0': expected 1 to 31, got '0'");
  EXPECT_EQ(cron_problem("0 0 1 foo *"), "month field 'foo': expected 1 to 12 or jan to dec, got 'foo'");
  EXPECT_EQ(cron_problem("0 0 * * 8"), "day-of-week field '8': expected 0 to 7 or sun to sat, got '8'");
  EXPECT_EQ(cron_problem("1,,2 * * * *"), "minute field '1,,2': '': expected 0 to 59, got nothing");
  EXPECT_EQ(cron_problem("1,*/0 * * * *"),
            "minute field '1,*/0': '*/0': after '/' stands a whole number of at least 1, got '0'");
  EXPECT_THAT(cron_problem("*/ * * * *"), HasSubstr("after '/'"));
  EXPECT_THAT(cron_problem("*/2/3 * * * *"), HasSubstr("got '2/3'"));
  EXPECT_THAT(cron_problem("-5 * * * *"), HasSubstr("got nothing"));
  EXPECT_THAT(cron_problem("5- * * * *"), HasSubstr("got nothing"));
  EXPECT_THAT(cron_problem("99999 * * * *"), HasSubstr("expected 0 to 59"));
  EXPECT_THAT(cron_problem("0 0 ? * *"), HasSubstr("got '?'"));
  EXPECT_THAT(cron_problem("0 0 * * fri-mon"), HasSubstr("a range does not run backwards"));
}

TEST(CronFields, TheCountOfFieldsIsFive) {
  EXPECT_EQ(cron_problem("0 3 * *"),
            "expected five fields (minute hour day-of-month month day-of-week), got 4 in '0 3 * *'");
  EXPECT_THAT(cron_problem("0 0 3 * * *"), HasSubstr("got 6"));
  EXPECT_THAT(cron_problem(""), HasSubstr("got 0"));
}

TEST(CronFields, UnknownNicknamesAreRefusedWithTheKnownOnes) {
  EXPECT_THAT(cron_problem("@reboot"), AllOf(HasSubstr("'@reboot'"), HasSubstr("@daily"), HasSubstr("@hourly")));
}

TEST(CronInstants, CountFromTheStartIncludeItAndLeaveOutTheHorizon) {
  // 08:00 in Nairobi is the start itself; a week of days later is the horizon.
  EXPECT_THAT(fires("0 8 * * *", "Africa/Nairobi", "2026-01-05T08:00:00+03:00", days(2)), ElementsAre(at(0), at(24)));
  EXPECT_THAT(fires("0 3 * * *", "Africa/Nairobi", "2026-01-05T08:00:00+03:00", days(2)), ElementsAre(at(19), at(43)));
}

TEST(CronInstants, TheOffsetOfTheStartNeedNotBeThatOfTheZone) {
  EXPECT_THAT(fires("0 3 * * *", "Africa/Nairobi", "2026-01-05T00:00:00Z", days(2)), ElementsAre(at(0), at(24)));
}

TEST(CronInstants, AStartBetweenSecondsKeepsItsNanoseconds) {
  EXPECT_THAT(fires("1 0 * * *", "UTC", "2026-01-05T00:00:59.999999999Z", days(1)), ElementsAre(Duration{1}));
}

TEST(CronInstants, AStepCountsWithinItsHour) {
  EXPECT_THAT(fires("*/7 * * * *", "UTC", "2026-01-05T00:40:00Z", at(0, 40)),
              ElementsAre(at(0, 2), at(0, 9), at(0, 16), at(0, 20), at(0, 27), at(0, 34)));
}

TEST(CronInstants, WithBothDayFieldsRestrictedEitherIsEnough) {
  // January 2026: the 1st is a Thursday; Fridays are the 2nd, 9th, 16th, 23rd, 30th; and the 13th.
  EXPECT_THAT(fires("0 0 13 * fri", "UTC", "2026-01-01T00:00:00Z", days(31)),
              ElementsAre(days(1), days(8), days(12), days(15), days(22), days(29)));
}

TEST(CronInstants, WithOneDayFieldOpenTheOtherDecides) {
  EXPECT_THAT(fires("0 0 13 * *", "UTC", "2026-01-01T00:00:00Z", days(31)), ElementsAre(days(12)));
  EXPECT_THAT(fires("0 0 * * fri", "UTC", "2026-01-01T00:00:00Z", days(14)), ElementsAre(days(1), days(8)));
}

TEST(CronInstants, ADayFieldThatBeginsWithAStarIsOpenSoBothMustMatch) {
  // Odd days of the month that are Fridays: the 9th and the 23rd.
  EXPECT_THAT(fires("0 0 */2 * fri", "UTC", "2026-01-01T00:00:00Z", days(31)), ElementsAre(days(8), days(22)));
}

TEST(CronInstants, TheLeapDayComesInLeapYearsOnly) {
  // From 2026-01-01: 2028-02-29 is 365 + 365 + 31 + 28 days on, 2032-02-29 four years of 1461 days later.
  EXPECT_THAT(fires("0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", days(2500)),
              ElementsAre(days(789) + at(12), days(789 + 1461) + at(12)));
}

TEST(CronInstants, TheThirtiethOfFebruaryNeverComes) {
  EXPECT_THAT(fires("0 0 30 2 *", "UTC", "2026-01-01T00:00:00Z", days(36500)), IsEmpty());
}

TEST(CronInstants, AnHorizonOfNothingHasNoFirings) {
  EXPECT_THAT(fires("* * * * *", "UTC", "2026-01-01T00:00:00Z", Duration{0}), IsEmpty());
}

TEST(CronInstants, TheCountIsBounded) {
  const std::vector<Duration> all = fires("* * * * *", "UTC", "2026-01-01T00:00:00Z", days(36500));
  ASSERT_EQ(all.size(), kMostFirings);
  EXPECT_EQ(all.back(), at(0, 1) * (static_cast<std::int64_t>(kMostFirings) - 1));
}

// Europe/Berlin, 2026-03-29: 02:00 CET becomes 03:00 CEST. The start is local midnight, so 03:00 CEST is 2 h on.
constexpr std::string_view kSpring = "2026-03-29T00:00:00+01:00";

TEST(CronSkippedHour, ATimeThatDoesNotExistFiresAtTheFirstInstantAfterTheGap) {
  EXPECT_THAT(fires("30 2 * * *", "Europe/Berlin", kSpring, days(2)), ElementsAre(at(2), at(25, 30)));
}

TEST(CronSkippedHour, TimesAroundTheGapKeepTheirPlaces) {
  EXPECT_THAT(fires("59 1 * * *", "Europe/Berlin", kSpring, at(23)), ElementsAre(at(1, 59)));
  EXPECT_THAT(fires("0 2 * * *", "Europe/Berlin", kSpring, at(23)), ElementsAre(at(2)));
  EXPECT_THAT(fires("0 3 * * *", "Europe/Berlin", kSpring, at(23)), ElementsAre(at(2)));
  EXPECT_THAT(fires("1 3 * * *", "Europe/Berlin", kSpring, at(23)), ElementsAre(at(2, 1)));
}

TEST(CronSkippedHour, SeveralSkippedTimesAreOneFiring) {
  EXPECT_THAT(fires("0,20,40 2,3 * * *", "Europe/Berlin", kSpring, at(23)), ElementsAre(at(2), at(2, 20), at(2, 40)));
}

TEST(CronSkippedHour, ARecurringScheduleMakesNothingUp) {
  EXPECT_THAT(fires("*/30 1-3 * * *", "Europe/Berlin", kSpring, at(23)),
              ElementsAre(at(1), at(1, 30), at(2), at(2, 30)));
  EXPECT_THAT(fires("*/30 2 * * *", "Europe/Berlin", kSpring, at(23)), IsEmpty());
  EXPECT_EQ(fires("@hourly", "Europe/Berlin", kSpring, at(23)).size(), 23U);
}

TEST(CronSkippedHour, ADayThatAZoneSkippedIsAGapToo) {
  // Pacific/Apia had no 30 December 2011: after 29 December 24:00 (UTC-10) came 31 December 00:00 (UTC+14).
  EXPECT_THAT(fires("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00-10:00", at(48)),
              ElementsAre(at(12), at(24), at(36)));
}

// Europe/Berlin, 2026-10-25: 03:00 CEST becomes 02:00 CET. The start is local midnight, so 02:30
// is 2 h 30 and 3 h 30 on.
constexpr std::string_view kAutumn = "2026-10-25T00:00:00+02:00";

TEST(CronDoubledHour, AFixedTimeFiresAtItsFirstOccurrenceOnly) {
  EXPECT_THAT(fires("30 2 * * *", "Europe/Berlin", kAutumn, days(2)), ElementsAre(at(2, 30), at(27, 30)));
  EXPECT_THAT(fires("0,30 2 * * *", "Europe/Berlin", kAutumn, at(25)), ElementsAre(at(2), at(2, 30)));
  EXPECT_THAT(fires("0 3 * * *", "Europe/Berlin", kAutumn, at(25)), ElementsAre(at(4)));
}

TEST(CronDoubledHour, ARecurringScheduleFiresInBothHoursInOrder) {
  EXPECT_THAT(fires("*/30 2 * * *", "Europe/Berlin", kAutumn, at(25)), ElementsAre(at(2), at(2, 30), at(3), at(3, 30)));
  EXPECT_EQ(fires("15 * * * *", "Europe/Berlin", kAutumn, at(25)).size(), 25U);
}

TEST(CronDoubledHour, ARunThatStartsInTheSecondHourHasMissedTheFirst) {
  EXPECT_THAT(fires("30 2 * * *", "Europe/Berlin", "2026-10-25T02:00:00+01:00", at(20)), IsEmpty());
  EXPECT_THAT(fires("30 * * * *", "Europe/Berlin", "2026-10-25T02:00:00+01:00", at(1)), ElementsAre(at(0, 30)));
}

TEST(CronZones, AreKnownByTheirNames) {
  EXPECT_EQ(zone_problem("Africa/Nairobi"), "");
  EXPECT_EQ(zone_problem("UTC"), "");
  EXPECT_EQ(zone_problem("Europe/Berln"), "unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?");
  EXPECT_EQ(zone_problem("+03:00"), "unknown time zone '+03:00'; expected an IANA name such as Africa/Nairobi or UTC");
}

TEST(CalendarInstants, AreReadWithTheirOffset) {
  EXPECT_EQ(instant("1970-01-01T00:00:00Z").unix_ns, 0);
  EXPECT_EQ(instant("2026-01-05T08:00:00+03:00").unix_ns, 1'767'589'200'000'000'000);
  EXPECT_EQ(instant("2026-01-05T08:00+03:00"), instant("2026-01-05T05:00:00Z"));
  EXPECT_EQ(instant("2026-01-04T19:30:00-09:30"), instant("2026-01-05T05:00:00Z"));
  EXPECT_EQ(instant("1970-01-01T00:00:01.25Z").unix_ns, 1'250'000'000);
  EXPECT_EQ(instant("1970-01-01T00:00:00.000000001Z").unix_ns, 1);
}

TEST(CalendarInstants, AreRefusedWithAReason) {
  EXPECT_EQ(instant_problem("2026-01-05"), "'2026-01-05': expected a date and time like 2026-01-05T08:00:00+03:00");
  EXPECT_THAT(instant_problem("2026-01-05 08:00:00+03:00"), HasSubstr("expected a date and time"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00."), HasSubstr("expected a date and time"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00.1234567890Z"), HasSubstr("expected a date and time"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00"), HasSubstr("offset from UTC"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00+3"), HasSubstr("offset from UTC"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00+14:01"), HasSubstr("offset from UTC"));
  EXPECT_THAT(instant_problem("2026-01-05T08:00:00Z "), HasSubstr("offset from UTC"));
  EXPECT_THAT(instant_problem("2026-02-29T08:00:00Z"), HasSubstr("no such date"));
  EXPECT_THAT(instant_problem("2026-13-01T08:00:00Z"), HasSubstr("no such date"));
  EXPECT_THAT(instant_problem("2026-01-05T24:00:00Z"), HasSubstr("no such date"));
  EXPECT_THAT(instant_problem("1969-12-31T23:00:00Z"), HasSubstr("1970 to 2099"));
}

}  // namespace
}  // namespace loadstone::load
