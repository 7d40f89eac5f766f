// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/write_queue.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/sinks/gate.hpp"

namespace athanor::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

WriteTask numbered(std::int64_t number, bool alone = false) {
    return {.alone = alone, .number = number};
}

TEST(WriteQueue, ABufferThatGoesAlongIsNotCopiedAndComesBackAsASpareOne) {
    std::byte const* seen = nullptr;
    WriteQueue queue(1, 1000,
                     [&](WriteTask const& task, EncodeScratch&) { seen = task.rows.data(); });
    RowBuffer buffer = queue.spare_buffer(100);
    std::byte const* const place = buffer.bytes.get();
    WriteTask task = numbered(1);
    task.rows = {place + 20, 50};

    queue.push(std::move(task), std::move(buffer));
    queue.drain();

    EXPECT_EQ(seen, place + 20);
    EXPECT_EQ(queue.held_bytes(), 100U);
    EXPECT_EQ(queue.spare_buffer(80).bytes.get(), place);
    EXPECT_EQ(queue.held_bytes(), 0U);
}

TEST(WriteQueue, BuffersThatGoAlongWaitForRoomToo) {
    Gate gate;
    WriteQueue queue(1, 150, [&](WriteTask const&, EncodeScratch&) { gate.pass(); });
    auto const push = [&queue] {
        RowBuffer buffer = queue.spare_buffer(100);
        WriteTask task = numbered(1);
        task.rows = {buffer.bytes.get(), 100};
        queue.push(std::move(task), std::move(buffer));
    };
    push();
    std::thread opener([&gate] {
        std::this_thread::sleep_for(20ms);
        gate.open();
    });

    push();
    opener.join();
    queue.drain();

    EXPECT_GT(queue.stalled().count(), 0);
}

class ThreadCount : public ::testing::TestWithParam<int> {};

TEST_P(ThreadCount, NothingPassesATaskThatIsAlone) {
    std::mutex mutex;
    std::vector<std::int64_t> begun, ended;
    WriteQueue queue(GetParam(), 1000, [&](WriteTask const& task, EncodeScratch&) {
        std::lock_guard const guard(mutex);
        begun.push_back(task.number);
        if (task.alone) {
            EXPECT_EQ(ended.size() + 1, begun.size());
        }
        ended.push_back(task.number);
    });

    for (int k = 0; k < 1000; ++k) queue.push(numbered(k, k % 10 == 9));
    queue.drain();

    ASSERT_EQ(ended.size(), 1000U);
    for (std::size_t k = 0; k < 1000; ++k) EXPECT_EQ(ended[k] / 10, static_cast<int>(k) / 10);
    for (std::size_t k = 9; k < 1000; k += 10) EXPECT_EQ(ended[k], static_cast<int>(k));
}

TEST_P(ThreadCount, AFailureIsRepeatedByEveryCallAndEndsTheWork) {
    std::atomic<int> after = 0;
    WriteQueue queue(GetParam(), 1000, [&](WriteTask const& task, EncodeScratch&) {
        if (task.number == 5) throw StorageError("the disk is full");
        if (task.number > 5) ++after;
    });

    auto const push_all = [&] {
        for (int k = 0; k < 50; ++k) queue.push(numbered(k, true));
        queue.drain();
    };

    EXPECT_THROW(push_all(), StorageError);
    EXPECT_THROW(queue.drain(), StorageError);
    EXPECT_THROW(queue.push(numbered(0)), StorageError);
    EXPECT_EQ(after, 0);
}
INSTANTIATE_TEST_SUITE_P(WriteQueue, ThreadCount, ::testing::Values(0, 1, 2, 4));

TEST(WriteQueue, RowsThatWaitAreCopies) {
    Gate gate;
    Bytes seen;
    WriteQueue queue(1, 1000, [&](WriteTask const& task, EncodeScratch&) {
        gate.pass();
        seen.assign(task.rows.begin(), task.rows.end());
    });
    Bytes rows(10, std::byte{1});

    queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});
    std::fill(rows.begin(), rows.end(), std::byte{2});
    gate.open();
    queue.drain();

    EXPECT_EQ(seen, Bytes(10, std::byte{1}));
}

TEST(WriteQueue, PushWaitsForRoomAndThatIsCounted) {
    Bytes const rows(600);
    // How long a thread takes to get to its waiting nobody knows; so the gate opens later and
    // later.
    for (auto delay = 1ms; delay < 60s; delay *= 2) {
        Gate gate;
        WriteQueue queue(1, 1000, [&](WriteTask const&, EncodeScratch&) { gate.pass(); });
        queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});
        EXPECT_EQ(queue.stalled().count(), 0);
        std::thread opener([&] {
            std::this_thread::sleep_for(delay);
            gate.open();
        });

        queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});

        opener.join();
        queue.drain();
        if (queue.stalled().count() > 0) return;
    }
    FAIL() << "it never waited";
}

TEST(WriteQueue, MemoryIsUsedAgain) {
    WriteQueue queue(2, 10000, [](WriteTask const&, EncodeScratch&) {});
    Bytes const rows(600);
    auto const push_some = [&] {
        for (int k = 0; k < 200; ++k)
            queue.push({.kind = WriteTask::Kind::chunk,
                        .rows = std::span(rows).first(300U + 300U * static_cast<unsigned>(k % 2))});
        queue.drain();
    };

    push_some();
    EXPECT_GT(queue.held_bytes(), 0U);
    for (int round = 0; round < 10; ++round) push_some();

    EXPECT_LE(queue.held_bytes(), 10000U);
}

/// Pushes buffers of 100 bytes, and returns the most that was held at any time.
std::size_t push_buffers(WriteQueue& queue, int count) {
    std::size_t most = 0;
    for (int k = 0; k < count; ++k) {
        RowBuffer buffer = queue.spare_buffer(100);
        WriteTask task = numbered(k);
        task.rows = {buffer.bytes.get(), 100};
        queue.push(std::move(task), std::move(buffer));
        most = std::max(most, queue.held_bytes());
    }
    return most;
}

TEST(WriteQueue, MemoryComesBackFromAThreadThatKeepsUpBeforeMoreIsTaken) {
    // As patient as the slowest machine needs: hours in all.
    WriteQueue queue(1, 1 << 20, [](WriteTask const&, EncodeScratch&) {},
                     {.fresh_bytes = 1000, .patience = 1e7});

    EXPECT_LE(push_buffers(queue, 1000), 1000U);
    queue.drain();
}

TEST(WriteQueue, PatienceWithAThreadThatHangsEnds) {
    Gate gate;
    WriteQueue queue(1, 1 << 20, [&](WriteTask const&, EncodeScratch&) { gate.pass(); },
                     {.fresh_bytes = 1000, .patience = 200.0});  // 210 ms in all

    EXPECT_EQ(push_buffers(queue, 5000), 500000U);
    EXPECT_GT(queue.stalled(), 50ms);
    EXPECT_LT(queue.stalled(), 5s);  // a 32nd of it for every buffer would be 33 s
    gate.open();
    queue.drain();
}

TEST(WriteQueue, CallersHelpWhileTheThreadsGetOnAndTakeNoMoreMemory) {
    std::atomic<int> by_caller = 0, by_thread = 0;
    auto const caller = std::this_thread::get_id();
    // As patient as the slowest machine needs: seconds since a thread was done with something.
    WriteQueue queue(1, 1 << 20,
                     [&](WriteTask const&, EncodeScratch&) {
                         ++(std::this_thread::get_id() == caller ? by_caller : by_thread);
                         std::this_thread::sleep_for(100us);
                     },
                     {.fresh_bytes = 1000, .patience = 1e6});
    Bytes const rows(100);
    std::size_t most = 0;

    for (int k = 0; k < 1000; ++k) {
        queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});
        most = std::max(most, queue.held_bytes());
    }
    int const helped = by_caller;
    queue.drain();

    EXPECT_EQ(by_caller + by_thread, 1000);
    EXPECT_GT(helped, 0);
    EXPECT_GT(by_thread, 0);
    EXPECT_LE(most, 1000U);
    EXPECT_GE(queue.stalled(), helped * 100us);
}

TEST(WriteQueue, CallersHelpWithNothingThatWouldPassATaskThatIsAlone) {
    for (int round = 0; round < 20; ++round) {
        std::mutex mutex;
        std::vector<std::int64_t> order;
        WriteQueue queue(1, 300, [&](WriteTask const& task, EncodeScratch&) {
            std::this_thread::sleep_for(50us);
            std::lock_guard const guard(mutex);
            order.push_back(task.number);
        });
        Bytes const rows(100);

        for (int k = 0; k < 60; ++k) {
            WriteTask task = numbered(k / 6, k % 6 == 5);
            if (!task.alone) task.rows = rows;
            queue.push(std::move(task));
        }
        queue.drain();

        EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
        EXPECT_EQ(order.size(), 60U);
    }
}

TEST(WriteQueue, WhileATaskIsAloneCallersThatNeedMemoryDoWhatIsBeforeIt) {
    Gate begun, gate;
    std::vector<std::int64_t> by_caller;
    auto const caller = std::this_thread::get_id();
    // As patient as the slowest machine needs: minutes since something was done.
    WriteQueue queue(1, 1 << 20,
                     [&](WriteTask const& task, EncodeScratch&) {
                         if (task.number == 1) {
                             begun.open();
                             gate.pass();
                         } else if (std::this_thread::get_id() == caller) {
                             by_caller.push_back(task.number);
                         }
                     },
                     {.fresh_bytes = 1000, .patience = 1e6});
    queue.push(numbered(0));
    queue.drain();
    by_caller.clear();
    Bytes const rows(400);
    auto const push_rows = [&](std::int64_t number) {
        queue.push({.kind = WriteTask::Kind::chunk, .number = number, .rows = rows});
    };
    push_rows(1);
    begun.pass();
    push_rows(2);
    queue.push(numbered(3, true));

    push_rows(4);

    EXPECT_THAT(by_caller, ElementsAre(2));
    EXPECT_EQ(queue.held_bytes(), 800U);
    EXPECT_GT(queue.stalled().count(), 0);
    gate.open();
    queue.drain();
}

TEST(WriteQueue, WithoutRoomTheCallerDoesTheTaskItselfWhileAThreadHangs) {
    Gate gate;
    std::atomic<int> done = 0;
    auto const caller = std::this_thread::get_id();
    WriteQueue queue(1, 150, [&](WriteTask const&, EncodeScratch&) {
        if (std::this_thread::get_id() != caller) gate.pass();
        ++done;
    });
    Bytes const rows(100);
    queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});

    queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});  // would never return if it waited

    EXPECT_EQ(done, 1);
    EXPECT_GT(queue.stalled().count(), 0);
    gate.open();
    queue.drain();
    EXPECT_EQ(done, 2);
}

TEST(WriteQueue, WhatACallerMeetsInATaskEndsTheWork) {
    Gate gate;
    auto const caller = std::this_thread::get_id();
    WriteQueue queue(1, 150, [&](WriteTask const&, EncodeScratch&) {
        if (std::this_thread::get_id() == caller) throw StorageError("the disk is full");
        gate.pass();
    });
    WriteTask const task{.kind = WriteTask::Kind::chunk, .rows = std::span<std::byte const>()};
    Bytes const rows(100);
    queue.push({.kind = WriteTask::Kind::chunk, .rows = rows});

    EXPECT_THROW(queue.push({.kind = WriteTask::Kind::chunk, .rows = rows}), StorageError);
    gate.open();

    EXPECT_THROW(queue.push(task), StorageError);
    EXPECT_THROW(queue.drain(), StorageError);
}

}  // namespace
}  // namespace athanor::test
