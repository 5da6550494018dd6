#include "src/load/cron.hpp"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "sim/base/diagnostic.hpp"

namespace loadstone::load {
namespace {

using std::chrono::nanoseconds;

// A reader that moves along a text; each step says whether it found what it wanted.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool literal(char c) {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool number(std::size_t digits, int& value) {
    value = 0;
    if (rest_.size() < digits) {
      return false;
    }
    for (std::size_t i = 0; i < digits; ++i) {
      if (!digit_next()) {
        return false;
      }
      value = value * 10 + take_digit();
    }
    return true;
  }

  // 1 to 9 digits after a decimal point, as nanoseconds.
  bool fraction(std::int64_t& ns) {
    std::int64_t unit = 100'000'000;
    for (ns = 0; digit_next() && unit > 0; unit /= 10) {
      ns += unit * take_digit();
    }
    return unit < 100'000'000 && !digit_next();
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  [[nodiscard]] bool digit_next() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  int take_digit() {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  std::string_view rest_;
};

// `Z` or +hh:mm, -hh:mm; at most 14 hours, the largest that exists.
bool read_offset(Cursor& cursor, int& minutes) {
  minutes = 0;
  if (cursor.literal('Z')) {
    return true;
  }
  const bool east = cursor.literal('+');
  int hour = 0;
  int minute = 0;
  if ((!east && !cursor.literal('-')) || !cursor.number(2, hour) || !cursor.literal(':') || !cursor.number(2, minute) ||
      minute > 59 || hour * 60 + minute > 14 * 60) {
    return false;
  }
  minutes = (east ? 1 : -1) * (hour * 60 + minute);
  return true;
}

bool matches_day(const CronSchedule& schedule, date::local_days day) {
  const date::year_month_day calendar(day);
  const auto has = [](std::uint64_t mask, unsigned bit) { return (mask >> bit & 1U) != 0; };
  if (!has(schedule.months, unsigned{calendar.month()})) {
    return false;
  }
  const bool by_day = has(schedule.days, unsigned{calendar.day()});
  const bool by_weekday = has(schedule.weekdays, date::weekday(day).c_encoding());
  const bool both_count = schedule.any_day || schedule.any_weekday;
  return both_count ? by_day && by_weekday : by_day || by_weekday;
}

// Appends the instants, none to two, at which a local time that matches the schedule fires.
void append_firings(const date::time_zone& zone, date::local_seconds local, bool recurring,
                    std::vector<date::sys_seconds>& firings) {
  const date::local_info info = zone.get_info(local);
  const date::sys_seconds first(local.time_since_epoch() - info.first.offset);
  switch (info.result) {
    case date::local_info::unique:
      firings.push_back(first);
      break;
    case date::local_info::nonexistent:
      if (!recurring) {
        firings.push_back(info.first.end);
      }
      break;
    case date::local_info::ambiguous:
      firings.push_back(first);
      if (recurring) {
        firings.emplace_back(local.time_since_epoch() - info.second.offset);
      }
      break;
  }
}

}  // namespace

std::optional<CalendarInstant> parse_instant(std::string_view text, std::string& problem) {
  Cursor cursor(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int offset = 0;
  std::int64_t ns = 0;
  const auto wrong = [&](const std::string& why) {
    problem = "'" + std::string(text) + "': " + why;
    return std::nullopt;
  };
  const bool shape = cursor.number(4, year) && cursor.literal('-') && cursor.number(2, month) && cursor.literal('-') &&
                     cursor.number(2, day) && cursor.literal('T') && cursor.number(2, hour) && cursor.literal(':') &&
                     cursor.number(2, minute) && (!cursor.literal(':') || cursor.number(2, second)) &&
                     (!cursor.literal('.') || cursor.fraction(ns));
  if (!shape) {
    return wrong("expected a date and time like 2026-01-05T08:00:00+03:00");
  }
  if (!read_offset(cursor, offset) || !cursor.at_end()) {
    return wrong("expected the time to end in its offset from UTC: Z, or like +03:00");
  }
  const date::year_month_day calendar{date::year(year), date::month(static_cast<unsigned>(month)),
                                      date::day(static_cast<unsigned>(day))};
  if (!calendar.ok() || hour > 23 || minute > 59 || second > 59) {
    return wrong("no such date or time of day");
  }
  if (year < 1970 || year > 2099) {
    return wrong("the year must be from 1970 to 2099");
  }
  const std::chrono::seconds since_midnight{(hour * 60 + minute - offset) * 60 + second};
  const auto instant = date::sys_days(calendar) + since_midnight + nanoseconds(ns);
  return CalendarInstant{instant.time_since_epoch().count()};
}

std::string zone_problem(std::string_view name) {
  try {
    static_cast<void>(date::locate_zone(name));
    return "";
  } catch (const std::runtime_error&) {
    std::string problem = "unknown time zone '" + std::string(name) + "'";
    try {
      std::vector<std::string_view> names;
      for (const date::time_zone& zone : date::get_tzdb().zones) {
        names.emplace_back(zone.name());
      }
      const std::string_view nearest = nearest_name(name, names);
      problem += nearest.empty() ? "; expected an IANA name such as Africa/Nairobi or UTC"
                                 : "; did you mean '" + std::string(nearest) + "'?";
    } catch (const std::runtime_error&) {
      problem += "; this system has no time zone tables (package tzdata)";
    }
    return problem;
  }
}

std::vector<Duration> cron_instants(const CronSchedule& schedule, std::string_view zone_name, CalendarInstant start,
                                    Duration horizon) {
  const date::time_zone& zone = *date::locate_zone(zone_name);
  const date::sys_time<nanoseconds> begin(nanoseconds(start.unix_ns));
  const date::sys_time<nanoseconds> end = begin + nanoseconds(horizon.ns);
  // A local time moves by up to a day where a zone crosses the date line, so look at the days around, then cut.
  const date::local_days first = date::floor<date::days>(zone.to_local(begin)) - date::days(2);
  const date::local_days last = date::floor<date::days>(zone.to_local(end)) + date::days(2);

  std::vector<Duration> spans;
  std::vector<date::sys_seconds> firings;
  for (date::local_days day = first; day <= last && spans.size() < kMostFirings + 4096; day += date::days(1)) {
    if (!matches_day(schedule, day)) {
      continue;
    }
    firings.clear();
    for (int minute = 0; minute < 24 * 60; ++minute) {
      if ((schedule.hours >> (minute / 60) & 1U) != 0 && (schedule.minutes >> (minute % 60) & 1U) != 0) {
        append_firings(zone, day + std::chrono::minutes(minute), schedule.recurring, firings);
      }
    }
    for (const date::sys_seconds at : firings) {
      if (at >= begin && at < end) {
        spans.push_back({nanoseconds(at - begin).count()});
      }
    }
  }
  std::sort(spans.begin(), spans.end());
  spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
  spans.resize(std::min(spans.size(), kMostFirings));
  return spans;
}

}  // namespace loadstone::load
