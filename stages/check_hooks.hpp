// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "stages/fused_order.hpp"

namespace athanor {

class Hook;
struct SubStage;

/// Throws ConfigError, naming stage and hooks, for a hook that would never fire where it stands,
/// for one that adds forces without a stress where the dynamics moves the cell by it, and for two
/// of which one moves atoms between images and the other depends on them.
void check_hooks(SubStage const& sub, FusedOrder order);

/// The same for the hooks of a fused element: one that works around the updates of a single stage
/// belongs there.
void check_element_hooks(std::vector<std::shared_ptr<Hook>> const& hooks,
                         std::vector<SubStage> const& sub_stages);

}  // namespace athanor
