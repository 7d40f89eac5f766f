// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_transport.hpp"

#include <mpi.h>

#include "tests/comm/channel_contract.hpp"
#include "tests/comm/mpi_ring.hpp"

namespace athanor::test {
namespace {

struct MpiRing {
    static constexpr int random_cases = 10;

    static void run(RingOptions const& options, RingBody const& body) {
        run_mpi_ring(MpiTransport(), options, body);
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Mpi, ChannelContract, MpiRing);

TEST(MpiTransport, AMessageForASmallerSlotIsAnMpiErrorThatNamesTheLink) {
    World const world;
    if (world.size == 1)
        GTEST_SKIP() << "Open MPI 4.1 does not notice this in a message to oneself";
    MpiTransport const mpi;
    auto const receiver = mpi.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {64, 1});
    auto const sender = mpi.sender_to(Rank{world.right()}, EdgeId{world.rank}, {512, 1});
    sender->post(0, 512);
    std::string found;

    eventually([&] {
        sender->progress();
        try {
            receiver->progress();
        } catch (MpiError const& error) {
            found = error.what();
        }
        return !found.empty();
    });

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(world.left())));
    EXPECT_THAT(found, ::testing::HasSubstr("TRUNCATE"));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, HalvesThatNobodyUsedGoAwayAtOnce) {
    World const world;
    // A half that waits for its peer waits for a second, each time; a busy machine now and then.
    auto least = std::chrono::steady_clock::duration::max();
    for (int turn = 0; turn < 5; ++turn) {
        auto const start = std::chrono::steady_clock::now();
        {
            MpiTransport const mpi;
            auto const sender = mpi.sender_to(Rank{world.right()}, EdgeId{7}, {64, 4});
            auto const receiver = mpi.receiver_from(Rank{world.left()}, EdgeId{7}, {64, 4});
        }
        least = std::min(least, std::chrono::steady_clock::now() - start);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    EXPECT_LT(least, std::chrono::seconds(1));
}

TEST(MpiTransport, AnEdgeBeyondTheTagsIsRefused) {
    MpiTransport const mpi;
    EXPECT_THROW(static_cast<void>(mpi.sender_to(Rank{0}, EdgeId{2147483647}, {64, 1})), MpiError);
    EXPECT_THROW(static_cast<void>(mpi.receiver_from(Rank{0}, EdgeId{-1}, {64, 1})), MpiError);
}

}  // namespace
}  // namespace athanor::test
