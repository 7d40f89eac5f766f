// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "launch/report/campaign_records.hpp"

namespace athanor {

/// How many samples came how far; every chain of a campaign counts its samples for itself.
struct CampaignTally {
    std::optional<std::int64_t> total;  ///< known from metrics only
    std::int64_t finished = 0, failed = 0;
    [[nodiscard]] std::int64_t unfinished() const { return total ? *total - finished - failed : 0; }
};

/// From the metrics, or without them from stores and quarantine.
[[nodiscard]] CampaignTally tally_of(CampaignRecords const& records);

}  // namespace athanor
