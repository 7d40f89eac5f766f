// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "comm/channel_state.hpp"
#include "comm/mpi_environment.hpp"
#include "launch/campaign_plan.hpp"
#include "launch/placement.hpp"
#include "launch/rank_transport.hpp"
#include "runtime/channel.hpp"

namespace athanor {

/// The channels of a campaign that begin or end on this rank.
/// Collective: the constructor, on all ranks with the same plan and placement.
/// Throws:     MpiError, NcclError.
class CampaignLinks {
public:
    /// `states` remembers where each channel stands, for whoever looks when something fails.
    CampaignLinks(MpiEnvironment const& mpi, Placement const& placement, CampaignPlan const& plan,
                  ChannelStates& states);
    ~CampaignLinks();

    /// Gives the halves of an instance of this rank away, in the order of Placement::edges_to() and
    /// edges_from(). Expects: once per instance.
    [[nodiscard]] std::vector<std::unique_ptr<ChannelReceiver>> inputs_of(int instance);
    [[nodiscard]] std::vector<std::unique_ptr<ChannelSender>> outputs_of(int instance);

private:
    /// Both halves of an edge, or the half that this rank has.
    struct Halves {
        std::unique_ptr<ChannelSender> sender;
        std::unique_ptr<ChannelReceiver> receiver;
    };
    [[nodiscard]] Halves make(int edge, MpiEnvironment const& mpi, CampaignPlan const& plan,
                              ChannelStates& states) const;
    [[nodiscard]] std::string name_of(int edge, PipelineSpec const& pipeline) const;

    Placement const& placement_;
    std::unique_ptr<RankTransport> transport_;
    std::vector<Halves> halves_;  ///< by edge
};

}  // namespace athanor
