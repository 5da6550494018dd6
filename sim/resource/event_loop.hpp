// sim/resource/event_loop.hpp
//
// The one thread of an event loop, for services and workers: taken round each piece of CPU work and given back after
// it, or held all along a `blocking` step, whose own work and that of the flows that it calls run on it.
//
// Order. Whether a request holds the loop already is asked at run time: a flow is compiled once for all its callers. A
//        request that comes into a service (again) holds nothing there: who blocks a loop for a call that ends up
//        behind the same loop waits for ever.
#pragma once

#include "sim/model/lowerer.hpp"

namespace loadstone {

// `work` emits what is done on the loop. It is called twice.
template <class Work>
void emit_on_loop(Lowerer& lowerer, ResourceIndex loop, Work work);

// Holds the loop between the two, unless the request does so already.
void emit_block(Lowerer& lowerer, ResourceIndex loop);
void emit_unblock(Lowerer& lowerer);

namespace detail {
// Takes the loop, or continues where end_take() is called.
[[nodiscard]] std::uint32_t emit_take_loop(Lowerer& lowerer, ResourceIndex loop);
// Gives it back and continues where the operation that is returned lands.
[[nodiscard]] std::uint32_t emit_give_loop(Lowerer& lowerer, ResourceIndex loop);
}  // namespace detail

template <class Work>
void emit_on_loop(Lowerer& lowerer, ResourceIndex loop, Work work) {
  const std::uint32_t take = detail::emit_take_loop(lowerer, loop);
  work();
  const std::uint32_t give = detail::emit_give_loop(lowerer, loop);
  lowerer.land(take);
  work();
  lowerer.land(give);
}

}  // namespace loadstone
