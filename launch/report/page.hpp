// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/report/campaign_records.hpp"

namespace athanor {

/// One HTML page that says how a campaign went: a verdict, figures, tables, settings. It stands
/// alone: style and drawings are inside, nothing is fetched, and there is no script.
[[nodiscard]] std::string report_page(CampaignRecords const& records);

/// The sentence at its top as plain text: "85 samples: 83 finished, 2 failed. ...".
[[nodiscard]] std::string verdict_of(CampaignRecords const& records);

}  // namespace athanor
