// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <mpi.h>

#include "comm/node_transport.hpp"
#include "tests/comm/channel_contract.hpp"

namespace athanor::test {
namespace {

struct NodeRing {
    static constexpr int random_cases = 10;

    static void run(RingOptions const& options, RingBody const& body) {
        int rank = 0, size = 1;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
        int const left = (rank + size - 1) % size;
        NodeTransport const node;
        ASSERT_TRUE(node.shares_memory_with(Rank{left}));
        SlotRoom const room = slot_room(*options.schema, options.buffers);
        CreditChannelSender sender(
            channel_options(options, rank),
            options.wrap_sender(node.sender_to(Rank{(rank + 1) % size}, EdgeId{rank}, room)));
        CreditChannelReceiver receiver(
            channel_options(options, left),
            options.wrap_receiver(node.receiver_from(Rank{left}, EdgeId{left}, room)));
        auto const barrier = [] { MPI_Barrier(MPI_COMM_WORLD); };
        RingMember member{rank, size, sender, receiver, barrier};
        body(member);
        barrier();
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Node, ChannelContract, NodeRing);

TEST(NodeTransport, WhatIsWrittenIntoASlotIsReadWhereItStands) {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int const left = (rank + size - 1) % size;
    NodeTransport const node;
    auto const sender = node.sender_to(Rank{(rank + 1) % size}, EdgeId{rank}, {256, 2});
    auto const receiver = node.receiver_from(Rank{left}, EdgeId{left}, {256, 2});

    sender->slot(1).payload()[7] = static_cast<std::byte>(rank + 1);  // and nothing is posted

    MPI_Barrier(MPI_COMM_WORLD);
    EXPECT_EQ(receiver->slot(1).payload()[7], static_cast<std::byte>(left + 1));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(NodeTransport, EndsOfDifferentRoomAreRefused) {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int const left = (rank + size - 1) % size;
    NodeTransport const node;
    auto const sender = node.sender_to(Rank{(rank + 1) % size}, EdgeId{rank}, {256, 2});
    MPI_Barrier(MPI_COMM_WORLD);

    EXPECT_THROW(static_cast<void>(node.receiver_from(Rank{left}, EdgeId{left}, {512, 2})),
                 MpiError);
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(NodeTransport, ARankThatDoesNotExistIsNotHere) {
    NodeTransport const node;
    EXPECT_FALSE(node.shares_memory_with(Rank{1000}));
    EXPECT_FALSE(node.shares_memory_with(Rank{-1}));
}

}  // namespace
}  // namespace athanor::test
