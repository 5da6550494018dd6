#include "sim/run/deadlock.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace loadstone {

namespace {

bool has_timer(const Request& request) {
  return request.wait.patience.is_set() ||
         std::any_of(request.frames.begin(), request.frames.end(), [](const Frame& f) { return f.timer.is_set(); });
}

// Whether a request of the tree can still let time end what it does.
bool is_lively(const Request& request) {
  return (request.wait.at == nullptr && request.first_branch == nullptr) || has_timer(request);
}

}  // namespace

// A request is live if it is not in a line, has a timer, or waits for a member that a live request holds a unit of (or
// of which nobody here holds one). What is not live when nothing changes any more is deadlocked.
std::string find_deadlock(const Simulation& simulation) {
  std::unordered_map<const Member*, std::vector<const Request*>> holders;
  std::vector<const Request*> stuck;
  for (const Request* r = simulation.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    for (const Hold& hold : r->holds) {
      holders[hold.member].push_back(r);
    }
    if (!is_lively(*r)) {
      stuck.push_back(r);
    }
  }
  std::unordered_set<const Request*> dead(stuck.begin(), stuck.end());
  const auto can_go_on = [&](const Request* r) {
    if (r->first_branch != nullptr) {
      for (const Request* b = r->first_branch; b != nullptr; b = b->next_branch) {
        if (dead.count(b) == 0) {
          return true;
        }
      }
      return false;
    }
    const auto at = holders.find(r->wait.member);
    return at == holders.end() ||
           std::any_of(at->second.begin(), at->second.end(), [&](const Request* h) { return dead.count(h) == 0; });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const Request*& r : stuck) {
      if (r != nullptr && can_go_on(r)) {
        dead.erase(r);
        r = nullptr;
        changed = true;
      }
    }
  }
  const auto first =
      std::find_if(stuck.begin(), stuck.end(), [](const Request* r) { return r != nullptr && r->wait.at != nullptr; });
  if (first == stuck.end()) {
    return "";
  }
  const Model& model = simulation.model();
  const Request& waiter = **first;
  std::string message = "deadlock: " + std::to_string(dead.size()) + " requests wait for each other for ever; a '" +
                        model.flows[waiter.flow].name + "' waits for '" + model.resources[waiter.wait.at->row()]->name +
                        "'";
  const Request& holder = *holders[waiter.wait.member].front();
  message += ", held by a '" + model.flows[holder.flow].name + "'";
  if (holder.wait.at != nullptr) {
    message += " that itself waits for '" + model.resources[holder.wait.at->row()]->name + "'";
  }
  return message + " (no timeout will end this)";
}

}  // namespace loadstone
