// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/node_transport.hpp"

#include <string>

#include <fmt/format.h>

#include "comm/mpi_node.hpp"
#include "comm/mpi_transport.hpp"
#include "comm/shared_slot_halves.hpp"
#include "comm/shared_slots.hpp"

namespace athanor {

struct NodeTransport::State {
    detail::MpiNode node;
    bool shares = true;
    MpiTransport mpi;  // edges between nodes

    [[nodiscard]] std::shared_ptr<detail::SharedSlots> slots_of(EdgeId edge,
                                                                SlotRoom const& room) const {
        return std::make_shared<detail::SharedSlots>(
            fmt::format("/athanor-{}-{}", node.key(), edge.value()), room);
    }
};

NodeTransport::NodeTransport(bool shares) : state_(std::make_shared<State>()) {
    state_->shares = shares;
}
NodeTransport::~NodeTransport() = default;

bool NodeTransport::shares_memory_with(Rank peer) const {
    return state_->shares && state_->node.holds(peer);
}

std::unique_ptr<TransportSender> NodeTransport::sender_to(Rank peer, EdgeId edge,
                                                          SlotRoom const& room) const {
    if (!shares_memory_with(peer)) return state_->mpi.sender_to(peer, edge, room);
    return detail::sender_over(state_->slots_of(edge, room));
}

std::unique_ptr<TransportReceiver> NodeTransport::receiver_from(Rank peer, EdgeId edge,
                                                                SlotRoom const& room) const {
    if (!shares_memory_with(peer)) return state_->mpi.receiver_from(peer, edge, room);
    return detail::receiver_over(state_->slots_of(edge, room));
}

}  // namespace athanor
