// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "launch/slurm_script.hpp"

namespace athanor {

/// `athanor slurm` and what may follow it.
struct SlurmCommand {
    std::string config;
    std::vector<ConfigOverride> overrides;
    SlurmOptions options;  ///< the number of ranks, and texts left empty, follow from the plan
    std::optional<int>
        ranks;  ///< one for each stage instance, or 1 for all; else as the plan needs
    std::optional<int> gpus_per_node;
    std::string program;  ///< on the nodes; empty: this one
    std::string output;   ///< file of the script; empty: standard output
};

/// Writes a batch script that fits the plan of the campaign, and for an array job a second one,
/// which joins the shards. Throws: ConfigError, InputError, StorageError when a file cannot be
/// written. Returns the exit code.
[[nodiscard]] int slurm(SlurmCommand const& command);

}  // namespace athanor
