// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/parallel_for.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(ParallelFor, EveryIndexIsVisitedOnceWhateverTheThreads) {
    int const before = thread_count();
    for (int threads : {1, 2, 3}) {
        set_thread_count(threads);
        std::vector<int> visits(1000, 0), heavy(1000, 0);

        parallel_for(1000, [&](int i) { ++visits[static_cast<std::size_t>(i)]; });
        parallel_for_systems(1000, [&](int i) { ++heavy[static_cast<std::size_t>(i)]; });

        EXPECT_EQ(visits, std::vector<int>(1000, 1));
        EXPECT_EQ(heavy, std::vector<int>(1000, 1));
    }
    set_thread_count(before);
}

TEST(ParallelFor, NothingIsDoneForNoIndices) {
    int calls = 0;

    parallel_for(0, [&](int) { ++calls; });
    parallel_for_systems(0, [&](int) { ++calls; });

    EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace athanor::test
