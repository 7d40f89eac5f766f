// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/shared_slots.hpp"

#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using detail::SharedSlots;

std::string fresh_name() {
    static int count = 0;
    return "/athanor-test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

bool exists(std::string const& name) {
    int const file = shm_open(name.c_str(), O_RDWR, 0);
    if (file >= 0) close(file);
    return file >= 0;
}

TEST(SharedSlots, BothEndsSeeTheSameBytesAndStartFromZeros) {
    auto const name = fresh_name();
    SharedSlots ours(name, {1000, 3}), theirs(name, {1000, 3});
    EXPECT_EQ(ours.count(), 3);
    EXPECT_EQ(ours[2].size(), 1064U);
    EXPECT_THAT(theirs[2].payload(), ::testing::Each(std::byte{0}));

    ours[2].payload()[999] = std::byte{7};
    ours[0].header()[0] = std::byte{8};

    EXPECT_EQ(theirs[2].payload()[999], std::byte{7});
    EXPECT_EQ(theirs[0].header()[0], std::byte{8});
    EXPECT_EQ(theirs[1].header()[0], std::byte{0});
}

TEST(SharedSlots, TheNameIsGoneWhenBothEndsAreThere) {
    auto const name = fresh_name();
    SharedSlots const ours(name, {100, 1});
    EXPECT_TRUE(exists(name));
    SharedSlots const theirs(name, {100, 1});
    EXPECT_FALSE(exists(name));
}

TEST(SharedSlots, AnotherRoomAtTheOtherEndIsRefusedWithBothSizes) {
    auto const name = fresh_name();
    SharedSlots const ours(name, {100, 1});
    try {
        SharedSlots const theirs(name, {100, 2});
        FAIL() << "accepted";
    } catch (MpiError const& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("give both the same /buffers"));
    }
    EXPECT_FALSE(exists(name));
}

TEST(SharedSlots, MoreThanTheMachineHasIsAnErrorAndLeavesNothingBehind) {
    auto const name = fresh_name();
    EXPECT_THROW(SharedSlots(name, {std::size_t{1} << 50, 1}), MpiError);
    EXPECT_FALSE(exists(name));
}

}  // namespace
}  // namespace athanor::test
