// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign_links.hpp"

#include <cstdint>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"
#include "comm/shared_slots.hpp"

namespace athanor {

namespace {

/// True when the slots between ranks of one node fit into the shared memory of every node, with as
/// much left for others.
bool slots_can_be_shared(MpiEnvironment const& mpi, Placement const& placement,
                         CampaignPlan const& plan) {
    SlotRoom const room = slot_room(*plan.schema, checked(buffer_config(plan)));
    auto const node_of = [&](int instance) {
        return mpi.nodes()[placement.instances()[instance].rank.value()];
    };
    std::uint64_t edges = 0;
    for (InstanceEdge const& edge : placement.edges())
        if (node_of(edge.from) == node_of(edge.to) &&
            node_of(edge.from) == mpi.nodes()[mpi.rank().value()])
            ++edges;
    std::uint64_t const needed = edges * static_cast<std::uint64_t>(room.slots) *
                                 (room.payload_bytes + message_header_bytes);
    bool const fits = needed <= detail::free_shared_bytes() / 2;
    bool const all_fit = mpi.max(fits ? 0 : 1) == 0;
    if (!all_fit && mpi.rank() == Rank{0})
        std::fputs(
            "athanor: note: /dev/shm is too small for the slots of all channels, which go over "
            "MPI; "
            "give it more room, or lower /buffers\n",
            stderr);
    return all_fit;
}

}  // namespace

CampaignLinks::CampaignLinks(MpiEnvironment const& mpi, Placement const& placement,
                             CampaignPlan const& plan, ChannelStates& states)
    : placement_(placement) {
    if (mpi.size() > 1)
        transport_ = std::make_unique<NodeTransport>(slots_can_be_shared(mpi, placement, plan));
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
