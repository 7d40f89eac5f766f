// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "comm/transport.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Makes the halves of edges between ranks: within a node through slots that both ranks share, so
/// that a sample is packed where it is unpacked and counters say the rest
/// (shared_slot_halves.hpp); between nodes as MpiTransport does. Which it is, MPI says.
/// Ownership, Bound, Threads: as MpiTransport.
/// Throws:    MpiError, also where /dev/shm has no room left, and for ends with different rooms.
class NodeTransport {
public:
    /// Collective over all ranks. `shares`: false sends everything over MPI, for a node whose
    /// shared memory is small; the same on every rank. Expects: MPI runs.
    explicit NodeTransport(bool shares = true);
    ~NodeTransport();

    [[nodiscard]] bool shares_memory_with(Rank peer) const;

    /// This rank's half of `edge`; the peer makes the other one before or after.
    [[nodiscard]] std::unique_ptr<TransportSender> sender_to(Rank peer, EdgeId edge,
                                                             SlotRoom const& room) const;
    [[nodiscard]] std::unique_ptr<TransportReceiver> receiver_from(Rank peer, EdgeId edge,
                                                                   SlotRoom const& room) const;

private:
    class Sender;
    class Receiver;
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace athanor
