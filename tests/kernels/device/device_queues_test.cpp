// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/device_queues.hpp"

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

}  // namespace
}  // namespace athanor::test
