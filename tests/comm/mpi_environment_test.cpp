// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_environment.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr char const* launcher_names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK",
                                          "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"};

/// Every test begins as a process that nobody launched.
class MpiEnvironmentAlone : public ::testing::Test {
protected:
    MpiEnvironmentAlone() {
        for (char const* name : launcher_names) unsetenv(name);
    }
    ~MpiEnvironmentAlone() override {
        for (char const* name : launcher_names) unsetenv(name);
    }
};

TEST_F(MpiEnvironmentAlone, IsRankZeroOfOneWithoutMpi) {
    int argc = 0;
    char** argv = nullptr;
    MpiEnvironment const environment(argc, argv);

    EXPECT_FALSE(environment.uses_mpi());
    EXPECT_EQ(environment.rank(), Rank{0});
    EXPECT_EQ(environment.size(), 1);
    EXPECT_EQ(environment.local_rank(), 0);
    EXPECT_EQ(environment.broadcast("bytes"), "bytes");
    EXPECT_EQ(environment.gather("mine"), std::vector<std::string>{"mine"});
    EXPECT_EQ(environment.max(5), 5);
}

TEST_F(MpiEnvironmentAlone, AbortEndsTheProcessWithTheCode) {
    int argc = 0;
    char** argv = nullptr;
    MpiEnvironment const environment(argc, argv);

    EXPECT_EXIT(environment.abort(6), ::testing::ExitedWithCode(6), "");
}

TEST_F(MpiEnvironmentAlone, KnowsWhoStartedIt) {
    EXPECT_FALSE(MpiEnvironment::launched());
    setenv("SLURM_PROCID", "0", 1);  // a batch script has it too
    EXPECT_FALSE(MpiEnvironment::launched());
    setenv("SLURM_STEP_NUM_TASKS", "1", 1);
    EXPECT_FALSE(MpiEnvironment::launched());
    setenv("SLURM_STEP_NUM_TASKS", "4", 1);
    EXPECT_TRUE(MpiEnvironment::launched());
    unsetenv("SLURM_PROCID");
    setenv("OMPI_COMM_WORLD_SIZE", "1", 1);
    EXPECT_TRUE(MpiEnvironment::launched());
}

}  // namespace
}  // namespace athanor::test
