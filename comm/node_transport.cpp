// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/node_transport.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/mpi_node.hpp"
#include "comm/mpi_transport.hpp"
#include "comm/shared_slots.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

/// What goes over MPI when a shared slot is posted: how much is in it, header included.
using MessageBytes = std::uint64_t;

SlotRoom announcement_room(SlotRoom const& room) { return {sizeof(MessageBytes), room.slots}; }

}  // namespace

struct NodeTransport::State {
    detail::MpiNode node;
    bool shares = true;
    MpiTransport mpi;  // edges between nodes; announcements and credits of those within one

    [[nodiscard]] std::string name_of(EdgeId edge) const {
        return fmt::format("/athanor-{}-{}", node.key(), edge.value());
    }
};

class NodeTransport::Sender : public TransportSender {
public:
    Sender(State const& state, Rank peer, EdgeId edge, SlotRoom const& room)
        : slots_(state.name_of(edge), room),
          announcements_(state.mpi.sender_to(peer, edge, announcement_room(room))) {}

    int slot_count() const override { return slots_.count(); }
    Slot& slot(int k) override { return slots_[k]; }
    void post(int k, std::size_t payload_bytes) override {
        MessageBytes const bytes = message_header_bytes + payload_bytes;
        std::memcpy(announcements_->slot(k).payload().data(), &bytes, sizeof bytes);
        announcements_->post(k, sizeof bytes);
    }
    void progress() override { announcements_->progress(); }
    bool has_left(int k) const override { return announcements_->has_left(k); }
    std::uint64_t credits() const override { return announcements_->credits(); }

private:
    detail::SharedSlots slots_;
    std::unique_ptr<TransportSender> announcements_;
};

class NodeTransport::Receiver : public TransportReceiver {
public:
    Receiver(State const& state, Rank peer, EdgeId edge, SlotRoom const& room)
        : slots_(state.name_of(edge), room),
          announcements_(state.mpi.receiver_from(peer, edge, announcement_room(room))) {}

    int slot_count() const override { return slots_.count(); }
    Slot& slot(int k) override { return slots_[k]; }
    void progress() override { announcements_->progress(); }
    std::optional<std::size_t> arrived(int k) const override {
        auto const announced = announcements_->arrived(k);
        if (!announced) return announced;
        MessageBytes bytes = 0;
        if (*announced == message_header_bytes + sizeof bytes)
            std::memcpy(&bytes, announcements_->slot(k).payload().data(), sizeof bytes);
        if (bytes < message_header_bytes || bytes > slots_.bytes_of(k))
            throw MpiError(
                fmt::format("a message of {} bytes is announced in a slot of {}; run the "
                            "same build and configuration on all ranks",
                            bytes, slots_.bytes_of(k)));
        return bytes;
    }
    void give_back(int k) override { announcements_->give_back(k); }

private:
    detail::SharedSlots slots_;
    std::unique_ptr<TransportReceiver> announcements_;
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
    return std::make_unique<Sender>(*state_, peer, edge, room);
}

std::unique_ptr<TransportReceiver> NodeTransport::receiver_from(Rank peer, EdgeId edge,
                                                                SlotRoom const& room) const {
    if (!shares_memory_with(peer)) return state_->mpi.receiver_from(peer, edge, room);
    return std::make_unique<Receiver>(*state_, peer, edge, room);
}

}  // namespace athanor
