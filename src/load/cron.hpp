// src/load/cron.hpp
//
// When a schedule fires: five-field cron in a named time zone, as spans from the start of a run.
//
// Fields.  minute hour day-of-month month day-of-week: numbers, names (jan-dec, sun-sat, any case), `a-b`, lists, `*`,
//          steps (`*/7`, `a-b/2`, `a/2` = from a to the field's end), 7 = 0 = Sunday; or @hourly @daily @midnight
//          @weekly @monthly @yearly @annually. Ranges do not wrap.
// Days.    Where both day fields are restricted, either is enough; a field that begins with `*` is not restricted
//          (`*/2` included), as in crontab(5). The library under Kubernetes' CronJob counts `*/2` as restricted.
// Skipped. When clocks go forward, a time that does not exist that day fires at the first instant after the gap;
//          several such times, or one that is due at that instant anyway, are one firing.
// Doubled. When clocks go back, a time that happens twice fires at its first occurrence only.
//          Both hold for a schedule of fixed times. One whose minute or hour field begins with `*` recurs by elapsed
//          time, so it follows the clock on the wall: it fires in both of the doubled hours and makes nothing up.
// Why.     This is Debian's cron(8), for which most nightly jobs were written: one night, one run. Debian differs in
//          starting several skipped times one after another, and in giving up on changes of three hours and more.
//          Kubernetes differs: it drops the skipped time and runs the doubled one twice.
// Zones.   From the system's tzdata, whose tables end in 2037; later instants have the zone's last known offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/sim_time.hpp"

namespace loadstone::load {

// Bit n of a mask: the field matches n.
struct CronSchedule {
  std::uint64_t minutes = 0;
  std::uint64_t hours = 0;
  std::uint64_t days = 0;      // 1 to 31
  std::uint64_t months = 0;    // 1 to 12
  std::uint64_t weekdays = 0;  // 0 (Sunday) to 6
  bool any_day = false;        // the day-of-month field begins with `*`
  bool any_weekday = false;    // the day-of-week field begins with `*`
  bool recurring = false;      // the minute or the hour field begins with `*`

  friend bool operator==(const CronSchedule&, const CronSchedule&) = default;
};

// A point of the calendar, 1970 to 2099.
struct CalendarInstant {
  std::int64_t unix_ns = 0;

  friend bool operator==(CalendarInstant, CalendarInstant) = default;
};

// The schedule that `text` describes. If it describes none: nothing, and `problem` says in one line what was found and
// what is allowed.
[[nodiscard]] std::optional<CronSchedule> parse_cron(std::string_view text, std::string& problem);

// ISO 8601 with an offset: 2026-01-05T08:00:00+03:00, 2026-01-05T05:00:00.250Z; seconds may be left out. Otherwise
// nothing, and `problem` says why.
[[nodiscard]] std::optional<CalendarInstant> parse_instant(std::string_view text, std::string& problem);

// "" if `name` is a time zone of this system, else what to say about it, with the nearest name.
[[nodiscard]] std::string zone_problem(std::string_view name);

// A result of this size may have been cut: every minute for two years.
inline constexpr std::size_t kMostFirings = std::size_t{1} << 20;

// The spans from `start` at which the schedule fires, 0 included and `horizon` not, ascending, each once, at most
// kMostFirings of them. A day that never comes (30 February) gives none.
// REQUIRES: zone_problem(zone) is "", and start came from parse_instant.
[[nodiscard]] std::vector<Duration> cron_instants(const CronSchedule& schedule, std::string_view zone,
                                                  CalendarInstant start, Duration horizon);

}  // namespace loadstone::load
