// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <mpi.h>

#include "comm/node_transport.hpp"
#include "tests/comm/channel_contract.hpp"
#include "tests/comm/mpi_ring.hpp"

namespace athanor::test {
namespace {

struct NodeRing {
    static constexpr int random_cases = 10;

    static void run(RingOptions const& options, RingBody const& body) {
        NodeTransport const node;
        ASSERT_TRUE(node.shares_memory_with(Rank{World().left()}));
        run_mpi_ring(node, options, body);
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Node, ChannelContract, NodeRing);

TEST(NodeTransport, WhatIsWrittenIntoASlotIsReadWhereItStands) {
    World const world;
    NodeTransport const node;
    auto const sender = node.sender_to(Rank{world.right()}, EdgeId{world.rank}, {256, 2});
    auto const receiver = node.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {256, 2});

    sender->slot(1).payload()[7] = static_cast<std::byte>(world.rank + 1);  // and nothing is posted

    MPI_Barrier(MPI_COMM_WORLD);
    EXPECT_EQ(receiver->slot(1).payload()[7], static_cast<std::byte>(world.left() + 1));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(NodeTransport, EndsOfDifferentRoomAreRefused) {
    World const world;
    NodeTransport const node;
    auto const sender = node.sender_to(Rank{world.right()}, EdgeId{world.rank}, {256, 2});
    MPI_Barrier(MPI_COMM_WORLD);

    EXPECT_THROW(
        static_cast<void>(node.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {512, 2})),
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
