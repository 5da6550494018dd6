// sim/resource/emit.hpp
//
// Operations that several kinds are made of: time on a host's cores, time that belongs to a resource, round trips.
#pragma once

#include "sim/model/lowerer.hpp"

namespace loadstone {

// Which of a host's nodes and job classes runs the work: instance i of a resource is on node i (modulo their number).
struct CpuPlace {
  ResourceIndex host = 0;
  std::uint32_t first_class = 0;        // of instance 0
  bool class_per_instance = false;      // each instance has a quota of its own
  std::int32_t process_attribute = -1;  // slot that holds the process number; -1: there is one
  std::int64_t processes_per_instance = 1;
};

// Where a resource without instances runs on a host: among all that runs there, or, where a fault makes it slow, in a
// job class of its own, which gets the same cores.
[[nodiscard]] CpuPlace cpu_place(ModelBuilder& builder, const ResourceSpec& spec, const BuiltHost& host);
// A job class in which nothing but this resource runs: a fault that makes it slow changes the speed of it.
void note_cpu_class(ModelBuilder& builder, const ResourceSpec& spec, ResourceIndex host, std::uint32_t job_class);

// CPU work on a host.
void emit_cpu(Lowerer& lowerer, const CpuPlace& place, const Drawn& work, std::string_view site);
// Time that passes in a resource without using up any of it: a disk read, a network round trip, a handshake.
void emit_delay(Lowerer& lowerer, ResourceIndex row, const Drawn& time, std::string_view site);

// CPU work where there is a `place` for it; else on a core of its own, as time in the resource at `row` that ends when
// CPU work does (Phase::release).
void emit_work(Lowerer& lowerer, const std::optional<CpuPlace>& place, ResourceIndex row, const Drawn& work,
               std::string_view site);

// A constant time as a Drawn.
[[nodiscard]] Drawn constant_time(Duration time);

}  // namespace loadstone
