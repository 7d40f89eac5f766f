// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/channel_state.hpp"

#include <gtest/gtest.h>

#include "comm/in_process_transport.hpp"
#include "tests/comm/ring.hpp"

namespace athanor::test {
namespace {

TEST(ChannelStates, TellCreditsSequenceNumbersAndOccupiedSlotsOfBothHalves) {
    ChannelStates states;
    BufferConfig const buffers{2, 10, 0, 0, 3};
    SchemaPtr const schema = forged_schema();
    InProcessLink link = in_process_link(slot_room(*schema, buffers));
    ChannelOptions const options{EdgeId{4}, schema, buffers, &states, "relax to md"};
    CreditChannelSender sender(options, std::move(link.sender));
    CreditChannelReceiver receiver(options, std::move(link.receiver));
    Batch const batch = batch_of(schema, {forge_sample(schema, 0, 3), forge_sample(schema, 1, 3)});

    ASSERT_EQ(sender.try_send(batch, all_systems(batch)), 2);
    ASSERT_EQ(sender.try_send(batch, all_systems(batch)), 2);
    ASSERT_EQ(receiver.poll(), ReceiveStatus::received);
    static_cast<void>(take_one(receiver, schema));

    EXPECT_EQ(states.describe(),
              (std::vector<std::string>{
                  "channel 4 (relax to md), sending: next message 2, 0 given back, credit for 1, 2 "
                  "of 3 slots occupied",
                  "channel 4 (relax to md), receiving: next message 0, 2 arrived, 2 of 3 slots "
                  "occupied, 1 samples left in the open one"}));

    for (int k = 0; k < 3; ++k) {
        ASSERT_EQ(receiver.poll(), ReceiveStatus::received);
        static_cast<void>(take_one(receiver, schema));
    }
    sender.close();
    ASSERT_EQ(receiver.poll(), ReceiveStatus::ended);
    ASSERT_EQ(sender.credit(), 3);

    EXPECT_EQ(states.describe(),
              (std::vector<std::string>{
                  "channel 4 (relax to md), sending: next message 3, 3 given back, credit for 3, 0 "
                  "of 3 slots occupied, end of stream sent",
                  "channel 4 (relax to md), receiving: next message 3, 3 arrived, 0 of 3 slots "
                  "occupied, 0 samples left in the open one, end of stream received"}));
}

TEST(ChannelStates, FiguresReadAMomentApartStayWithinTheSlots) {
    ChannelState state;
    state.slots = 3;
    state.sequence = 4;
    state.answered = 6;
    EXPECT_EQ(state.occupied(), 0);
    state.sequence = 90;
    EXPECT_EQ(state.occupied(), 3);
}

}  // namespace
}  // namespace athanor::test
