#include "src/simgrid/platform.hpp"

#include <simgrid/kernel/routing/NetZoneImpl.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace loadstone::simgrid_engine {

namespace s4u = simgrid::s4u;

namespace {

constexpr double kFlops = 1e9;  // a second, of a core
constexpr double kBytesPerNs = 1024;

// Engine's constructor wants main()'s arguments, from which it takes its own: it gets none.
s4u::Engine make_engine() {
  static std::array<char, 10> name{"loadstone"};
  static std::array<char*, 2> arguments{name.data(), nullptr};
  int count = 1;
  return s4u::Engine(&count, arguments.data());
}

std::uint64_t who_of(const s4u::Activity& activity) {
  return reinterpret_cast<std::uint64_t>(activity.get_data<void>());
}
void set_who(s4u::Activity& activity, std::uint64_t who) {
  activity.set_data(reinterpret_cast<void*>(who));
}

}  // namespace

Platform::Platform(std::function<void(std::uint64_t)> on_done) : on_done_(std::move(on_done)), engine_(make_engine()) {
  // What SimGrid says of itself goes to standard error; it need not say which options it was given.
  xbt_log_control_set("root.thresh:error");
  for (const char* option :
       {"network/model:CM02", "network/TCP-gamma:0", "network/crosstraffic:0", "network/bandwidth-factor:1",
        "network/latency-factor:1", "surf/precision:1e-12", "maxmin/precision:1e-9", "debug/clean-atexit:0"}) {
    s4u::Engine::set_config(option);
  }
  root_ = s4u::create_empty_zone("loadstone");
  s4u::Activity::on_completion_cb([this](const s4u::Activity& activity) { on_completion(activity); });
}

s4u::NetZone* Platform::add_zone() {
  s4u::NetZone* zone = s4u::create_full_zone("zone-" + std::to_string(zones_++));
  const auto* models = root_->get_impl();
  auto* own = zone->get_impl();
  own->set_cpu_pm_model(models->get_cpu_pm_model());
  own->set_network_model(models->get_network_model());
  own->set_disk_model(models->get_disk_model());
  own->set_host_model(models->get_host_model());
  return zone;
}

// A piece of work gets at most one of SimGrid's cores: where that is not so, all cores are one.
Place Platform::add_host(double cores, double most) {
  s4u::NetZone* zone = add_zone();
  const std::string name = zone->get_name();
  const bool is_whole = cores == std::floor(cores) && most <= 1;
  s4u::Host* host = zone->create_host(name + "-host", is_whole ? kFlops : kFlops * cores);
  host->set_core_count(is_whole ? static_cast<int>(cores) : 1)->seal();
  zone->seal();
  return {host, nullptr};
}

Place Platform::add_link(double wires) {
  s4u::NetZone* zone = add_zone();
  const std::string name = zone->get_name();
  s4u::Host* from = zone->create_host(name + "-from", kFlops)->seal();
  s4u::Host* to = zone->create_host(name + "-to", kFlops)->seal();
  const s4u::Link* link = zone->create_link(name + "-link", wires * kBytesPerNs * 1e9)->set_latency(0)->seal();
  zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, {s4u::LinkInRoute(link)}, false);
  zone->seal();
  return {from, to};
}

s4u::ActivityPtr Platform::start(const Place& place, double ns, double bound, std::uint64_t who) {
  s4u::ActivityPtr started;
  if (place.other_end != nullptr) {
    // The ends come last: a communication that has both begins by itself, and would begin twice if it were started.
    const s4u::CommPtr comm = s4u::Comm::sendto_init();
    comm->set_rate(bound * kBytesPerNs * 1e9);
    comm->set_payload_size(static_cast<std::uint64_t>(std::max(1.0, std::round(ns * kBytesPerNs))));
    set_who(*comm, who);
    started = comm;
    alive_.emplace(started.get(), started);
    comm->set_source(place.host)->set_destination(place.other_end);
  } else {
    const s4u::ExecPtr exec = s4u::Exec::init()->set_host(place.host);
    exec->set_flops_amount(ns);
    exec->set_bound(bound * kFlops);
    set_who(*exec, who);
    started = exec;
    alive_.emplace(started.get(), started);
    exec->vetoable_start();
  }
  return started;
}

double Platform::cancel(s4u::ActivityPtr activity) {
  set_who(*activity, kNobody);
  const double left = activity->get_remaining();
  const bool is_comm = dynamic_cast<const s4u::Comm*>(activity.get()) != nullptr;
  activity->cancel();
  return is_comm ? left / kBytesPerNs : left;
}

void Platform::on_completion(const s4u::Activity& activity) {
  if (activity.get_state() == s4u::Activity::State::CANCELED) {
    return;  // SimGrid will say FAILED of it as well
  }
  if (const auto at = alive_.find(&activity); at != alive_.end()) {
    ended_.push_back(std::move(at->second));
    alive_.erase(at);
  }
  if (const std::uint64_t who = who_of(activity); who != kNobody) {
    on_done_(who);
  }
}

void Platform::run(double date, const std::function<bool()>& has_events) {
  // run_until() can come back up to 10 us early; each call gets at least one step further.
  while (now() < date && (has_events() || !alive_.empty())) {
    engine_.run_until(date);
  }
}

}  // namespace loadstone::simgrid_engine
