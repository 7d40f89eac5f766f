// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "launch/campaign_plan.hpp"
#include "launch/placement.hpp"
#include "runtime/sample_source.hpp"

namespace athanor {

struct ResumeOptions {
    bool retry_quarantine = false;  ///< samples in quarantine begin again, from the input
};

/// Finds out how far the samples of a campaign have come, and puts what is on the disk in order for
/// the run that goes on, with whatever placement it has:
///   journals of stores and parts are brought into their arrays
///   parts of stores, which several ranks wrote, are merged into their store
///   each sample's state is the furthest one in the checkpoints of which the stores have all rows;
///   it goes into a new checkpoint of the instance that will go on with it
///   samples without one begin again from the input, with the same bits
/// It may die at any moment and be run again. On one rank, while no other process has the campaign.
/// Throws: ConfigError when physics or input are not those of the campaign, with what differs;
///         StorageError.
[[nodiscard]] Resumption prepare_resumption(CampaignPlan const& plan, Placement const& placement,
                                            ResumeOptions const& options);

/// What campaign.json of the checkpoints says about a campaign.
[[nodiscard]] std::string campaign_text(CampaignPlan const& plan);

/// A source without the samples that are settled.
[[nodiscard]] std::unique_ptr<SampleSource> without_settled(std::unique_ptr<SampleSource> source,
                                                            IdRanges settled);

}  // namespace athanor
