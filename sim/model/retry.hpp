// sim/model/retry.hpp
//
// What a `retry:` is at run time: of a step, and of a worker's jobs.
#pragma once

#include <functional>
#include <string>

#include "sim/engine/scopes.hpp"
#include "sim/model/model_builder.hpp"
#include "sim/spec/step_spec.hpp"

namespace loadstone {

// Its implementation is in lowerer.cpp, beside that of a back-off. `complain` is told what is wrong with it.
[[nodiscard]] RetryPlan lower_retry(const RetrySpec& spec, ModelBuilder& builder,
                                    const std::function<void(const std::string&)>& complain);

}  // namespace loadstone
