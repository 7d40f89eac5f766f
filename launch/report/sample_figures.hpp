// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/report/campaign_records.hpp"

namespace athanor {

/// What became of samples, stage by stage, as pieces of HTML; "" where nothing is known.

/// Energy, largest force and temperature against steps.
[[nodiscard]] std::string figures_of_steps(CampaignRecords const& records);
/// Steps that samples took to converge.
[[nodiscard]] std::string figures_of_convergence(CampaignRecords const& records);

}  // namespace athanor
