// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "comm/mpi_environment.hpp"
#include "launch/campaign_plan.hpp"

namespace athanor {

/// Rank 0 makes some text and every rank gets it. Collective. Throws as shared_plan().
[[nodiscard]] std::string shared_text(MpiEnvironment const& mpi,
                                      std::function<std::string()> const& make);

/// Rank 0 makes the plan and every rank gets it, so that one rank reads the configuration and all
/// agree on it. Collective. Throws: on rank 0 what `make` throws; on the others an Error without a
/// message and with the same exit code, for rank 0 tells the user.
[[nodiscard]] CampaignPlan shared_plan(MpiEnvironment const& mpi,
                                       std::function<CampaignPlan()> const& make);

}  // namespace athanor
