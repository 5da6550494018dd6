#include "sim/spec/error_names.hpp"

#include <algorithm>

namespace loadstone {

const std::vector<std::string_view>& error_names() {
  static const std::vector<std::string_view> names{"account_empty",
                                                   "account_full",
                                                   "backlog_full",
                                                   "budget_exceeded",
                                                   "cancelled",
                                                   "circuit_open",
                                                   "connection_lost",
                                                   "context_too_long",
                                                   "cross_slot",
                                                   "deadlock_detected",
                                                   "interrupted",
                                                   "job_timeout",
                                                   "llm_timeout",
                                                   "lock_not_available",
                                                   "lock_timeout",
                                                   "max_client_conn",
                                                   "max_clients_reached",
                                                   "not_a_job",
                                                   "out_of_memory",
                                                   "patience",
                                                   "pool_timeout",
                                                   "publish_rejected",
                                                   "query_wait_timeout",
                                                   "queue_full",
                                                   "rate_limited",
                                                   "rate_limited_429",
                                                   "replaced",
                                                   "semaphore_timeout",
                                                   "server_busy",
                                                   "server_error",
                                                   "service_unavailable",
                                                   "stale_token",
                                                   "statement_timeout",
                                                   "timeout",
                                                   "too_many_clients",
                                                   "too_many_connections",
                                                   "too_many_requests",
                                                   "unavailable",
                                                   "worker_connections_not_enough",
                                                   "worker_lost"};
  return names;
}

namespace {

struct Use {
  std::string_view name;
  Place place;
};

struct Names {
  std::vector<std::string_view> known = error_names();
  std::vector<Use> used;

  void collect(const Node& node) {
    for (const Node& item : node.items) {
      collect(item);
    }
    for (const Entry& entry : node.entries) {
      if (entry.key == "fail") {
        const Node* error = entry.value.is_mapping() ? entry.value.find("error") : &entry.value;
        if (error != nullptr && error->is_scalar()) {
          known.push_back(error->text);
        }
      } else if (entry.key == "on_error") {
        for (const Entry& handler : entry.value.entries) {
          used.push_back({handler.key, handler.place});
        }
      } else if (entry.key == "ignoreExceptions") {
        collect_listed(entry.value);
      } else if (const Node* errors = entry.key == "retry" ? entry.value.find("errors") : nullptr) {
        collect_listed(*errors);
      }
      collect(entry.value);
    }
  }

  // A name or a list of names.
  void collect_listed(const Node& errors) {
    if (errors.is_scalar()) {
      used.push_back({errors.text, errors.place});
    }
    for (const Node& item : errors.items) {
      if (item.is_scalar()) {
        used.push_back({item.text, item.place});
      }
    }
  }
};

}  // namespace

void check_error_names(Reader& reader, std::initializer_list<const Node*> nodes) {
  Names names;
  for (const Node* node : nodes) {
    if (node != nullptr) {
      names.collect(*node);
    }
  }
  names.known.push_back("any");
  std::sort(names.known.begin(), names.known.end());
  names.known.erase(std::unique(names.known.begin(), names.known.end()), names.known.end());
  for (const Use& use : names.used) {
    if (!std::binary_search(names.known.begin(), names.known.end(), use.name)) {
      reader.error(use.place, "unknown error '" + std::string(use.name) + "'", choices(use.name, names.known));
    }
  }
}

}  // namespace loadstone
