// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/config.hpp"
#include "launch/progress.hpp"

namespace athanor {

/// What the command line says about one run, beside the configuration.
struct RunOptions {
    bool overwrite = false;  ///< outputs that exist are replaced
    ProgressMode progress = ProgressMode::automatic;
};

/// Runs a campaign from the first sample to the last; returns the exit code of the program.
/// Throws: Error, whose exit_code() tells what failed.
[[nodiscard]] int run_campaign(Config const& config, RunOptions const& options);

}  // namespace athanor
