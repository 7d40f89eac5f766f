// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

struct SubStage;

/// Throws ConfigError, naming stage and hooks, for a hook that would never fire where it stands,
/// for one that adds forces without a stress where the dynamics moves the cell by it, and for two
/// of which one moves atoms between images and the other depends on them.
void check_hooks(SubStage const& sub);

}  // namespace athanor
