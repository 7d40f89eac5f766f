// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/campaign_plan.hpp"
#include "launch/config.hpp"

namespace athanor {

/// `athanor validate`, and what may follow it.
struct ValidateCommand {
    std::string config;
    std::vector<ConfigOverride> overrides;
    std::optional<int> ranks;           ///< checked against the plan
    std::optional<int> ranks_per_node;  ///< of the job; none: all ranks share one node
};

/// Checks a configuration and prints the plan; returns the exit code.
[[nodiscard]] int validate(ValidateCommand const& command);

/// Prints the plan of a campaign for a job whose ranks have these nodes. Throws ConfigError for a
/// number of ranks that does not fit.
void print_plan(std::string const& label, CampaignPlan const& plan, std::vector<int> const& nodes);

}  // namespace athanor
