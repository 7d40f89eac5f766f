// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign_links.hpp"

#include <utility>

#include <fmt/format.h>

#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"

namespace athanor {

CampaignLinks::CampaignLinks(MpiEnvironment const& mpi, Placement const& placement,
                             CampaignPlan const& plan, ChannelStates& states)
    : placement_(placement) {
    if (mpi.size() > 1) transport_ = make_rank_transport(mpi, placement, plan);
    for (std::size_t edge = 0; edge < placement.edges().size(); ++edge)
        halves_.push_back(make(static_cast<int>(edge), mpi, plan, states));
}

CampaignLinks::~CampaignLinks() = default;

CampaignLinks::Halves CampaignLinks::make(int edge, MpiEnvironment const& mpi,
                                          CampaignPlan const& plan, ChannelStates& states) const {
    Rank const from = placement_.instances()[placement_.edges()[edge].from].rank;
    Rank const to = placement_.instances()[placement_.edges()[edge].to].rank;
    ChannelOptions const options{EdgeId{edge}, plan.schema, checked(buffer_config(plan)), &states,
                                 name_of(edge, plan.config.pipeline)};
    SlotRoom const room = slot_room(*plan.schema, options.buffers);
    Halves halves;
    if (from == to) {
        if (from != mpi.rank()) return halves;
        InProcessLink link = in_process_link(room);
        halves.sender = std::make_unique<CreditChannelSender>(options, std::move(link.sender));
        halves.receiver =
            std::make_unique<CreditChannelReceiver>(options, std::move(link.receiver));
    } else if (from == mpi.rank()) {
        halves.sender = std::make_unique<CreditChannelSender>(
            options, transport_->sender_to(to, options.edge, room));
    } else if (to == mpi.rank()) {
        halves.receiver = std::make_unique<CreditChannelReceiver>(
            options, transport_->receiver_from(from, options.edge, room));
    }
    return halves;
}

std::string CampaignLinks::name_of(int edge, PipelineSpec const& pipeline) const {
    auto const end = [&](int instance) {
        Instance const& which = placement_.instances()[instance];
        return fmt::format("{} on rank {}", instance_name(pipeline, which), which.rank.value());
    };
    InstanceEdge const& ends = placement_.edges()[edge];
    return end(ends.from) + " to " + end(ends.to);
}

std::vector<std::unique_ptr<ChannelReceiver>> CampaignLinks::inputs_of(int instance) {
    std::vector<std::unique_ptr<ChannelReceiver>> inputs;
    for (int const edge : placement_.edges_to(instance))
        inputs.push_back(std::move(halves_[edge].receiver));
    return inputs;
}

std::vector<std::unique_ptr<ChannelSender>> CampaignLinks::outputs_of(int instance) {
    std::vector<std::unique_ptr<ChannelSender>> outputs;
    for (int const edge : placement_.edges_from(instance))
        outputs.push_back(std::move(halves_[edge].sender));
    return outputs;
}

}  // namespace athanor
