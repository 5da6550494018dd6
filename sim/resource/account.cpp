// An account: a level of rows, bytes or dollars that requests fill and empty, and that a reaper may keep down.
#include "sim/primitive/account.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

enum class Unit : std::uint8_t { count, rows, bytes, usd };
enum class Expired : std::uint8_t { vanish, stay };

struct AccountSpec {
  Unit unit = Unit::count;
  std::optional<Quantity> capacity;
  std::optional<Quantity> soft;
  std::optional<Quantity> initial;
  std::optional<Quantity> entry;
  std::optional<Duration> ttl;
  Expired expired = Expired::vanish;
  OnFull on_full = OnFull::refuse;
};

template <std::optional<Quantity> AccountSpec::*kMember>
bool read_amount(Reader& reader, const Node& node, AccountSpec& out) {
  return reader.read_quantity(node, {}, {kNumber, kBytes, kMoney}, (out.*kMember).emplace());
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<AccountSpec>()
          .choice("unit", &AccountSpec::unit, "What it counts.",
                  {.default_text = "count", .choices = {"count", "rows", "bytes", "usd"}})
          .custom<AccountSpec>("capacity", "What fits in: 5000, 8GiB, $5, by its unit. Absent: no limit.",
                               read_amount<&AccountSpec::capacity>, {.optional = true})
          .custom<AccountSpec>("soft", "The level from which `soft_model` of an llm step is called. Absent: none.",
                               read_amount<&AccountSpec::soft>, {.optional = true})
          .custom<AccountSpec>("initial", "What is in it at the start. Absent: nothing.",
                               read_amount<&AccountSpec::initial>, {.optional = true})
          .custom<AccountSpec>("entry", "The size of one entry. Absent: 1 for counts and rows.",
                               read_amount<&AccountSpec::entry>, {.optional = true})
          .field("ttl", &AccountSpec::ttl, "How long an entry lives, unless the put says otherwise. Absent: for ever.",
                 {.bounds = {.above_min = true}})
          .choice("expired", &AccountSpec::expired,
                  "What has outlived its ttl vanishes by itself, or stays until `reap` takes it.",
                  {.default_text = "vanish", .choices = {"vanish", "stay"}})
          .choice("on_full", &AccountSpec::on_full,
                  "A put that does not fit fails with `account_full`, waits, is lost without an error, makes room by "
                  "taking "
                  "out what is due first, or fails and takes everything with it.",
                  {.default_text = "refuse", .choices = {"refuse", "evict", "block", "drop", "crash"}});
  return table;
}

// --- operations ---------------------------------------------------------------------------------------------------

std::int64_t whole_units(double units) {
  constexpr double kMost = 4e18;
  return static_cast<std::int64_t>(std::clamp(units + 0.5, 0.0, kMost));
}

struct EntriesPlan {
  ResourceIndex account = 0;
  Drawn amount;
  double units = 1;  // of one
  std::optional<Duration> ttl;
};

std::int64_t units_of(const Simulation& simulation, const Request& request, const EntriesPlan& plan, Key site) {
  return whole_units(plan.amount.value(simulation, request, site) * plan.units);
}

Progress op_put(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const EntriesPlan*>(op.plan);
  const std::int64_t units = units_of(simulation, request, plan, op.site);
  return simulation.resource<Account>(plan.account).put(request, units, plan.ttl);
}

Progress op_take(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const EntriesPlan*>(op.plan);
  return simulation.resource<Account>(plan.account).take(request, units_of(simulation, request, plan, op.site));
}

// Reaping. The frame counts: a batches begun.
struct ReapPlan {
  ResourceIndex account = 0;
  std::int64_t entry = 1;
  std::int64_t batch = 1;
  Duration pause;
  Drawn row_time;
  Key row_time_site = 0;
  // attributes: rows of the present batch, the time they take, and what had been reaped when it began
  std::uint16_t rows = 0;
  std::uint16_t work = 0;
  std::uint16_t before = 0;
  std::uint32_t loop = 0;
};

const ReapPlan& reap_plan(const Op& op) {
  return *static_cast<const ReapPlan*>(op.plan);
}

Progress op_reap(Simulation&, Request& request, const Op& op) {
  push_frame(request, op);
  return Progress::next;
}

// How many rows this batch has and how long they take.
Progress op_reap_batch(Simulation& simulation, Request& request, const Op& op) {
  const ReapPlan& plan = reap_plan(op);
  const std::int64_t due = simulation.resource<Account>(plan.account).due(request);
  const auto rows = static_cast<double>(std::min(plan.batch, due / plan.entry + (due % plan.entry == 0 ? 0 : 1)));
  request.attributes[plan.rows] = rows;
  request.attributes[plan.work] = rows * plan.row_time.value(simulation, request, plan.row_time_site);
  request.attributes[plan.before] = static_cast<double>(simulation.resource<Account>(plan.account).reaped(request));
  return Progress::next;
}

Progress op_reap_delay(Simulation& simulation, Request& request, const Op& op) {
  const Duration time = whole_ns(request.attributes[reap_plan(op).work]);
  simulation.doing(request, Doing::served, reap_plan(op).account);
  simulation.wake_at(request, simulation.now() + time, Phase::wake);
  return Progress::waits;
}

// Rows that another reaper has deleted meanwhile are no longer there: both had chosen the same.
Progress op_reap_commit(Simulation& simulation, Request& request, const Op& op) {
  const ReapPlan& plan = reap_plan(op);
  auto& account = simulation.resource<Account>(plan.account);
  const auto chosen = static_cast<std::int64_t>(request.attributes[plan.rows]) * plan.entry;
  const auto gone = account.reaped(request) - static_cast<std::int64_t>(request.attributes[plan.before]);
  account.reap(request, std::max<std::int64_t>(0, chosen - gone));
  return Progress::next;
}

// Another batch after a pause, or the end.
Progress op_reap_next(Simulation& simulation, Request& request, const Op& op) {
  const ReapPlan& plan = reap_plan(op);
  if (simulation.resource<Account>(plan.account).due(request) == 0) {
    return Progress::next;
  }
  Frame& frame = request.frames.back();
  request.draws = combine(frame.saved_draws, op.site + static_cast<std::uint64_t>(++frame.a));
  request.pc = &simulation.model().program[plan.loop];
  simulation.wake_at(request, simulation.now() + plan.pause, Phase::wake);
  return Progress::waits;
}

// --- the built side -----------------------------------------------------------------------------------------------

class BuiltAccount final : public BuiltResource, public Stock {
 public:
  BuiltAccount(const ResourceSpec& resource_spec, ResourceIndex row, std::optional<std::int64_t> entry)
      : BuiltResource(resource_spec), row_(row), entry_(entry) {}

  void lower_put(Lowerer& lowerer, const PutWork& work) override {
    if (work.count && work.size) {
      lowerer.error("'put' has a 'count' of entries or a 'size', not both");
      return;
    }
    if (work.size && spec.as<AccountSpec>().unit != Unit::bytes) {
      lowerer.error("'size' is in bytes, which account '" + spec.name + "' does not count");
      return;
    }
    if (!work.size && !has_entry(lowerer)) {
      return;
    }
    EntriesPlan plan{row_, one(), entry_units(), work.ttl};
    if (work.size) {
      plan.amount = lowerer.drawn(*work.size);
      plan.units = 1;
    } else if (work.count) {
      plan.amount = lowerer.drawn(*work.count);
    }
    lowerer.emit({.execute = &op_put, .plan = lowerer.builder().keep(plan)}, "put");
  }

  void lower_take(Lowerer& lowerer, const CountLaw& count) override {
    if (has_entry(lowerer)) {
      const EntriesPlan plan{row_, lowerer.drawn(count), entry_units(), {}};
      lowerer.emit({.execute = &op_take, .plan = lowerer.builder().keep(plan)}, "take");
    }
  }

  void lower_reap(Lowerer& lowerer, const ReapWork& work) override {
    if (!has_entry(lowerer)) {
      return;
    }
    const std::string attribute = "reap of " + spec.name;
    ReapPlan plan{.account = row_,
                  .entry = *entry_,
                  .batch = work.batch,
                  .pause = work.pause,
                  .row_time = lowerer.drawn(work.row_time),
                  .row_time_site = lowerer.site("reap.row_time"),
                  .rows = lowerer.builder().declare_attribute("rows of the " + attribute),
                  .work = lowerer.builder().declare_attribute(attribute),
                  .before = lowerer.builder().declare_attribute("reaped before the " + attribute)};
    const std::uint32_t begin = lowerer.emit({.execute = &op_reap}, "reap");
    plan.loop = lowerer.here();
    const ReapPlan* kept = lowerer.builder().keep(plan);
    lowerer.builder().model().program[begin].plan = kept;
    lower_batch(lowerer, work, kept, attribute);
    lowerer.emit({.execute = &op_reap_next, .plan = kept}, "reap");
    lowerer.emit({.execute = &op_scope_end});
  }

  [[nodiscard]] std::optional<ResourceIndex> dollars() const override {
    return spec.as<AccountSpec>().unit == Unit::usd ? std::optional(row_) : std::nullopt;
  }

 private:
  static Drawn one() { return {Distribution::constant(1), -1}; }
  [[nodiscard]] double entry_units() const { return static_cast<double>(entry_.value_or(1)); }

  bool has_entry(Lowerer& lowerer) const {
    if (!entry_) {
      lowerer.error("account '" + spec.name + "' needs the size of an 'entry' to count entries");
    }
    return entry_.has_value();
  }

  // The rows go when the batch is committed, with the connection still held.
  void lower_batch(Lowerer& lowerer, const ReapWork& work, const ReapPlan* plan, const std::string& attribute) const {
    if (!work.pool) {
      lowerer.emit({.execute = &op_reap_batch, .plan = plan});
      lowerer.emit({.execute = &op_reap_delay, .plan = plan});
      lowerer.emit({.execute = &op_reap_commit, .plan = plan});
      return;
    }
    auto* source = lowerer.builder().resource_that_can<ConnectionSource>(*work.pool, "give connections");
    auto* held = dynamic_cast<Holdable*>(lowerer.builder().resource(*work.pool));
    if (source == nullptr || held == nullptr) {
      return;
    }
    QueryWork query;
    query.cpu.attribute = attribute;
    query.io.distribution = Distribution::constant(0);
    query.commit = true;
    query.write = true;
    held->lower_acquire(lowerer, 1, std::nullopt, true);
    lowerer.emit({.execute = &op_reap_batch, .plan = plan});
    const std::uint32_t first = lowerer.here();
    source->connects_to()->lower_query(lowerer, query);
    lowerer.emit({.execute = &op_reap_commit, .plan = plan});
    lowerer.served_since(first);
    held->lower_release(lowerer, true);
  }

  ResourceIndex row_;
  std::optional<std::int64_t> entry_;
};

// In the account's units: one, a byte, or a nano-dollar. Reports another dimension.
std::optional<std::int64_t> units_of(const std::optional<Quantity>& amount, std::string_view key,
                                     const ResourceSpec& spec, ModelBuilder& builder) {
  if (!amount) {
    return std::nullopt;
  }
  const Unit unit = spec.as<AccountSpec>().unit;
  const Dimension wanted = unit == Unit::bytes ? kBytes : unit == Unit::usd ? kMoney : kNumber;
  if (amount->dim != wanted && amount->value != 0) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': '" + std::string(key) +
                                                        "' must be " + describe(wanted) + ", as its 'unit' says");
    return std::nullopt;
  }
  return whole_units(amount->value * (unit == Unit::usd ? 1e9 : 1));
}

void check(const ResourceSpec& spec, const AccountPlan& plan, ModelBuilder& builder) {
  const auto complain = [&](const std::string& message) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': " + message);
  };
  if (plan.soft && *plan.soft > plan.limit) {
    builder.diagnostics().error(spec.place_of("soft"), "resource '" + spec.name + "': 'soft' is more than 'capacity'");
  }
  if (plan.initial > plan.limit) {
    complain("'initial' is more than 'capacity'");
  }
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& account = spec.as<AccountSpec>();
  auto& plan = builder.add(std::make_unique<AccountPlan>(), spec);
  if (const auto capacity = units_of(account.capacity, "capacity", spec, builder)) {
    plan.limit = *capacity;
    plan.capacity = static_cast<double>(*capacity);
  }
  plan.soft = units_of(account.soft, "soft", spec, builder);
  plan.initial = units_of(account.initial, "initial", spec, builder).value_or(0);
  plan.ttl = account.ttl;
  plan.stays = account.expired == Expired::stay;
  plan.on_full = account.on_full;
  if (plan.on_full == OnFull::evict || plan.on_full == OnFull::crash) {
    plan.emptied = builder.mark(spec.name + (plan.on_full == OnFull::evict ? ".evictions" : ".crashes"));
  }
  plan.full = builder.error("account_full");
  plan.empty = builder.error("account_empty");
  plan.member_attributes = builder.member_attributes(spec);
  check(spec, plan, builder);
  auto entry = units_of(account.entry, "entry", spec, builder);
  if (!entry && (account.unit == Unit::count || account.unit == Unit::rows)) {
    entry = 1;
  }
  if (entry && *entry < 1) {
    builder.diagnostics().error(spec.place_of("entry"), "resource '" + spec.name + "': 'entry' must be above 0");
  }
  return std::make_unique<BuiltAccount>(spec, plan.row, entry);
}

}  // namespace

const ResourceKind& account_kind() {
  static const ResourceKind kind{
      "account", "A level of rows, bytes or dollars that requests fill and empty.", fields, {"in", "per"}, build};
  return kind;
}

}  // namespace loadstone
