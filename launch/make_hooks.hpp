// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "launch/sink_set.hpp"
#include "runtime/hook.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

/// The hooks of a stage, in their order.
/// Throws: ConfigError for options out of range.
[[nodiscard]] std::vector<std::shared_ptr<Hook>> make_hooks(StageSpec const& stage, SinkSet& sinks);

}  // namespace athanor
