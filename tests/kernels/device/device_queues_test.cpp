// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/device_queues.hpp"

#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(DeviceQueues, VectorsComeBackAsTheyWent) {
    auto const queue = test_queue();
    std::vector<double> values(1000);
    std::iota(values.begin(), values.end(), 0.5);

    DeviceArray<double> const array = upload(*queue, values);

    EXPECT_EQ(download(*queue, array), values);
    EXPECT_EQ(download(*queue, static_cast<double const*>(array.data()) + 10, 1),
              std::vector<double>{10.5});
}

TEST(DeviceQueues, MemoryIsZeroedAndEmptyVectorsPass) {
    auto const queue = test_queue();
    DeviceArray<int> const zeros(*queue, 77);

    EXPECT_EQ(download(*queue, zeros), std::vector<int>(77));
    EXPECT_TRUE(download(*queue, upload(*queue, std::vector<int>{})).empty());
}

/// Values of a device array that has held ones, then twos, as a queue beside reads them.
std::vector<int> read_beside(DeviceQueue& queue, bool held_back) {
    std::vector<int> const ones(64, 1), twos(64, 2);
    DeviceArray<int> const array = upload(queue, ones);
    PinnedArray<int> const staging(queue, 64), seen(queue, 64);
    std::memcpy(staging.data(), twos.data(), staging.bytes());
    auto const beside = queue.make_beside();

    auto const mark = queue.mark();
    queue.copy(array.data(), staging.data(), array.bytes());
    mark->set_again();
    if (held_back) beside->hold_back(*mark);
    beside->copy(seen.data(), array.data(), array.bytes());
    beside->mark()->wait();
    std::vector<int> const values(seen.data(), seen.data() + seen.size());
    queue.wait();
    return values;
}

TEST(QueueBeside, SeesWhatWasEnqueuedBeforeTheMarkThatHoldsItBack) {
    auto const queue = test_queue();

    EXPECT_EQ(read_beside(*queue, true), std::vector<int>(64, 2));
}

TEST(QueueBeside, EmulatedItShowsThatNothingHoldsItBack) {
    EmulatedQueue queue;

    EXPECT_EQ(read_beside(queue, false), std::vector<int>(64, 1));
}

TEST(QueueBeside, EmulatedItIsAsLateAsItCanBe) {
    EmulatedQueue queue;
    DeviceArray<int> const array(queue, 4);
    PinnedArray<int> const seen(queue, 4), later(queue, 4);
    later[0] = 5;
    auto const beside = queue.make_beside();
    beside->hold_back(*queue.mark());
    beside->copy(seen.data(), array.data(), array.bytes());
    auto const mark = beside->mark();

    queue.copy(array.data(), later.data(), array.bytes());
    queue.wait();
    EXPECT_FALSE(mark->reached());
    EXPECT_TRUE(mark->reached());

    EXPECT_EQ(seen[0], 5) << "what is read beside must stay until it has been read";
}

}  // namespace
}  // namespace athanor::test
