// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "comm/mpi_environment.hpp"
#include "launch/campaign_plan.hpp"

namespace athanor {

/// `athanor run --dry-run`: rank 0 prints the plan, and for several ranks or where there are
/// devices the host and the device of each rank. `make_plan` is called on rank 0 alone. Collective.
/// Throws as shared_text().
void dry_run(MpiEnvironment const& mpi, std::string const& label,
             std::function<CampaignPlan()> const& make_plan);

}  // namespace athanor
