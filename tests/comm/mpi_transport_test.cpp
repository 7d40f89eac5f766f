// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_transport.hpp"

#include <mpi.h>

#include "comm/message_pieces.hpp"
#include "tests/comm/channel_contract.hpp"
#include "tests/comm/mpi_ring.hpp"

namespace athanor::test {
namespace {

/// While it is there, messages of as many bytes leave with a bit changed, where the transport keeps
/// them.
class DamagedOnTheirWay {
public:
    explicit DamagedOnTheirWay(int bytes) { bytes_ = bytes; }
    DamagedOnTheirWay(DamagedOnTheirWay const&) = delete;
    DamagedOnTheirWay& operator=(DamagedOnTheirWay const&) = delete;
    ~DamagedOnTheirWay() { bytes_ = 0; }

    static void send(void const* data, int bytes) {
        if (bytes == bytes_) static_cast<std::byte*>(const_cast<void*>(data))[2] ^= std::byte{64};
    }

private:
    static inline int bytes_ = 0;
};

}  // namespace
}  // namespace athanor::test

/// In front of MPI's own.
extern "C" int MPI_Isend(void const* data, int count, MPI_Datatype type, int peer, int tag,
                         MPI_Comm communicator, MPI_Request* request) {
    athanor::test::DamagedOnTheirWay::send(data, count);
    return PMPI_Isend(data, count, type, peer, tag, communicator, request);
}

namespace athanor::test {
namespace {

struct MpiRing {
    static constexpr int random_cases = 10;

    static void run(RingOptions const& options, RingBody const& body) {
        run_mpi_ring(MpiTransport(), options, body);
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Mpi, ChannelContract, MpiRing);

/// What the receiver throws at last, while both halves look.
std::string error_of(TransportSender& sender, TransportReceiver& receiver) {
    std::string found;
    eventually([&] {
        sender.progress();
        try {
            receiver.progress();
        } catch (MpiError const& error) {
            found = error.what();
        }
        return !found.empty();
    });
    return found;
}

TEST(MpiTransport, AMessageForASmallerSlotIsAnMpiErrorThatNamesTheLink) {
    World const world;
    if (world.size == 1)
        GTEST_SKIP() << "Open MPI 4.1 does not notice this in a message to oneself";
    MpiTransport const mpi;
    auto const receiver = mpi.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {64, 1});
    auto const sender = mpi.sender_to(Rank{world.right()}, EdgeId{world.rank}, {512, 1});
    sender->post(0, 512);

    std::string const found = error_of(*sender, *receiver);

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(world.left())));
    EXPECT_THAT(found, ::testing::HasSubstr("TRUNCATE"));
    MPI_Barrier(MPI_COMM_WORLD);
}

/// One message of four pieces between this rank and its neighbours, half of it shown.
struct CutMessage {
    static constexpr std::size_t piece = detail::MessagePieces::piece_bytes;
    static constexpr std::size_t bytes = 4 * piece;

    CutMessage() {
        for (std::size_t i = 0; i < bytes; ++i)
            sender->slot(0).payload()[i] = std::byte(i * 7 + i / piece);
        sender->show(0, piece - 1, bytes);
        sender->show(0, 2 * piece + 1, bytes);
        half_is_here = eventually([this] {
            look();
            return receiver->shown(0) == 2 * piece;
        });
        MPI_Barrier(MPI_COMM_WORLD);  // nobody goes on while another still looks for this half
    }
    void look() {
        if (sender != nullptr) sender->progress();
        receiver->progress();
    }

    World const world;
    MpiTransport const mpi;
    SenderPtr sender = mpi.sender_to(Rank{world.right()}, EdgeId{world.rank}, {bytes, 2});
    ReceiverPtr receiver = mpi.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {bytes, 2});
    bool half_is_here = false;
};

TEST(MpiTransport, PiecesArriveBeforeTheirMessageIsPosted) {
    CutMessage message;
    ASSERT_TRUE(message.half_is_here);
    EXPECT_EQ(message.receiver->arrived(0), std::nullopt);

    message.sender->post(0, CutMessage::bytes);

    ASSERT_TRUE(eventually([&] {
        message.look();
        return message.receiver->arrived(0).has_value();
    }));
    EXPECT_EQ(message.receiver->arrived(0), message_header_bytes + CutMessage::bytes);
    EXPECT_EQ(message.receiver->shown(0), 0U);
    auto const got = message.receiver->slot(0).payload();
    for (std::size_t i = 0; i < CutMessage::bytes; ++i)
        ASSERT_EQ(got[i], std::byte(i * 7 + i / CutMessage::piece)) << i;
    message.receiver->give_back(0);
    EXPECT_TRUE(eventually([&] {
        message.look();
        return message.sender->credits() == 1 && message.sender->has_left(0);
    }));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, ASenderThatDiesBetweenPiecesHasSentNothing) {
    CutMessage message;
    ASSERT_TRUE(message.half_is_here);

    message.sender.reset();

    for (int look = 0; look < 100; ++look) {
        message.look();
        EXPECT_EQ(message.receiver->arrived(0), std::nullopt);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, PiecesForASmallerSlotAreAnErrorThatNamesTheLink) {
    World const world;
    constexpr std::size_t bytes = 4 * detail::MessagePieces::piece_bytes;
    MpiTransport const mpi;
    auto const receiver =
        mpi.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {bytes - 16, 1});
    auto const sender = mpi.sender_to(Rank{world.right()}, EdgeId{world.rank}, {bytes, 1});
    sender->show(0, 100, bytes);

    std::string const found = error_of(*sender, *receiver);

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(world.left())));
    EXPECT_THAT(found, ::testing::HasSubstr("a message of 4194304 bytes is announced"));
    MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, ADamagedAnnouncementOfPiecesIsAnErrorThatNamesTheLink) {
    World const world;
    constexpr std::size_t bytes = 4 * detail::MessagePieces::piece_bytes;
    MpiTransport const mpi;
    auto const receiver = mpi.receiver_from(Rank{world.left()}, EdgeId{world.left()}, {bytes, 1});
    auto const sender = mpi.sender_to(Rank{world.right()}, EdgeId{world.rank}, {bytes, 1});
    {
        DamagedOnTheirWay const announcements(2 * sizeof(std::uint64_t));
        sender->show(0, 100, bytes);
    }

    std::string const found = error_of(*sender, *receiver);

    EXPECT_THAT(found, ::testing::HasSubstr("receive from rank " + std::to_string(world.left())));
    EXPECT_THAT(found, ::testing::HasSubstr("an announcement was damaged on its way"));
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
