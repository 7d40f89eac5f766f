// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/rank_transport.hpp"

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/nccl_transport.hpp"
#include "comm/node_transport.hpp"
#include "comm/shared_slots.hpp"
#include "launch/device_choice.hpp"
#include "launch/device_info.hpp"
#include "launch/shared_plan.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

template <class Transport>
class Over final : public RankTransport {
public:
    template <class Argument>
    explicit Over(Argument argument) : transport_(argument) {}

    std::unique_ptr<TransportSender> sender_to(Rank peer, EdgeId edge,
                                               SlotRoom const& room) const override {
        return transport_.sender_to(peer, edge, room);
    }
    std::unique_ptr<TransportReceiver> receiver_from(Rank peer, EdgeId edge,
                                                     SlotRoom const& room) const override {
        return transport_.receiver_from(peer, edge, room);
    }

private:
    Transport transport_;
};

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

/// Why this rank cannot take part; empty when it can.
std::string why_no_nccl(MpiEnvironment const& mpi) {
    if (std::string absence = nccl_absence(); !absence.empty()) return absence;
    int const devices = cuda_device_count();
    if (mpi.local_size() > devices)
        return fmt::format(
            "its node has {} ranks and {} CUDA device{}, and NCCL wants one for each rank",
            mpi.local_size(), devices, devices == 1 ? "" : "s");
    return {};
}

/// "rank 2: why" or, where several say the same, "ranks 0, 1: why".
std::string reasons_by_rank(std::vector<std::string> const& reasons) {
    std::map<std::string, std::string> ranks_of;
    for (std::size_t rank = 0; rank < reasons.size(); ++rank) {
        if (reasons[rank].empty()) continue;
        std::string& ranks = ranks_of[reasons[rank]];
        ranks += fmt::format("{}{}", ranks.empty() ? "" : ", ", rank);
    }
    std::string text;
    for (auto const& [reason, ranks] : ranks_of)
        text += fmt::format("{}rank{} {}: {}", text.empty() ? "" : "; ",
                            ranks.find(',') == std::string::npos ? "" : "s", ranks, reason);
    return text;
}

}  // namespace

void expect_rank_transport(MpiEnvironment const& mpi, BufferSpec const& buffers) {
    if (mpi.size() == 1 || buffers.transport == SlotTransport::host) return;
    auto const reasons = mpi.gather(why_no_nccl(mpi));
    static_cast<void>(shared_text(mpi, [&] {
        if (std::string const text = reasons_by_rank(reasons); !text.empty())
            throw NcclError(
                "/buffers/transport is \"nccl\", which cannot be used here; give \"host\". " +
                text);
        return std::string();
    }));
}

std::unique_ptr<RankTransport> make_rank_transport(MpiEnvironment const& mpi,
                                                   Placement const& placement,
                                                   CampaignPlan const& plan) {
    if (plan.config.buffers.transport == SlotTransport::host)
        return std::make_unique<Over<NodeTransport>>(slots_can_be_shared(mpi, placement, plan));
    return std::make_unique<Over<NcclTransport>>(
        device_of_rank(mpi.local_rank(), cuda_device_count()));
}

}  // namespace athanor
