// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What is particular to CreditChannel; what every channel does is in channel_contract.hpp.
#include "comm/credit_channel.hpp"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "comm/in_process_transport.hpp"
#include "runtime/error.hpp"
#include "tests/comm/ring.hpp"
#include "tests/comm/transport_doubles.hpp"
#include "tests/support/allocation_count.hpp"

namespace athanor::test {
namespace {

/// A sender and a receiver in one thread.
struct Pair {
    explicit Pair(
        BufferConfig buffers,
        std::function<ReceiverPtr(ReceiverPtr)> const& wrap = [](ReceiverPtr r) { return r; })
        : Pair(buffers, in_process_link(slot_room(*forged_schema(), buffers)), wrap) {}
    Pair(BufferConfig buffers, InProcessLink link,
         std::function<ReceiverPtr(ReceiverPtr)> const& wrap)
        : sender({EdgeId{0}, schema, buffers}, std::move(link.sender)),
          receiver({EdgeId{0}, schema, buffers}, wrap(std::move(link.receiver))) {}

    SchemaPtr schema = forged_schema();
    CreditChannelSender sender;
    CreditChannelReceiver receiver;
};

/// The invariant that credits are for: while a slot still holds samples, its room is not free.
bool partially_taken_slot_keeps_its_credit(Pair& pair) {
    Batch const batch =
        batch_of(pair.schema, {forge_sample(pair.schema, 0, 3), forge_sample(pair.schema, 1, 3)});
    if (pair.sender.try_send(batch, all_systems(batch)) != 2) return false;
    if (pair.receiver.poll() != ReceiveStatus::received) return false;
    static_cast<void>(take_one(pair.receiver, pair.schema));
    return pair.sender.credit() == 0 && pair.sender.try_send(batch, all_systems(batch)) == 0;
}

TEST(CreditChannel, KeepsTheCreditOfASlotThatIsTakenPartially) {
    Pair pair({2, 10, 0, 0, 1});
    EXPECT_TRUE(partially_taken_slot_keeps_its_credit(pair));
}

// Shows that the test above, and so its twin in the contract, can fail.
TEST(CreditChannel, ACreditGivenBackTooEarlyIsNoticed) {
    Pair pair({2, 10, 0, 0, 1}, [](ReceiverPtr real) {
        return std::make_unique<EarlyCreditReceiver>(std::move(real));
    });
    EXPECT_FALSE(partially_taken_slot_keeps_its_credit(pair));
}

/// What sending and taking two samples through one slot throws, when the sender is lied to.
std::string error_of_false_credit(std::int64_t extra) {
    SchemaPtr const schema = forged_schema();
    BufferConfig const buffers{2, 10, 0, 0, 1};
    auto link = in_process_link(slot_room(*schema, buffers));
    CreditChannelSender sender(
        {EdgeId{3}, schema, buffers},
        std::make_unique<FalseCreditSender>(std::move(link.sender), extra, /*from=*/1));
    CreditChannelReceiver receiver({EdgeId{3}, schema, buffers}, std::move(link.receiver));
    Batch const first = batch_of(schema, {forge_sample(schema, 0, 3), forge_sample(schema, 1, 3)});
    Batch const second = batch_of(schema, {forge_sample(schema, 2, 5), forge_sample(schema, 3, 5)});
    try {
        EXPECT_EQ(sender.try_send(first, all_systems(first)), 2);
        EXPECT_EQ(receiver.poll(), ReceiveStatus::received);
        expect_same(forge_sample(schema, 0, 3), take_one(receiver, schema));
        static_cast<void>(sender.try_send(second, all_systems(second)));
        EXPECT_EQ(receiver.poll(), ReceiveStatus::received);
        static_cast<void>(take_one(receiver, schema));
    } catch (CampaignError const& error) {
        return error.what();
    }
    return "nothing was noticed";
}

TEST(CreditChannel, ASlotThatIsOverwrittenWhileItIsReadIsAnErrorAndNotAWrongSample) {
    EXPECT_THAT(error_of_false_credit(1),
                ::testing::AllOf(::testing::HasSubstr("channel 3, message 0"),
                                 ::testing::HasSubstr("overwritten before it was empty")));
}

TEST(CreditChannel, MoreCreditsThanMessagesAreAnError) {
    EXPECT_THAT(error_of_false_credit(2),
                ::testing::HasSubstr("channel 3: 1 messages were sent through 1 slots and 2 are "
                                     "said to be emptied"));
}

TEST(CreditChannel, CreditsThatVanishAreAnError) {
    EXPECT_THAT(error_of_false_credit(-1), ::testing::HasSubstr("credits are wrong"));
}

TEST(CreditChannel, AllocatesNothingInTheLongRun) {
    Pair pair({4, 40, 0, 0, 2});
    std::vector<Sample> samples;
    for (int i = 0; i < 4; ++i) {
        Sample sample(pair.schema, SampleId{i}, "short", 5 + i);  // names that need no memory
        samples.push_back(sample);
    }
    Batch const outgoing = batch_of(pair.schema, samples);
    auto const systems = all_systems(outgoing);
    Batch incoming(pair.schema, {4, 40, 0});
    auto const one_message = [&] {
        static_cast<void>(pair.sender.try_send(outgoing, systems));
        while (pair.receiver.poll() == ReceiveStatus::received) pair.receiver.take(incoming);
        incoming.clear();
    };
    for (int i = 0; i < 10; ++i) one_message();
    long const before = allocation_count();

    for (int i = 0; i < 100; ++i) one_message();

    EXPECT_EQ(allocation_count() - before, 0);
    EXPECT_EQ(pair.receiver.metrics().samples, 440);
    EXPECT_EQ(pair.receiver.metrics().bytes, pair.sender.metrics().bytes);
}

TEST(CreditChannel, AnEndFlagOnAMessageWithSamplesEndsAfterThem) {
    SchemaPtr const schema = forged_schema();
    BufferConfig const buffers{2, 10, 0, 0, 1};
    auto link = in_process_link(slot_room(*schema, buffers));
    CreditChannelReceiver receiver({EdgeId{0}, schema, buffers}, std::move(link.receiver));
    Batch const batch = batch_of(schema, {forge_sample(schema, 1, 2), forge_sample(schema, 2, 3)});
    auto const systems = all_systems(batch);
    Slot& slot = link.sender->slot(0);
    MessageHeader header;
    header.schema_fingerprint = schema->fingerprint();
    header.counts = count_packed(batch, systems, EdgeRows::stay);
    header.payload_bytes = pack_samples(*schema, batch, systems, slot.payload(), EdgeRows::stay);
    header.end_of_stream = true;
    encode_header(header, slot.payload().first(header.payload_bytes), slot.header());

    link.sender->post(0, header.payload_bytes);

    for (std::int64_t id : {1, 2}) {
        ASSERT_EQ(receiver.poll(), ReceiveStatus::received);
        EXPECT_EQ(take_one(receiver, schema).id(), SampleId{id});
    }
    EXPECT_EQ(receiver.poll(), ReceiveStatus::ended);
}

/// A message of one sample that a test packs and shows by hand, as a sender does.
struct ByHand {
    ByHand() : link(in_process_link(slot_room(*schema, buffers))) {
        receiver = std::make_unique<CreditChannelReceiver>(
            ChannelOptions{EdgeId{0}, schema, buffers}, std::move(link.receiver));
        header.schema_fingerprint = schema->fingerprint();
        header.counts = count_packed(batch, all_systems(batch), EdgeRows::stay);
        header.payload_bytes = packed_bytes(*schema, header.counts);
        std::uint32_t const before = begin_header(header, slot().header());
        checksum = SamplePacker(schema, EdgeRows::stay)
                       .pack(batch, all_systems(batch), header.counts, slot().payload(), before);
    }
    Slot& slot() { return link.sender->slot(0); }
    void post() {
        seal_header(slot().header(), checksum);
        link.sender->post(0, header.payload_bytes);
    }

    SchemaPtr schema = forged_schema();
    BufferConfig buffers{1, 100, 0, 0, 1};
    Batch batch = batch_of(schema, {forge_sample(schema, 5, 100)});
    InProcessLink link;
    std::unique_ptr<CreditChannelReceiver> receiver;
    MessageHeader header;
    std::uint32_t checksum = 0;
};

TEST(CreditChannel, APartOfAMessageIsNoSampleUntilTheRestIsThere) {
    ByHand message;
    for (std::size_t shown : {16, 500, 501}) {
        message.link.sender->show(0, shown, message.header.payload_bytes);
        EXPECT_EQ(message.receiver->poll(), ReceiveStatus::nothing_yet);
        EXPECT_EQ(message.receiver->metrics().samples, 0);
    }

    message.post();

    ASSERT_EQ(message.receiver->poll(), ReceiveStatus::received);
    expect_same(forge_sample(message.schema, 5, 100), take_one(*message.receiver, message.schema));
}

// The byte is right again when all is there: whoever looked before has seen that it was not.
TEST(CreditChannel, ThePartThatIsShownIsCheckedWhenItIsShown) {
    ByHand message;
    message.slot().payload()[300] ^= std::byte{1};
    message.link.sender->show(0, 500, message.header.payload_bytes);
    ASSERT_EQ(message.receiver->poll(), ReceiveStatus::nothing_yet);
    message.slot().payload()[300] ^= std::byte{1};
    message.post();

    try {
        static_cast<void>(message.receiver->poll());
        FAIL() << "accepted";
    } catch (CampaignError const& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("channel 0, message 0: damaged on its way"));
    }
}

TEST(CreditChannel, ASenderThatDiesWhilePackingLeavesNothing) {
    ByHand message;
    message.link.sender->show(0, message.header.payload_bytes,
                              message.header.payload_bytes);  // even if only the post is missing
    ASSERT_EQ(message.receiver->poll(), ReceiveStatus::nothing_yet);

    message.link.sender.reset();

    for (int look = 0; look < 10; ++look)
        EXPECT_EQ(message.receiver->poll(), ReceiveStatus::nothing_yet);
    EXPECT_EQ(message.receiver->metrics().messages, 0);
}

TEST(CreditChannel, APeerWithOtherFieldsIsRefused) {
    SchemaPtr const ours = forged_schema();
    auto const theirs = std::make_shared<Schema const>();
    BufferConfig const buffers{2, 10, 0, 0, 1};
    auto link = in_process_link(slot_room(*ours, buffers));
    CreditChannelSender sender({EdgeId{0}, theirs, buffers}, std::move(link.sender));
    CreditChannelReceiver receiver({EdgeId{0}, ours, buffers}, std::move(link.receiver));
    sender.close();

    EXPECT_THROW(static_cast<void>(receiver.poll()), CampaignError);
}

TEST(CreditChannel, WaitingForCreditIsMeasuredFromTheRefusalToTheAcceptance) {
    Pair pair({1, 10, 0, 0, 1});
    Batch const batch = batch_of(pair.schema, {forge_sample(pair.schema, 0, 3)});
    auto const systems = all_systems(batch);
    ASSERT_EQ(pair.sender.try_send(batch, systems), 1);
    EXPECT_EQ(pair.sender.metrics().seconds_without_credit, 0.0);
    ASSERT_EQ(pair.sender.try_send(batch, systems), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_GE(pair.sender.metrics().seconds_without_credit, 0.02);  // so far

    ASSERT_EQ(pair.receiver.poll(), ReceiveStatus::received);
    static_cast<void>(take_one(pair.receiver, pair.schema));
    ASSERT_EQ(pair.sender.try_send(batch, systems), 1);

    double const waited = pair.sender.metrics().seconds_without_credit;
    EXPECT_GE(waited, 0.02);
    EXPECT_EQ(pair.sender.metrics().seconds_without_credit, waited);  // the clock stands
}

}  // namespace
}  // namespace athanor::test
