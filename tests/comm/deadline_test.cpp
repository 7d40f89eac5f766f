// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/deadline.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(DeadlineDeathTest, EndsTheProcessWithItsMessageAndCodeFour) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            Deadline const deadline(std::chrono::duration<double>(0.05), "nobody answers");
            std::this_thread::sleep_for(std::chrono::minutes(1));
        },
        ::testing::ExitedWithCode(4), "athanor: nobody answers");
}

TEST(DeadlineDeathTest, DoesNothingWhenItGoesInTimeOrHasNoLimit) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            { Deadline const deadline(std::chrono::duration<double>(0.05), "nobody answers"); }
            Deadline const none(std::chrono::duration<double>(0), "nobody answers");
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            std::_Exit(0);
        },
        ::testing::ExitedWithCode(0), "^$");
}

TEST(KillThisProcessAfterDeathTest, EndsAProcessThatIsStopped) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            kill_this_process_after(std::chrono::milliseconds(50));
            raise(SIGSTOP);
        },
        ::testing::KilledBySignal(SIGKILL), "^$");
}

TEST(KillThisProcessAfterDeathTest, LeavesAProcessAloneThatEndsInTime) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            kill_this_process_after(std::chrono::minutes(1));
            std::_Exit(3);
        },
        ::testing::ExitedWithCode(3), "^$");
}

}  // namespace
}  // namespace athanor::test
