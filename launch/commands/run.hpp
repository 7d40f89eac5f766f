// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "launch/shards.hpp"

namespace athanor {

/// `athanor run` or `athanor resume`, and what may follow it.
struct RunCommand {
    std::string config;
    std::vector<ConfigOverride> overrides;
    bool overwrite = false;
    bool resume = false;            ///< goes on with what stores and checkpoints hold
    bool retry_quarantine = false;  ///< with `resume`: samples in quarantine begin again
    std::optional<Shard> shard;     ///< of the input, with files of its own
    bool dry_run = false;           ///< checks everything and prints the plan, and that is all
    std::string progress = "auto";
    std::string metrics;  ///< file for the figures of the run; empty: none
};

/// Reads the configuration and runs the campaign; returns the exit code.
[[nodiscard]] int run(RunCommand const& command);

}  // namespace athanor
