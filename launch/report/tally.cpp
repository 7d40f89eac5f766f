// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/tally.hpp"

#include <algorithm>

namespace athanor {

CampaignTally tally_of(CampaignRecords const& records) {
    CampaignTally tally{std::nullopt, records.finished.value_or(0), records.quarantined};
    if (!records.metrics) return tally;
    MetricsRecord const& metrics = *records.metrics;
    tally.failed = metrics.quarantined + metrics.quarantined_before;
    if (!records.config) return tally;
    PipelineSpec const& pipeline = records.config->pipeline;
    std::int64_t finished = metrics.finished_before;
    std::size_t instance = 0;  // by element, then by replica, as the metrics have them
    for (std::size_t e = 0; e < pipeline.elements.size(); ++e)
        for (int r = 0; r < pipeline.elements[e].replicas; ++r, ++instance)
            if (pipeline.ends_chain(static_cast<int>(e)) && instance < metrics.instances.size())
                finished += metrics.instances[instance].samples_out;
    tally.finished = finished;
    // Bad frames are in quarantine and were never counted as frames.
    tally.total = std::max(metrics.frames * pipeline.chain_count(), finished + tally.failed);
    return tally;
}

}  // namespace athanor
