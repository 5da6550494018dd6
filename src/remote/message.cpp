#include "src/remote/message.hpp"

#include "src/store/run_bytes.hpp"
#include "src/store/values.hpp"

namespace loadstone {

// Beside the structs, where values.hpp looks for them.
template <class Archive>
void value(Archive& archive, store::Is<SimTime> auto& time) {
  store::value(archive, time.ns);
}
template <class Archive>
void value(Archive& archive, store::Is<Duration> auto& duration) {
  store::value(archive, duration.ns);
}

void value(store::ByteWriter& out, const std::shared_ptr<const std::string>& text) {
  store::value(out, *text);
}
void value(store::ByteReader& in, std::shared_ptr<const std::string>& text) {
  std::string own;
  store::value(in, own);
  text = std::make_shared<const std::string>(std::move(own));
}

template <class Archive>
void value(Archive& archive, store::Is<Recipe> auto& recipe) {
  auto& [topology, workload, topology_path, workload_path, set, side_files] = recipe;
  store::values(archive, topology, workload, topology_path, workload_path, set);
  if constexpr (std::is_same_v<Archive, store::ByteWriter>) {
    archive.number(side_files.size());
  } else {
    side_files.resize(archive.length());
  }
  for (auto& [path, text] : side_files) {
    store::value(archive, path);
    value(archive, text);
  }
}

template <class Archive>
void value(Archive& archive, store::Is<RunSettings> auto& settings) {
  // engine and give_up stay where they are
  auto& [seed, replication, load, measure_from, measure_until, drain, expected_values, everything_relieved,
         free_transfers, relieved, note_ends, engine, give_up] = settings;
  static_cast<void>(engine);
  static_cast<void>(give_up);
  store::values(archive, seed, replication, load, measure_from, measure_until, drain, expected_values,
                everything_relieved, free_transfers, relieved, note_ends);
}

template <class Archive>
void value(Archive& archive, store::Is<Horizon> auto& horizon) {
  auto& [warmup, end, blocks, drain] = horizon;
  store::values(archive, warmup, end, blocks, drain);
}

template <class Archive>
void value(Archive& archive, store::Is<RequestEnd> auto& end) {
  auto& [key, at, flow, error] = end;
  store::values(archive, key, at, flow, error);
}

}  // namespace loadstone

namespace loadstone::remote {

template <class Archive>
void value(Archive& archive, store::Is<PlatformFile> auto& platform) {
  auto& [path, text] = platform;
  store::values(archive, path, text);
}

template <class Archive>
void value(Archive& archive, store::Is<Order> auto& order) {
  auto& [recipe, held_until, settings, horizon, platform, asks_for_hosts] = order;
  store::values(archive, recipe, held_until, settings, horizon, platform, asks_for_hosts);
}

std::string to_bytes(const Order& order) {
  return store::written(order);
}

Order order_of(std::string_view bytes) {
  return store::read_whole<Order>(bytes);
}

std::string to_bytes(const Answer& answer) {
  store::ByteWriter out;
  store::value(out, answer.index());
  if (const auto* failure = std::get_if<Failure>(&answer)) {
    store::values(out, failure->why, failure->is_of_input);
  } else if (const auto* hosts = std::get_if<std::vector<std::string>>(&answer)) {
    store::value(out, *hosts);
  } else {
    store::FinishedRun run;
    run.observed = std::get<Observations>(answer);
    store::value(out, store::to_bytes(run));
    store::value(out, run.observed.ends);
  }
  return out.take();
}

Answer answer_of(std::string_view bytes) {
  store::ByteReader in(bytes);
  std::size_t which = 0;
  store::value(in, which);
  Answer answer;
  if (which == 1) {
    auto& failure = answer.emplace<Failure>();
    store::values(in, failure.why, failure.is_of_input);
  } else if (which == 2) {
    store::value(in, answer.emplace<std::vector<std::string>>());
  } else {
    std::string run;
    store::value(in, run);
    auto& observed = answer.emplace<Observations>(store::finished_run_of(run).observed);
    store::value(in, observed.ends);
  }
  in.expect_end();
  return answer;
}

}  // namespace loadstone::remote
