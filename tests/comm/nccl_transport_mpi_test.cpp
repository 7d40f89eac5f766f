// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Over stand-ins for CUDA and NCCL (tests/comm/doubles), or, as one rank, over a real device.
#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <mpi.h>

#include "comm/mpi_environment.hpp"
#include "comm/nccl_transport.hpp"
#include "tests/comm/channel_contract.hpp"
#include "tests/comm/mpi_ring.hpp"

namespace athanor::test {
namespace {

/// Skips without a device. Where the doubles should be, that is a failure.
#define ATHANOR_NEEDS_NCCL()                                                   \
    do {                                                                       \
        std::string const absence = nccl_absence();                            \
        if (!absence.empty() && std::getenv("ATHANOR_NCCL_DOUBLE") != nullptr) \
            FAIL() << "the doubles are not in LD_LIBRARY_PATH: " << absence;   \
        if (!absence.empty()) GTEST_SKIP() << absence;                         \
    } while (false)

struct NcclRing {
    static constexpr int random_cases = 6;

    static void run(RingOptions const& options, RingBody const& body) {
        ATHANOR_NEEDS_NCCL();
        // Who waits still looks after what it has sent: it may not be in its stream yet.
        auto const meet = [](CreditChannelSender& sender) {
            MPI_Request waiting = MPI_REQUEST_NULL;
            MPI_Ibarrier(MPI_COMM_WORLD, &waiting);
            for (int done = 0; done == 0; std::this_thread::yield()) {
                static_cast<void>(sender.progress());
                MPI_Test(&waiting, &done, MPI_STATUS_IGNORE);
            }
        };
        run_mpi_ring(NcclTransport(/*device=*/World().rank), options, body, meet);
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Nccl, ChannelContract, NcclRing);

class NcclLink : public ::testing::Test {
protected:
    void SetUp() override { ATHANOR_NEEDS_NCCL(); }
    void TearDown() override { MPI_Barrier(MPI_COMM_WORLD); }

    /// What `look` throws at last.
    template <class Look>
    static std::string error_of(Look&& look) {
        std::string found;
        eventually([&] {
            try {
                look();
            } catch (NcclError const& error) {
                found = error.what();
            }
            return !found.empty();
        });
        return found;
    }
    World const world_;
};

TEST_F(NcclLink, APeerThatNeverFetchesHoldsNobodyUp) {
    if (world_.size == 1) GTEST_SKIP() << "needs a peer";
    {
        NcclTransport const nccl(world_.rank);
        auto const sender = nccl.sender_to(Rank{world_.right()}, EdgeId{world_.rank}, {1 << 20, 2});
        auto const receiver =
            nccl.receiver_from(Rank{world_.left()}, EdgeId{world_.left()}, {1 << 20, 2});

        sender->post(0, 1 << 20);
        // A look that waits for the peer waits each time, or for ever; a busy machine now and then.
        auto least = std::chrono::steady_clock::duration::max();
        for (int look = 0; look < 1000; ++look) {
            auto const start = std::chrono::steady_clock::now();
            sender->progress();
            least = std::min(least, std::chrono::steady_clock::now() - start);
        }

        EXPECT_LT(least, std::chrono::milliseconds(10));
        EXPECT_FALSE(sender->has_left(0));
        EXPECT_EQ(sender->credits(), 0U);
        MPI_Barrier(MPI_COMM_WORLD);
    }  // what is under way is aborted
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST_F(NcclLink, AMessageForASmallerSlotIsAnErrorThatNamesTheLink) {
    NcclTransport const nccl(world_.rank);
    auto const receiver = nccl.receiver_from(Rank{world_.left()}, EdgeId{world_.left()}, {64, 1});
    auto const sender = nccl.sender_to(Rank{world_.right()}, EdgeId{world_.rank}, {512, 1});
    sender->post(0, 512);

    std::string const found = error_of([&] {
        sender->progress();
        receiver->progress();
    });

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(world_.left())));
    EXPECT_THAT(found, ::testing::HasSubstr("512 bytes are on their way, a slot holds 64"));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST_F(NcclLink, TwoRanksOnOneDeviceAreRefusedByName) {
    if (world_.size == 1) GTEST_SKIP() << "needs a peer";
    NcclTransport const nccl(/*device=*/0);
    auto const sender = nccl.sender_to(Rank{world_.right()}, EdgeId{world_.rank}, {64, 1});
    auto const receiver = nccl.receiver_from(Rank{world_.left()}, EdgeId{world_.left()}, {64, 1});
    sender->post(0, 64);

    std::string const found = error_of([&] {
        receiver->progress();
        sender->progress();
    });

    EXPECT_THAT(found, ::testing::HasSubstr("channel "));
    EXPECT_THAT(found, ::testing::ContainsRegex("Duplicate GPU|aborted its communicator"));
    EXPECT_FALSE(sender->has_left(0));  // and nothing passes for delivered
    EXPECT_EQ(receiver->arrived(0), std::nullopt);
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST_F(NcclLink, HalvesThatNobodyUsedGoAwaySoon) {
    // Each half may wait for its shutdown limit, a second; a busy machine now and then for longer.
    auto least = std::chrono::steady_clock::duration::max();
    for (int turn = 0; turn < 3; ++turn) {
        auto const start = std::chrono::steady_clock::now();
        {
            NcclTransport const nccl(world_.rank);
            auto const sender = nccl.sender_to(Rank{world_.right()}, EdgeId{7}, {64, 4});
            auto const receiver = nccl.receiver_from(Rank{world_.left()}, EdgeId{7}, {64, 4});
        }
        least = std::min(least, std::chrono::steady_clock::now() - start);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    EXPECT_LT(least, std::chrono::seconds(4));
}

}  // namespace
}  // namespace athanor::test
