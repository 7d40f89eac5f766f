// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/slot.hpp"

#include <cstdint>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

TEST(Slot, IsAlignedAndItsPayloadFollowsTheHeader) {
    Slot slot(100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.header().data()) % 64, 0U);
    EXPECT_EQ(slot.payload().data(), slot.header().data() + message_header_bytes);
    EXPECT_EQ(slot.payload().size(), 100U);
    EXPECT_EQ(slot.bytes().size(), message_header_bytes + 100);
}

TEST(Slot, MovesWithItsMemory) {
    Slot slot(100);
    auto const* const before = slot.bytes().data();
    Slot const moved(std::move(slot));
    EXPECT_EQ(const_cast<Slot&>(moved).bytes().data(), before);
}

TEST(BufferConfig, TextHasRoomByDefault) {
    EXPECT_EQ(checked({16, 2048, 0, 0, 3}).text_bytes, 64 * 1024);
    EXPECT_EQ(checked({1000, 2048, 0, 0, 3}).text_bytes, 1000 * 1024);
    EXPECT_EQ(checked({16, 2048, 0, 77, 3}).text_bytes, 77);
}

TEST(BufferConfig, ImpossibleValuesAreNamedByTheirPointer) {
    auto const message_for = [](BufferConfig buffers) -> std::string {
        try {
            static_cast<void>(checked(buffers));
        } catch (ConfigError const& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(message_for({0, 1, 0, 0, 1}), ::testing::HasSubstr("/buffers/systems: 0"));
    EXPECT_THAT(message_for({1, 0, 0, 0, 1}), ::testing::HasSubstr("/buffers/atoms: 0"));
    EXPECT_THAT(message_for({1, 1, -1, 0, 1}), ::testing::HasSubstr("/buffers/edges: -1"));
    EXPECT_THAT(message_for({1, 1, 0, 0, 0}), ::testing::HasSubstr("/buffers/slots: 0"));
}

TEST(SlotRoom, HoldsTheLargestMessageOfTheBuffers) {
    Schema const schema;
    BufferConfig const buffers{4, 100, 0, 1000, 2};
    SlotRoom const room = slot_room(schema, buffers);
    EXPECT_EQ(room.slots, 2);
    EXPECT_EQ(room.payload_bytes, packed_bytes(schema, {4, 100, 0, 1000}));
}

}  // namespace
}  // namespace athanor::test
