// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_transport.hpp"

#include <mpi.h>

#include "tests/comm/channel_contract.hpp"

namespace athanor::test {
namespace {

struct MpiRing {
    static constexpr int random_cases = 10;

    static void run(RingOptions const& options, RingBody const& body) {
        int rank = 0, size = 1;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
        int const left = (rank + size - 1) % size;
        MpiTransport const mpi;
        SlotRoom const room = slot_room(*options.schema, options.buffers);
        CreditChannelSender sender(
            channel_options(options, rank),
            options.wrap_sender(mpi.sender_to(Rank{(rank + 1) % size}, EdgeId{rank}, room)));
        CreditChannelReceiver receiver(
            channel_options(options, left),
            options.wrap_receiver(mpi.receiver_from(Rank{left}, EdgeId{left}, room)));
        auto const barrier = [] { MPI_Barrier(MPI_COMM_WORLD); };
        RingMember member{rank, size, sender, receiver, barrier};
        body(member);
        barrier();
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Mpi, ChannelContract, MpiRing);

TEST(MpiTransport, AMessageForASmallerSlotIsAnMpiErrorThatNamesTheLink) {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int const left = (rank + size - 1) % size;
    MpiTransport const mpi;
    // Below every eager limit: above it, Open MPI 4.1 to oneself overruns the receive instead.
    auto const receiver = mpi.receiver_from(Rank{left}, EdgeId{left}, {64, 1});
    auto const sender = mpi.sender_to(Rank{(rank + 1) % size}, EdgeId{rank}, {512, 1});
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

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(left)));
    EXPECT_THAT(found, ::testing::HasSubstr("TRUNCATE"));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, HalvesThatNobodyUsedGoAwayAtOnce) {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    auto const start = std::chrono::steady_clock::now();
    {
        MpiTransport const mpi;
        auto const sender = mpi.sender_to(Rank{(rank + 1) % size}, EdgeId{7}, {64, 4});
        auto const receiver = mpi.receiver_from(Rank{(rank + size - 1) % size}, EdgeId{7}, {64, 4});
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, AnEdgeBeyondTheTagsIsRefused) {
    MpiTransport const mpi;
    EXPECT_THROW(static_cast<void>(mpi.sender_to(Rank{0}, EdgeId{2147483647}, {64, 1})), MpiError);
    EXPECT_THROW(static_cast<void>(mpi.receiver_from(Rank{0}, EdgeId{-1}, {64, 1})), MpiError);
}

}  // namespace
}  // namespace athanor::test
