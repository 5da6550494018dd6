// trace: requests at the times that a file says.
#include <cmath>

#include "sim/engine/interrupt.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/executor/executors.hpp"
#include "sim/executor/request_plan.hpp"
#include "sim/executor/trace_rows.hpp"
#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

struct Trace {
  std::shared_ptr<const TraceRows> rows;
  std::optional<Duration> duration;
};

bool read_rows(Reader& reader, const Node& node, Trace& trace) {
  FileText file;
  if (!reader.read(node, {}, file)) {
    return false;
  }
  auto rows = parse_trace(file, reader.diagnostics());
  if (rows) {
    trace.rows = std::make_shared<const TraceRows>(std::move(*rows));
  }
  return rows.has_value();
}

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<Trace>();
    t.custom<Trace>("trace", "A CSV file, relative to this one: time, flow (optional), attributes.", read_rows);
    t.field("duration", &Trace::duration, "When the scenario ends; absent: with the last row.",
            {.bounds = {.above_min = true}});
    return t;
  }();
  return table;
}

struct TracePlan : SourcePlan {
  [[nodiscard]] std::unique_ptr<Source> instantiate(Simulation& simulation) const override;

  std::shared_ptr<const TraceRows> rows;
  Duration start;
  std::optional<Duration> graceful_stop;
  ErrorId interrupted = kNoError;
  std::vector<FlowId> flows;                     // by the trace's index
  std::vector<std::uint16_t> slots;              // by column
  std::vector<std::vector<double>> text_values;  // by column: what stands for each text
  RequestPlan requests;
};

class TraceSource final : public Source {
 public:
  TraceSource(Simulation& simulation, const TracePlan& plan)
      : simulation_(simulation),
        plan_(plan),
        rows_(*plan.rows),
        key_(simulation.key_of("scenario " + plan.name)),
        stops_at_(plan.stops_at(simulation, true)) {}

  void start() override {
    schedule_next();
    if (plan_.graceful_stop) {
      simulation_.kernel().schedule(SimTime{} + plan_.end + *plan_.graceful_stop, Phase::expire,
                                    {[](void* self, std::uint64_t) {
                                       TraceSource& source = *static_cast<TraceSource*>(self);
                                       interrupt_all(source.simulation_, self, source.plan_.interrupted);
                                     },
                                     this, 0});
    }
  }

 private:
  void schedule_next() {
    if (next_ == rows_.rows.size()) {
      return;
    }
    const SimTime when = SimTime{} + plan_.start + rows_.rows[next_].at;
    if (when < stops_at_) {
      simulation_.kernel().schedule(
          when, Phase::arrival,
          {[](void* self, std::uint64_t) { static_cast<TraceSource*>(self)->arrive(); }, this, 0});
    }
  }

  void arrive() {
    const std::size_t index = next_++;
    schedule_next();
    const TraceRows::Row& row = rows_.rows[index];
    const Key key = combine(key_, row.line);
    given_.assign(plan_.requests.defaults.size(), std::nan(""));
    for (std::size_t column = 0; column < rows_.columns.size(); ++column) {
      const double value = rows_.cell(index, column);
      const std::vector<double>& texts = plan_.text_values[column];
      given_[plan_.slots[column]] = texts.empty() || std::isnan(value) ? value : texts[static_cast<std::size_t>(value)];
    }
    plan_.requests.draw(key, key, values_, &given_);
    simulation_.start(
        {.flow = row.flow < 0 ? plan_.requests.flow_of(key) : plan_.flows[static_cast<std::size_t>(row.flow)],
         .key = key,
         .number = row.line,
         .attributes = &values_,
         .ending = {&TraceSource::on_end, this, 0}});
  }

  static void on_end(void*, std::uint64_t, Request&) {}

  Simulation& simulation_;
  const TracePlan& plan_;
  const TraceRows& rows_;
  Key key_;
  SimTime stops_at_;
  std::size_t next_ = 0;
  std::vector<double> given_;
  std::vector<double> values_;
};

std::unique_ptr<Source> TracePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<TraceSource>(simulation, *this);
}

void declare(const ScenarioSpec& spec, ModelBuilder& builder) {
  for (const std::string& flow : spec.as<Trace>().rows->flows) {
    builder.starts(flow);
  }
  for (const TraceRows::Column& column : spec.as<Trace>().rows->columns) {
    builder.declare_attribute(column.name, column.type);
    const Type& type = builder.attribute_types().find(column.name)->second;
    if (type.kind != column.type.kind) {
      builder.diagnostics().error(column.place, "column '" + column.name + "' has " + describe(column.type) +
                                                    ", but attribute '" + column.name + "' is " + describe(type));
    }
  }
}

void link_flows(const ScenarioSpec& spec, ModelBuilder& builder, TracePlan& plan) {
  const TraceRows& rows = *plan.rows;
  const Topology& topology = builder.topology();
  for (std::size_t i = 0; i < rows.flows.size(); ++i) {
    const FlowSpec* flow = topology.find_flow(rows.flows[i]);
    if (flow == nullptr) {
      std::vector<std::string_view> known;
      for (const FlowSpec& f : topology.flows) {
        known.push_back(f.name);
      }
      builder.diagnostics().error(rows.flow_places[i], "the topology has no flow '" + rows.flows[i] + "'",
                                  choices(rows.flows[i], known));
    } else {
      plan.flows.push_back(static_cast<FlowId>(flow - topology.flows.data()));
    }
  }
  if (!spec.exec.empty()) {
    return;
  }
  for (const TraceRows::Row& row : rows.rows) {
    if (row.flow < 0) {
      builder.diagnostics().error({rows.file, row.line, 1},
                                  "no flow is given, and scenario '" + spec.name + "' has no 'exec'");
      return;
    }
  }
}

std::unique_ptr<SourcePlan> build(const ScenarioSpec& spec, ModelBuilder& builder) {
  const auto& trace = spec.as<Trace>();
  auto plan = std::make_unique<TracePlan>();
  plan->rows = trace.rows;
  plan->start = spec.start_time;
  plan->graceful_stop = spec.graceful_stop;
  plan->interrupted = spec.graceful_stop ? builder.error("interrupted") : kNoError;
  // A request that arrives at the end of measurement is not sampled; the last row is to be.
  plan->end = plan->start + trace.duration.value_or(trace.rows->rows.back().at + Duration{1});
  link_flows(spec, builder, *plan);
  for (const TraceRows::Column& column : trace.rows->columns) {
    plan->slots.push_back(builder.attribute(column.name));
    std::vector<double>& values = plan->text_values.emplace_back();
    for (const std::string& text : column.texts) {
      values.push_back(builder.intern(text));
    }
  }
  plan->requests = plan_requests(spec, builder);
  return plan;
}

}  // namespace

const ExecutorKind& trace_executor() {
  static const ExecutorKind kind{"trace", "Requests at the times that a file says.", fields, false, build, true,
                                 declare};
  return kind;
}

}  // namespace loadstone
