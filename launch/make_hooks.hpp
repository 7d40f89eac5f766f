// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "launch/sink_set.hpp"
#include "runtime/hook.hpp"
#include "stages/hooks/profiler.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

/// What hooks have to know beside their options.
struct HookSurroundings {
    SinkSet& sinks;
    ProfilerPlace place;   ///< of the element on a timeline
    int replica = 0;       ///< which of its instances
    bool goes_on = false;  ///< logs of an earlier run stay
};

/// The hooks of a stage or an element, in their order.
/// Throws: ConfigError for options out of range.
[[nodiscard]] std::vector<std::shared_ptr<Hook>> make_hooks(std::vector<HookSpec> const& specs,
                                                            HookSurroundings const& around);

/// The same for a check of their options: in place of those that write stand some that do nothing.
/// Throws: ConfigError for options out of range.
[[nodiscard]] std::vector<std::shared_ptr<Hook>> make_hooks_that_write_nothing(
    std::vector<HookSpec> const& specs);

}  // namespace athanor
