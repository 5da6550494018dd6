// A stream in Redis: entries that every consumer group reads once.
#include <map>

#include "sim/engine/scopes.hpp"
#include "sim/primitive/stream_log.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/queue.hpp"

namespace loadstone {

namespace {

struct StreamSpec {
  std::optional<std::int64_t> maxlen;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<StreamSpec>().field(
      "maxlen", &StreamSpec::maxlen, "Entries that it keeps, read or not (MAXLEN of every XADD). Absent: all.",
      {.bounds = {.min = 1, .max = 1e12}});
  return table;
}

Progress op_append(Simulation& simulation, Request&, const Op& op) {
  simulation.resource<StreamLog>(op.target).append();
  return Progress::next;
}

class BuiltStream final : public BuiltResource, public Publishable, public MessageSource {
 public:
  BuiltStream(const ResourceSpec& resource_spec, ResourceIndex log, CommandServer& server)
      : BuiltResource(resource_spec), log_(log), server_(server) {}

  // The entry is there for all groups when the command has been executed.
  void lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                     const std::optional<SizeLaw>& bytes) override {
    if (groups_.empty()) {
      lowerer.diagnostics().warning(spec.place, "resource '" + spec.name + "': no worker reads this stream");
    }
    const std::uint32_t over = lowerer.emit({.execute = &op_jump});
    for (const auto& [name, line] : groups_) {
      line.lower_jobs(lowerer, flow);
    }
    lowerer.land(over);
    server_.lower_key(lowerer, hash_text(spec.name), {});
    const std::uint32_t first = lowerer.here();
    server_.lower_request(lowerer, 1, "xadd");
    lowerer.emit({.execute = &op_append, .target = log_});
    for (const auto& [name, line] : groups_) {
      line.lower_publish(lowerer, flow, bytes, "publish." + name);
    }
    lowerer.served_since(first);
    server_.lower_reply(lowerer, "xadd");
  }

  MessageLine* line_of(const ResourceSpec& worker, const std::optional<std::string>& group,
                       ModelBuilder& builder) override {
    if (!group) {
      builder.diagnostics().error(worker.place, "resource '" + worker.name + "': missing key 'group'",
                                  {"the consumer group in which it reads '" + spec.name + "'"});
      return nullptr;
    }
    MessageLine& line = groups_[*group];
    if (line.plan == nullptr) {
      line.plan = &builder.add(std::make_unique<MessageQueuePlan>(), spec, *group);
      line.plan->max_length = spec.as<StreamSpec>().maxlen;
    }
    return &line;
  }

  void lower_taking(Lowerer& lowerer) override {
    server_.lower_key(lowerer, hash_text(spec.name), {});
    server_.lower_command(lowerer, 2, "xreadgroup");
  }
  [[nodiscard]] bool keeps_failures() const override { return true; }

 private:
  ResourceIndex log_;
  CommandServer& server_;
  std::map<std::string, MessageLine> groups_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!spec.server) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': missing key 'server'",
                                {"the redis that keeps the stream"});
    return nullptr;
  }
  auto* server = builder.resource_that_can<CommandServer>(*spec.server, "take commands");
  auto& log = builder.add(std::make_unique<StreamLogPlan>(), spec);
  if (spec.as<StreamSpec>().maxlen) {
    log.capacity = static_cast<double>(*spec.as<StreamSpec>().maxlen);
  }
  if (server == nullptr) {
    return nullptr;
  }
  return std::make_unique<BuiltStream>(spec, log.row, *server);
}

}  // namespace

const ResourceKind& stream_kind() {
  static const ResourceKind kind{
      "stream", "A stream in Redis: entries that every consumer group reads once.", fields, {"server"}, build};
  return kind;
}

}  // namespace loadstone
