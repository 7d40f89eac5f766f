// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "comm/mpi_environment.hpp"

namespace athanor::test {
namespace {

MpiEnvironment& environment() {
    static int argc = 0;
    static char** argv = nullptr;
    static MpiEnvironment shared(argc, argv);  // MPI runs already: it is used and left running
    return shared;
}

TEST(MpiEnvironment, UsesTheMpiThatRunsAlready) {
    EXPECT_TRUE(environment().uses_mpi());
    EXPECT_GE(environment().rank().value(), 0);
    EXPECT_LT(environment().rank().value(), environment().size());
    EXPECT_EQ(environment().local_rank(), environment().rank().value());  // one node in this test
    EXPECT_EQ(environment().local_size(), environment().size());
}

TEST(MpiEnvironment, BroadcastGivesEveryoneTheBytesOfRankZero) {
    std::string const long_bytes(100000, '\0');
    std::string const mine = environment().rank() == Rank{0} ? long_bytes : "other";

    EXPECT_EQ(environment().broadcast(mine), long_bytes);
    EXPECT_EQ(environment().broadcast(environment().rank() == Rank{0} ? "" : "x"), "");
}

TEST(MpiEnvironment, GatherCollectsByRankOnRankZero) {
    int const rank = environment().rank().value();

    auto const parts = environment().gather(std::string(static_cast<std::size_t>(rank) * 3, 'r'));

    ASSERT_EQ(parts.size(), rank == 0 ? static_cast<std::size_t>(environment().size()) : 0U);
    for (std::size_t r = 0; r < parts.size(); ++r) EXPECT_EQ(parts[r], std::string(r * 3, 'r'));
}

TEST(MpiEnvironment, MaxIsTheLargestOfAllRanks) {
    EXPECT_EQ(environment().max(environment().rank().value()), environment().size() - 1);
}

}  // namespace
}  // namespace athanor::test
