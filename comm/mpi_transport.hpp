// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "comm/transport.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Makes the halves of edges between ranks. Slots travel by MPI_Isend of the used bytes, straight
/// from the slot, into receives that stand ready for every slot; a large one that its sender shows
/// leaves in pieces (message_pieces.hpp), straight into the other slot, while it is being packed.
/// Credits come back as 8 bytes that say how many slots were given back so far. Edge e uses the
/// tags 3e (slots), 3e + 1 (credits) and 3e + 2 (pieces) of a communicator of its own, so that no
/// other traffic can meet it.
/// Ownership: the halves keep the communicator alive; all of them go before MPI ends.
/// Bound:     one MPI_Testsome per progress(), no blocking call. A sender's destructor waits a
///            second at most for its messages to leave and its credits to return, so that none is
///            left to be met by a later communicator; then it gives up what has not left. Call
///            ChannelSender::progress() until it is true before that.
/// Threads:   one thread per half; MPI_THREAD_MULTIPLE where several threads have halves.
/// Throws:    MpiError with MPI's text, the rank and the edge.
class MpiTransport {
public:
    /// Collective over all ranks. Expects: MPI runs.
    MpiTransport();
    ~MpiTransport();

    [[nodiscard]] Rank rank() const;

    /// This rank's half of `edge`; the peer makes the other one before or after. Expects: both have
    /// the same room. (A message that is too long for its receive is an MpiError at best.)
    [[nodiscard]] std::unique_ptr<TransportSender> sender_to(Rank peer, EdgeId edge,
                                                             SlotRoom const& room) const;
    [[nodiscard]] std::unique_ptr<TransportReceiver> receiver_from(Rank peer, EdgeId edge,
                                                                   SlotRoom const& room) const;

private:
    struct Communicator;
    class Sender;
    class Receiver;
    std::shared_ptr<Communicator> communicator_;
};

}  // namespace athanor
