// tests/support/draw_log.hpp
//
// What every request of a run draws from, by site: the operations of a compiled model are replaced by ones that note
// the request's key, the operation's site and the key of the draw, and then do what they did.
//
// Order. A draw is a pure function of (key of the draw, site, law), so two runs whose logs agree drew the same.
// Not.   Not for two runs at once: operations are bare functions, so the log that they write to is a thread's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

struct LoggedDraw {
  Key draws = 0;
  std::int64_t work_ns = -1;  // the service that was drawn, where the operation is a visit to a station

  friend bool operator==(const LoggedDraw&, const LoggedDraw&) = default;
  friend auto operator<=>(const LoggedDraw&, const LoggedDraw&) = default;
};

struct DrawLog {
  // By (request, site), in the order drawn.
  std::map<std::pair<Key, Key>, std::vector<LoggedDraw>> draws;
  // By request: when it came, and its attributes then.
  std::map<Key, std::int64_t> arrived_ns;
  std::map<Key, std::vector<double>> attributes;
};

// Runs one replication and logs it.
[[nodiscard]] DrawLog log_draws(load::Loaded loaded, const RunSettings& settings = {});

// What differs between the two for requests and sites that both have; "" if nothing does. Where one of them draws more
// often (a retry), what the other draws must all be among it.
[[nodiscard]] std::string difference(const DrawLog& a, const DrawLog& b);
// How many draws the two have in common.
[[nodiscard]] std::size_t common_draws(const DrawLog& a, const DrawLog& b);

}  // namespace loadstone::test
