// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "comm/mpi_environment.hpp"
#include "launch/campaign_plan.hpp"
#include "launch/joint_end.hpp"
#include "launch/progress.hpp"

namespace athanor {

/// What the command line says about one run, beside the configuration.
struct RunOptions {
    bool overwrite = false;  ///< outputs that exist are replaced
    ProgressMode progress = ProgressMode::automatic;
    std::filesystem::path metrics;  ///< file for what the tables show, as JSON; empty: none
};

/// Runs a campaign from the first sample to the last, on every rank of the job or in one process;
/// returns the exit code of the program: 0, or 5 when samples are in quarantine.
/// Collective: every rank calls it with the same plan.
/// Throws:     Error, whose exit_code() tells what failed, in a job of one rank. With more, all of
///             them end together, see JointEnd, and the call does not come back.
[[nodiscard]] int run_campaign(MpiEnvironment const& mpi, JointEnd& ending,
                               CampaignPlan const& plan, RunOptions const& options);

}  // namespace athanor
