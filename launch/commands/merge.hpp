// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launch/config.hpp"

namespace athanor {

/// `athanor merge` and what may follow it.
struct MergeCommand {
    std::string config;
    std::vector<ConfigOverride> overrides;
    int shards = 0;
    bool overwrite = false;
};

/// Joins what the shards of a campaign have written; returns the exit code. Throws as
/// merge_shards().
[[nodiscard]] int merge(MergeCommand const& command);

}  // namespace athanor
