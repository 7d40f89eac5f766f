// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/comm/channel_contract.hpp"
#include "tests/comm/in_process_ring.hpp"

namespace athanor::test {
namespace {

using Rings =
    ::testing::Types<InProcessRing<1>, InProcessRing<2>, InProcessRing<3>, InProcessRing<4>>;
INSTANTIATE_TYPED_TEST_SUITE_P(InProcess, ChannelContract, Rings);

TEST(InProcessTransport, MovesNoBytesBetweenTheHalves) {
    auto link = in_process_link({256, 2});

    EXPECT_EQ(link.sender->slot(1).bytes().data(), link.receiver->slot(1).bytes().data());
}

TEST(InProcessTransport, WhatWasPostedOutlivesTheSender) {
    auto link = in_process_link({256, 2});
    link.sender->slot(0).payload()[3] = std::byte{42};
    link.sender->post(0, 16);

    link.sender.reset();

    link.receiver->progress();
    EXPECT_EQ(link.receiver->arrived(0), message_header_bytes + 16);
    EXPECT_EQ(link.receiver->slot(0).payload()[3], std::byte{42});
    EXPECT_EQ(link.receiver->arrived(1), std::nullopt);
}

}  // namespace
}  // namespace athanor::test
