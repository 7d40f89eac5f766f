// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The ring of ring.hpp over the ranks of the job.
#pragma once

#include <functional>

#include <mpi.h>

#include "tests/comm/ring.hpp"

namespace athanor::test {

/// This rank's place in the ring.
struct World {
    World() {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
    }
    [[nodiscard]] int left() const { return (rank + size - 1) % size; }
    [[nodiscard]] int right() const { return (rank + 1) % size; }
    int rank = 0, size = 1;
};

/// How the ranks wait for each other; some still have to look after what they sent meanwhile.
using Meet = std::function<void(CreditChannelSender&)>;
inline void meet_at_once(CreditChannelSender&) { MPI_Barrier(MPI_COMM_WORLD); }

/// Runs the body on this rank, over the channels that `transport` makes to both sides.
template <class Transport>
void run_mpi_ring(Transport const& transport, RingOptions const& options, RingBody const& body,
                  Meet const& meet = meet_at_once) {
    World const world;
    SlotRoom const room = slot_room(*options.schema, options.buffers);
    CreditChannelSender sender(
        channel_options(options, world.rank),
        options.wrap_sender(transport.sender_to(Rank{world.right()}, EdgeId{world.rank}, room)));
    CreditChannelReceiver receiver(channel_options(options, world.left()),
                                   options.wrap_receiver(transport.receiver_from(
                                       Rank{world.left()}, EdgeId{world.left()}, room)));
    RingMember member{world.rank, world.size, sender, receiver, [&] { meet(sender); }};
    body(member);
    member.barrier();
}

}  // namespace athanor::test
