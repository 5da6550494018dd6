#include "src/simgrid/platform.hpp"

#include <simgrid/kernel/routing/NetZoneImpl.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/check.hpp"
#include "src/simgrid/load_platform.hpp"

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

Platform::Platform(std::function<void(std::uint64_t)> on_done, const remote::PlatformFile* file)
    : on_done_(std::move(on_done)), engine_(make_engine()) {
  // What SimGrid says of itself goes to standard error; it need not say which options it was given.
  xbt_log_control_set("root.thresh:error");
  for (const char* option : {"surf/precision:1e-12", "maxmin/precision:1e-9", "debug/clean-atexit:0"}) {
    s4u::Engine::set_config(option);
  }
  if (file != nullptr) {
    path_ = file->path;
    load_platform(engine_, *file);
    root_ = engine_.get_netzone_root();
    for (const s4u::Host* host : engine_.get_all_hosts()) {
      host_names_.push_back(host->get_name());
    }
  } else {
    for (const char* option : {"network/model:CM02", "network/TCP-gamma:0", "network/crosstraffic:0",
                               "network/bandwidth-factor:1", "network/latency-factor:1"}) {
      s4u::Engine::set_config(option);
    }
    root_ = s4u::create_empty_zone("loadstone");
  }
  s4u::Activity::on_completion_cb([this](const s4u::Activity& activity) { on_completion(activity); });
}

s4u::NetZone* Platform::add_zone() {
  s4u::NetZone* zone = s4u::create_full_zone("loadstone-" + std::to_string(zones_++));
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
  return {host, nullptr, 0};
}

Place Platform::add_link(double wires) {
  return add_route({make_link(wires * kBytesPerNs)}, kBytesPerNs);
}

const s4u::Link* Platform::make_link(double bytes_per_ns) {
  s4u::NetZone* zone = add_zone();
  const s4u::Link* link = zone->create_link(zone->get_name() + "-link", bytes_per_ns * 1e9)->set_latency(0)->seal();
  zone->seal();
  return link;
}

Place Platform::add_route(const std::vector<const s4u::Link*>& links, double bytes_per_ns) {
  s4u::NetZone* zone = add_zone();
  const std::string name = zone->get_name();
  s4u::Host* from = zone->create_host(name + "-from", kFlops)->seal();
  s4u::Host* to = zone->create_host(name + "-to", kFlops)->seal();
  std::vector<s4u::LinkInRoute> route;
  for (const s4u::Link* link : links) {
    route.emplace_back(link);
  }
  zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, route, false);
  zone->seal();
  return {from, to, bytes_per_ns};
}

Place Platform::passage(const std::string& from, const std::string& to) const {
  const Place place{engine_.host_by_name(from), engine_.host_by_name(to), 0};
  std::vector<s4u::Link*> links;
  double latency = 0;
  std::string why;
  try {
    place.host->route_to(place.other_end, links, &latency);
  } catch (const std::exception& error) {
    why = std::string(": ") + error.what();
  }
  if (links.empty() && latency == 0) {
    throw PlatformRefused(path_ + ": error: there is no route from '" + from + "' to '" + to + "'" + why + "\n");
  }
  return place;
}

s4u::ActivityPtr Platform::start(const Place& place, double ns, double bound, std::uint64_t who) {
  s4u::ActivityPtr started;
  if (place.other_end != nullptr) {
    // The ends come last: a communication that has both begins by itself, and would begin twice if it were started.
    const s4u::CommPtr comm = s4u::Comm::sendto_init();
    if (!place.is_passage()) {
      comm->set_rate(bound * place.bytes_per_ns * 1e9);
    }
    const double bytes = std::max(1.0, std::round(place.is_passage() ? ns : ns * place.bytes_per_ns));
    LOADSTONE_CHECK(bytes < 0x1p63, "bytes of a transfer, as SimGrid counts them");
    comm->set_payload_size(static_cast<std::uint64_t>(bytes));
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

double Platform::cancel(const Place& place, s4u::ActivityPtr activity) {
  set_who(*activity, kNobody);
  const double left = activity->get_remaining();
  activity->cancel();
  return place.bytes_per_ns > 0 ? left / place.bytes_per_ns : left;
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
