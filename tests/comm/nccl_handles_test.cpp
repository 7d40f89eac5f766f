// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Communicators over the stand-ins for CUDA and NCCL (tests/comm/doubles), both ranks in one
/// process or one of them in a child that dies. Nothing blocks, so one thread drives both.
#include "comm/nccl_handles.hpp"

#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using namespace athanor::detail;

template <class Done>
bool eventually(Done&& done) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

/// One rank of two, with room on its device.
struct End {
    End(ncclUniqueId const& id, int rank, std::size_t bytes)
        : memory((use_device(rank), bytes)),
          stream(),
          communicator(id, rank, 2, "talk to rank " + std::to_string(1 - rank)) {}
    DeviceMemory memory;
    CudaStream stream;
    CudaEvent done;
    NcclCommunicator communicator;
};

std::string error_of(std::vector<NcclCommunicator*> const& communicators) {
    std::string found;
    eventually([&] {
        for (NcclCommunicator* communicator : communicators) try {
                static_cast<void>(communicator->ready());
            } catch (NcclError const& error) {
                found = error.what();
            }
        return !found.empty();
    });
    return found;
}

TEST(NcclHandles, AMessageGoesFromDeviceToDevice) {
    constexpr std::size_t bytes = 300'000;  // several chunks of the double
    auto const id = NcclCommunicator::make_id();
    End from(id, 0, bytes), to(id, 1, bytes);
    std::memset(from.memory.at(0), 42, bytes);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));

    from.communicator.send({from.memory.at(0), bytes}, 1, from.stream);
    to.communicator.receive({to.memory.at(0), bytes}, 0, to.stream);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));
    to.done.record(to.stream);

    ASSERT_TRUE(eventually([&] { return to.done.reached(); }));
    EXPECT_EQ(std::memcmp(from.memory.at(0), to.memory.at(0), bytes), 0);
}

TEST(NcclHandles, ASendIsNotDoneBeforeItsReceive) {
    auto const id = NcclCommunicator::make_id();
    End from(id, 0, 16), to(id, 1, 16);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));
    from.communicator.send({from.memory.at(0), 16}, 1, from.stream);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready(); }));
    from.done.record(from.stream);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(from.done.reached());

    to.communicator.receive({to.memory.at(0), 16}, 0, to.stream);

    EXPECT_TRUE(eventually([&] { return to.communicator.ready() && from.done.reached(); }));
}

TEST(NcclHandles, EmptyMessagesPass) {
    auto const id = NcclCommunicator::make_id();
    End from(id, 0, 16), to(id, 1, 16);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));

    from.communicator.send({from.memory.at(0), 0}, 1, from.stream);
    to.communicator.receive({to.memory.at(0), 0}, 0, to.stream);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));
    from.done.record(from.stream);

    EXPECT_TRUE(eventually([&] { return from.done.reached(); }));
}

TEST(NcclHandles, CountsThatDifferAreAnErrorOfTheLink) {
    auto const id = NcclCommunicator::make_id();
    End from(id, 0, 100), to(id, 1, 100);
    ASSERT_TRUE(eventually([&] { return from.communicator.ready() && to.communicator.ready(); }));

    from.communicator.send({from.memory.at(0), 100}, 1, from.stream);
    to.communicator.receive({to.memory.at(0), 50}, 0, to.stream);

    EXPECT_THAT(error_of({&to.communicator}),
                ::testing::AllOf(::testing::HasSubstr("NCCL could not talk to rank 0"),
                                 ::testing::HasSubstr("a send of 100 bytes met a receive of 50")));
    EXPECT_THAT(error_of({&from.communicator}), ::testing::HasSubstr("aborted its communicator"));
}

TEST(NcclHandles, ABrokenCommunicatorSaysTheSameAgain) {
    auto const id = NcclCommunicator::make_id();
    End from(id, 0, 100), to(id, 0, 100);  // both claim to be rank 0, so nobody is rank 1
    use_device(0);
    auto const other = NcclCommunicator::make_id();
    NcclCommunicator one(other, 0, 2, "be alone"), two(other, 1, 2, "be alone");  // one device

    std::string const first = error_of({&one});

    EXPECT_THAT(first, ::testing::HasSubstr("Duplicate GPU detected"));
    EXPECT_EQ(error_of({&one}), first);
}

TEST(NcclHandles, APeerThatIsKilledIsARemoteError) {
    auto const id = NcclCommunicator::make_id();
    pid_t const child = fork();
    if (child == 0) {  // joins, then dies without a word
        End end(id, 1, 16);
        eventually([&] { return end.communicator.ready(); });
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ::kill(getpid(), SIGKILL);
    }
    End end(id, 0, 16);
    ASSERT_TRUE(eventually([&] { return end.communicator.ready(); }));
    end.communicator.send({end.memory.at(0), 16}, 1, end.stream);

    std::string const found = error_of({&end.communicator});

    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    EXPECT_THAT(found, ::testing::HasSubstr("remote process exited"));
    EXPECT_THAT(found, ::testing::HasSubstr("NCCL could not talk to rank 1"));
}

TEST(NcclHandles, APeerThatStandsStillIsNoErrorAndCanBeLeft) {
    auto const id = NcclCommunicator::make_id();
    pid_t const child = fork();
    if (child == 0) {
        End end(id, 1, 16);
        eventually([&] { return end.communicator.ready(); });
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ::kill(getpid(), SIGSTOP);
        _exit(0);
    }
    int status = 0;
    std::chrono::steady_clock::time_point left;
    {
        End end(id, 0, 16);
        ASSERT_TRUE(eventually([&] { return end.communicator.ready(); }));
        end.communicator.send({end.memory.at(0), 16}, 1, end.stream);
        ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
        EXPECT_TRUE(WIFSTOPPED(status));
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        EXPECT_NO_THROW(static_cast<void>(end.communicator.ready()));
        end.done.record(end.stream);
        EXPECT_FALSE(end.done.reached());
        left = std::chrono::steady_clock::now();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(10));
    ::kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

}  // namespace
}  // namespace athanor::test
