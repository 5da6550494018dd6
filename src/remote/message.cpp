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
  auto& [seed, replication, load, measure_from, measure_until, drain, expected_values, everything_relieved, relieved,
         note_ends, engine, give_up] = settings;
  static_cast<void>(engine);
  static_cast<void>(give_up);
  store::values(archive, seed, replication, load, measure_from, measure_until, drain, expected_values,
                everything_relieved, relieved, note_ends);
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
void value(Archive& archive, store::Is<Order> auto& order) {
  auto& [recipe, held_until, settings, horizon] = order;
  store::values(archive, recipe, held_until, settings, horizon);
}

std::string to_bytes(const Order& order) {
  return store::written(order);
}

Order order_of(std::string_view bytes) {
  return store::read_whole<Order>(bytes);
}

std::string to_bytes(const Answer& answer) {
  store::ByteWriter out;
  store::value(out, answer.index() == 1);
  if (const auto* why = std::get_if<std::string>(&answer)) {
    store::value(out, *why);
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
  bool is_failure = false;
  std::string body;
  store::values(in, is_failure, body);
  if (is_failure) {
    in.expect_end();
    return body;
  }
  Observations observed = store::finished_run_of(body).observed;
  store::value(in, observed.ends);
  in.expect_end();
  return observed;
}

}  // namespace loadstone::remote
