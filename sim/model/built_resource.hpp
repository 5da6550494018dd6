// sim/model/built_resource.hpp
//
// A declared resource during compilation: which rows it has, and what steps can do with it. What a kind can do is told
// by the capability classes that it inherits; a step asks for the one that it needs and reports a kind that lacks it.
//
// Not. Nothing here exists at run time: capabilities emit operations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/drawn.hpp"
#include "sim/engine/request.hpp"
#include "sim/engine/resource.hpp"
#include "sim/primitive/row_locks.hpp"
#include "sim/spec/topology.hpp"

namespace loadstone {

class Lowerer;

class BuiltResource {
 public:
  explicit BuiltResource(const ResourceSpec& resource_spec) : spec(resource_spec) {}
  BuiltResource(const BuiltResource&) = delete;
  BuiltResource& operator=(const BuiltResource&) = delete;
  virtual ~BuiltResource() = default;

  const ResourceSpec& spec;
};

// A host during compilation.
struct BuiltHost {
  const HostSpec* spec = nullptr;
  ResourceIndex cpu = 0;
};

// `visit`: served for a time, after a wait.
class Visitable {
 public:
  virtual ~Visitable() = default;
  virtual void lower_visit(Lowerer& lowerer, const std::optional<TimeLaw>& service,
                           const std::optional<CountLaw>& priority) = 0;
};

// `hold`, `acquire`, `release`: units taken and given back.
class Holdable {
 public:
  virtual ~Holdable() = default;
  virtual void lower_acquire(Lowerer& lowerer, std::int64_t amount, const std::optional<CountLaw>& priority,
                             bool transaction) = 0;
  virtual void lower_release(Lowerer& lowerer, bool transaction) = 0;
};

// Where flows run: a service, or what stands before one.
class Runner {
 public:
  virtual ~Runner() = default;
  // The request comes in and goes out; between them its steps run in one process of the service.
  virtual void lower_enter(Lowerer& lowerer) = 0;
  virtual void lower_leave(Lowerer& lowerer) = 0;
  virtual void lower_cpu(Lowerer& lowerer, const TimeLaw& time) = 0;
  // Holds the event loop, if there is one, between the two.
  virtual void lower_block(Lowerer& lowerer) = 0;
  virtual void lower_unblock(Lowerer& lowerer) = 0;
  // The built service whose processes `in:` counts: itself, or the target.
  [[nodiscard]] virtual BuiltResource& service() = 0;
  [[nodiscard]] virtual double processes() const = 0;
};

// A row that a query locks until its transaction ends.
struct QueryLock {
  std::string table;
  CountLaw row;
  RowLockMode mode = RowLockMode::no_key_update;
};

// One query's work on a server.
struct QueryWork {
  TimeLaw cpu;
  TimeLaw io;
  bool commit = false;
  std::int64_t round_trips = 1;
  bool write = false;
  bool in_transaction = false;  // with others
  std::vector<QueryLock> locks = {};
  std::optional<SizeLaw> wal = {};
};

// What connections are opened to: Postgres, or PgBouncer before it.
class ConnectionServer {
 public:
  virtual ~ConnectionServer() = default;
  // Opens a connection: what it takes is held by the request until the pool takes it over.
  virtual void lower_connect(Lowerer& lowerer, const std::string& user, const std::string& database) = 0;
  // What a transaction (or a lone query) takes on the way and gives back at its end.
  virtual void lower_begin(Lowerer& lowerer, const std::string& user, const std::string& database) = 0;
  virtual void lower_end(Lowerer& lowerer, const std::string& user, const std::string& database) = 0;
  virtual void lower_query(Lowerer& lowerer, const QueryWork& work) = 0;
  // One round trip without work: a reset, a ping.
  virtual void lower_round_trip(Lowerer& lowerer, std::string_view site) = 0;
  // The row of which every connection takes a unit.
  [[nodiscard]] virtual ResourceIndex admission() const = 0;
  // The slots that a connection takes and nothing else, where that is so: for connections opened before any request.
  [[nodiscard]] virtual std::optional<ResourceIndex> connection_slots() const = 0;
  // Of a server in shards: the attribute that says to which of them a connection is. `pool` asks for it once, and has
  // it set before it lends a connection. Errors are reported.
  [[nodiscard]] virtual std::optional<std::uint16_t> shard(const ResourceSpec& /*pool*/) { return std::nullopt; }
  virtual void lower_choose_shard(Lowerer&) {}
};

// A pool of connections to a ConnectionServer.
class ConnectionSource {
 public:
  virtual ~ConnectionSource() = default;
  [[nodiscard]] virtual ConnectionServer* connects_to() = 0;
  [[nodiscard]] virtual const std::string& user() const = 0;
  [[nodiscard]] virtual const std::string& database() const = 0;
};

// `lock`: mutual exclusion with a time to live.
class Lockable {
 public:
  virtual ~Lockable() = default;
  virtual void lower_lock(Lowerer& lowerer) = 0;
  virtual void lower_unlock(Lowerer& lowerer) = 0;
  // A write to what the lock protects takes effect here, if its token is not an old one.
  virtual void lower_fence(Lowerer& lowerer) = 0;
};

// Takes commands: Redis. A command takes effect when it has been executed; its answer is on the way back after that.
class CommandServer {
 public:
  virtual ~CommandServer() = default;
  // `commands` of them, one after the other, sent together; `what` names their draws within the step.
  void lower_command(Lowerer& lowerer, double commands, std::string_view what = "command");
  // The commands that follow are about one key, that of this name and these attributes, or about any: in a cluster they
  // go to its shard.
  virtual void lower_key(Lowerer& lowerer, Key name, const std::vector<std::uint16_t>& attributes) = 0;
  virtual void lower_any_key(Lowerer& lowerer, std::string_view what) = 0;
  // The two parts of a command, up to its effect and from there.
  virtual void lower_request(Lowerer& lowerer, double commands, std::string_view what) = 0;
  virtual void lower_reply(Lowerer& lowerer, std::string_view what) = 0;
  // How long the second part takes, drawn at the site called `what` + ".rtt".
  [[nodiscard]] virtual Drawn reply_time() const = 0;
};

// `cache`: a lookup that may miss.
class Cacheable {
 public:
  virtual ~Cacheable() = default;
  // Goes on behind it after a miss; the operation that it returns is to land where a hit goes on.
  virtual std::uint32_t lower_lookup(Lowerer& lowerer) = 0;
  virtual void lower_store(Lowerer& lowerer) = 0;
};

// `pass`: lets requests through, or not.
class Passable {
 public:
  virtual ~Passable() = default;
  virtual void lower_pass(Lowerer& lowerer, const CountLaw& cost) = 0;
};

// `pass .. do`: lets requests through, or not, by how what they did there ended before.
class Guard {
 public:
  virtual ~Guard() = default;
  virtual void lower_guard(Lowerer& lowerer) = 0;
  virtual void lower_guard_end(Lowerer& lowerer) = 0;
};

// `retry: {budget}`: says how many retries there may be.
class RetryLimiting {
 public:
  virtual ~RetryLimiting() = default;
  [[nodiscard]] virtual ResourceIndex budget() const = 0;
};

}  // namespace loadstone
