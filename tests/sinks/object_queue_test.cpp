// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_queue.hpp"

#include <atomic>
#include <latch>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

TEST(ObjectQueue, JobsOfSeveralKeysRunAtOnce) {
    ObjectQueue queue(3, 100);
    std::latch all_here(3);

    for (char const* key : {"a", "b", "c"}) queue.add(key, 1, [&] { all_here.arrive_and_wait(); });
    queue.drain();  // ends only if all three were under way together

    EXPECT_TRUE(all_here.try_wait());
}

TEST(ObjectQueue, JobsOfOneKeyRunInOrder) {
    std::vector<int> order;  // written by one job at a time
    ObjectQueue queue(4, 100);

    for (int k = 0; k < 50; ++k) queue.add("key", 1, [&order, k] { order.push_back(k); });
    queue.drain();

    ASSERT_EQ(order.size(), 50U);
    for (int k = 0; k < 50; ++k) EXPECT_EQ(order[static_cast<std::size_t>(k)], k);
}

TEST(ObjectQueue, NoMoreBytesWaitThanAllowed) {
    std::atomic<int> bytes = 0, most = 0;
    ObjectQueue queue(8, 10);

    for (int k = 0; k < 40; ++k) {
        int const size = k == 20 ? 25 : 4;  // one is larger than the bound
        queue.add(std::to_string(k), static_cast<std::size_t>(size), [&bytes, &most, size] {
            int const now = bytes += size;
            for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
            }
            bytes -= size;
        });
    }
    queue.drain();

    EXPECT_LE(most, 25);
    EXPECT_EQ(bytes, 0);
}

TEST(ObjectQueue, TheFirstErrorEndsTheQueue) {
    ObjectQueue queue(1, 100);
    std::atomic<int> later = 0;
    std::latch go(1);

    queue.add("a", 1, [&] {
        go.wait();
        throw StorageError("the disk is full");
    });
    queue.add("b", 1, [&] { ++later; });
    go.count_down();

    EXPECT_THROW(queue.drain(), StorageError);
    EXPECT_THROW(queue.add("c", 1, [&] { ++later; }), StorageError);
    EXPECT_EQ(later, 0);
}

}  // namespace
}  // namespace athanor::test
