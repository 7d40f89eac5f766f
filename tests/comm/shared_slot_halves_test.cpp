// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/shared_slot_halves.hpp"

#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using detail::receiver_over;
using detail::sender_over;
using detail::SharedSlots;

/// Each half over a mapping of its own, as in two processes.
struct TwoMappings {
    explicit TwoMappings(std::string const& name)
        : slots(std::make_shared<SharedSlots>(name, SlotRoom{256, 2})),
          sender(sender_over(slots)),
          receiver(receiver_over(std::make_shared<SharedSlots>(name, SlotRoom{256, 2}))) {}
    std::shared_ptr<SharedSlots> slots;
    std::unique_ptr<TransportSender> sender;
    std::unique_ptr<TransportReceiver> receiver;
};

std::string name_of(char const* test) {
    return "/athanor-halves-" + std::to_string(getpid()) + "-" + test;
}

TEST(SharedSlotHalves, AreSeenInTurnByTheOtherSide) {
    TwoMappings edge(name_of("turns"));
    auto& [slots, sender, receiver] = edge;
    for (int n = 0; n < 5; ++n) {
        int const k = n % 2;
        EXPECT_EQ(receiver->arrived(k), std::nullopt);
        sender->slot(k).payload()[0] = std::byte(n);
        sender->post(k, 10U + static_cast<unsigned>(n));
        EXPECT_EQ(receiver->arrived(k), std::nullopt) << "changes in progress() only";
        receiver->progress();
        EXPECT_EQ(receiver->arrived(k), message_header_bytes + 10 + static_cast<unsigned>(n));
        EXPECT_EQ(receiver->slot(k).payload()[0], std::byte(n));
        receiver->give_back(k);
        EXPECT_EQ(sender->credits(), static_cast<unsigned>(n));
        sender->progress();
        EXPECT_EQ(sender->credits(), static_cast<unsigned>(n) + 1);
    }
}

TEST(SharedSlotHalves, ShowPartsOfTheMessageThatComesNextAndOfNoOther) {
    TwoMappings edge(name_of("parts"));
    auto& [slots, sender, receiver] = edge;
    EXPECT_EQ(receiver->shown(0), 0U);
    for (int n = 0; n < 5; ++n) {
        int const k = n % 2;
        sender->slot(k).payload()[99] = std::byte(n);
        sender->show(k, 100, 250);
        EXPECT_EQ(receiver->shown(k), 0U) << "changes in progress() only";
        receiver->progress();
        EXPECT_EQ(receiver->shown(k), 100U);
        EXPECT_EQ(receiver->shown(1 - k), 0U);
        EXPECT_EQ(receiver->slot(k).payload()[99], std::byte(n));
        EXPECT_EQ(receiver->arrived(k), std::nullopt);
        sender->show(k, 250, 250);
        sender->post(k, 256);
        receiver->progress();
        EXPECT_EQ(receiver->shown(k), 0U) << "it has arrived";
        EXPECT_EQ(receiver->shown(1 - k), 0U) << "of the next message nothing is there";
        EXPECT_EQ(receiver->arrived(k), message_header_bytes + 256);
        receiver->give_back(k);
        sender->progress();
    }
}

TEST(SharedSlotHalves, RefuseMoreShownThanASlotHolds) {
    TwoMappings edge(name_of("much"));
    edge.sender->show(0, 257, 257);
    edge.receiver->progress();
    EXPECT_THROW(static_cast<void>(edge.receiver->shown(0)), CampaignError);
}

TEST(SharedSlotHalves, RefuseAMessageThatIsLongerThanItsSlot) {
    TwoMappings edge(name_of("long"));
    edge.sender->post(0, 256);
    edge.slots->message_bytes()[0] = message_header_bytes + 257;
    edge.receiver->progress();
    try {
        static_cast<void>(edge.receiver->arrived(0));
        FAIL() << "accepted";
    } catch (CampaignError const& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("321 bytes is announced in a slot of 320"));
    }
}

}  // namespace
}  // namespace athanor::test
