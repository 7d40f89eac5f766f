// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a channel does over any transport: one body of tests, instantiated by each (ring.hpp).
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "comm/message_pieces.hpp"
#include "runtime/error.hpp"
#include "tests/comm/ring.hpp"
#include "tests/comm/transport_doubles.hpp"

namespace athanor::test {

template <class Ring>
class ChannelContract : public ::testing::Test {
protected:
    SchemaPtr schema_ = forged_schema();

    RingOptions options(BufferConfig buffers) const {
        RingOptions made;
        made.buffers = buffers;
        made.schema = schema_;
        return made;
    }
    /// Sample i of a rank; ids differ over ranks.
    Sample sample(int rank, int i, int atoms, int edges = 0, int text_bytes = 20) const {
        return forge_sample(schema_, std::int64_t{rank} * 100000 + i, atoms, edges, text_bytes);
    }
    void expect_all(std::vector<Sample> const& expected, std::vector<Sample> const& actual) const {
        ASSERT_EQ(expected.size(), actual.size());
        for (std::size_t i = 0; i < expected.size(); ++i) expect_same(expected[i], actual[i]);
    }
    /// Takes everything that is under way, after the sender was closed.
    void drain(RingMember& member) const {
        eventually([&] {
            member.sender.progress();
            auto const status = member.receiver.poll();
            if (status == ReceiveStatus::received)
                static_cast<void>(take_one(member.receiver, schema_));
            return status == ReceiveStatus::ended;
        });
        eventually([&] { return member.sender.progress(); });
    }
    bool poll_received(RingMember& member) const {
        return eventually([&] {
            member.sender.progress();
            return member.receiver.poll() == ReceiveStatus::received;
        });
    }
    /// Why the next message is refused; nothing when it is received, or none comes.
    std::string refusal(RingMember& member) const {
        std::string reason;
        eventually([&] {
            member.sender.progress();
            try {
                return member.receiver.poll() != ReceiveStatus::nothing_yet;
            } catch (CampaignError const& error) {
                reason = error.what();
                return true;
            }
        });
        return reason;
    }
};
TYPED_TEST_SUITE_P(ChannelContract);

TYPED_TEST_P(ChannelContract, SamplesArriveInOrderOnceAndBitForBit) {
    TypeParam::run(this->options({4, 60, 80, 400, 3}), [this](RingMember& member) {
        auto const made = [&](int rank) {
            std::vector<Sample> samples;
            for (int i = 0; i < 50; ++i)
                samples.push_back(this->sample(rank, i, 1 + (i * 7) % 60, (i * 11) % 81, i % 40));
            return samples;
        };

        auto const received = exchange(member, this->schema_, made(member.rank));

        this->expect_all(made(member.left()), received);
        EXPECT_EQ(member.receiver.metrics().samples, 50);
        EXPECT_EQ(member.sender.metrics().samples, 50);
        EXPECT_GT(member.sender.metrics().bytes, 0);
    });
}

TYPED_TEST_P(ChannelContract, LongTextAndAnEmptyNameTravel) {
    TypeParam::run(this->options({2, 10, 0, 0, 2}), [this](RingMember& member) {
        Sample unnamed(this->schema_, SampleId{5}, "", 1);
        unnamed.values<std::int64_t>(Fields::system_id)[0] = 5;
        std::vector<Sample> const samples{this->sample(0, 1, 1, 0, 60000), unnamed};

        auto const received = exchange(member, this->schema_, samples);

        this->expect_all(samples, received);
    });
}

TYPED_TEST_P(ChannelContract, SendWithoutCreditLeavesTheSamplesWithTheCaller) {
    TypeParam::run(this->options({1, 10, 0, 0, 1}), [this](RingMember& member) {
        Batch const batch = batch_of(
            this->schema_, {this->sample(member.rank, 0, 3), this->sample(member.rank, 1, 4)});
        auto const systems = all_systems(batch);
        EXPECT_EQ(member.sender.credit(), 1);

        EXPECT_EQ(member.sender.try_send(batch, systems), 1);
        EXPECT_EQ(member.sender.try_send(batch, std::span(systems).subspan(1)), 0);

        EXPECT_EQ(member.sender.credit(), 0);
        EXPECT_EQ(member.sender.metrics().samples, 1);
        EXPECT_EQ(batch.system_count(), 2);
        member.barrier();
        ASSERT_TRUE(this->poll_received(member));
        expect_same(this->sample(member.left(), 0, 3), take_one(member.receiver, this->schema_));
        eventually([&] { return member.sender.credit() == 1; });
        EXPECT_EQ(member.sender.try_send(batch, std::span(systems).subspan(1)), 1);
        EXPECT_GT(member.sender.metrics().seconds_without_credit, 0.0);
        member.sender.close();
        this->drain(member);
    });
}

TYPED_TEST_P(ChannelContract, ASlotThatIsTakenPartiallyKeepsItsCredit) {
    TypeParam::run(this->options({3, 30, 0, 0, 1}), [this](RingMember& member) {
        std::vector<Sample> mine, theirs;
        for (int i = 0; i < 3; ++i) {
            mine.push_back(this->sample(member.rank, i, 5 + i));
            theirs.push_back(this->sample(member.left(), i, 5 + i));
        }
        Batch const batch = batch_of(this->schema_, mine);
        auto const systems = all_systems(batch);
        ASSERT_EQ(member.sender.try_send(batch, systems), 3);

        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(this->poll_received(member));
            member.barrier();
            for (int look = 0; look < 100; ++look) EXPECT_EQ(member.sender.credit(), 0);
            EXPECT_EQ(member.sender.try_send(batch, systems), 0);
            member.barrier();
            expect_same(theirs[static_cast<std::size_t>(i)],
                        take_one(member.receiver, this->schema_));
        }

        eventually([&] { return member.sender.credit() == 1; });
        member.sender.close();
        this->drain(member);
    });
}

TYPED_TEST_P(ChannelContract, NothingIsSentWhileThereIsNothingToSay) {
    TypeParam::run(this->options({2, 10, 0, 0, 2}), [this](RingMember& member) {
        for (int look = 0; look < 100; ++look) {
            EXPECT_TRUE(member.sender.progress());
            EXPECT_EQ(member.receiver.poll(), ReceiveStatus::nothing_yet);
        }
        EXPECT_EQ(member.sender.metrics().messages, 0);
        member.barrier();
        member.sender.close();
        this->drain(member);
    });
}

TYPED_TEST_P(ChannelContract, CloseWithNothingSentIsOneMessage) {
    TypeParam::run(this->options({2, 10, 0, 0, 2}), [this](RingMember& member) {
        member.sender.close();
        member.sender.close();
        this->drain(member);

        EXPECT_EQ(member.sender.metrics().messages, 1);
        EXPECT_EQ(member.sender.metrics().samples, 0);
        for (int look = 0; look < 10; ++look)
            EXPECT_EQ(member.receiver.poll(), ReceiveStatus::ended);
    });
}

TYPED_TEST_P(ChannelContract, CloseDeliversWhatIsUnderWay) {
    TypeParam::run(this->options({1, 10, 0, 0, 2}), [this](RingMember& member) {
        Batch const batch = batch_of(
            this->schema_, {this->sample(member.rank, 0, 3), this->sample(member.rank, 1, 4)});
        auto const systems = all_systems(batch);
        ASSERT_EQ(member.sender.try_send(batch, systems), 1);
        ASSERT_EQ(member.sender.try_send(batch, std::span(systems).subspan(1)), 1);

        member.sender.close();  // without credit: the end follows later

        member.barrier();
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(this->poll_received(member));
            EXPECT_EQ(member.receiver.next_atoms(), 3 + i);
            EXPECT_EQ(member.receiver.next_edges(), 0);
            expect_same(this->sample(member.left(), i, 3 + i),
                        take_one(member.receiver, this->schema_));
        }
        this->drain(member);
        EXPECT_EQ(member.receiver.poll(), ReceiveStatus::ended);
    });
}

TYPED_TEST_P(ChannelContract, AMessageTakesAsManyFromTheFrontAsFitEveryBound) {
    TypeParam::run(this->options({3, 20, 10, 100, 4}), [this](RingMember& member) {
        std::vector<Sample> const by_systems(5, this->sample(0, 1, 1));
        std::vector<Sample> const by_atoms{this->sample(0, 1, 12), this->sample(0, 2, 8),
                                           this->sample(0, 3, 1)};
        std::vector<Sample> const by_edges{this->sample(0, 1, 1, 6), this->sample(0, 2, 1, 5)};
        std::vector<Sample> const by_text{this->sample(0, 1, 1, 0, 60),
                                          this->sample(0, 2, 1, 0, 60)};
        std::vector<int> accepted;

        for (auto const* samples : {&by_systems, &by_atoms, &by_edges, &by_text}) {
            Batch const batch = batch_of(this->schema_, *samples);
            accepted.push_back(member.sender.try_send(batch, all_systems(batch)));
        }

        EXPECT_THAT(accepted, ::testing::ElementsAre(3, 2, 1, 1));
        member.sender.close();
        this->drain(member);
    });
}

TYPED_TEST_P(ChannelContract, ASampleForNoSlotIsNamedWithTheKeyToRaise) {
    TypeParam::run(this->options({2, 20, 5, 100, 1}), [this](RingMember& member) {
        auto const message_for = [&](Sample const& sample) -> std::string {
            Batch const batch = batch_of(this->schema_, {sample});
            try {
                static_cast<void>(member.sender.try_send(batch, all_systems(batch)));
            } catch (CampaignError const& error) {
                return error.what();
            }
            return "accepted";
        };

        EXPECT_THAT(message_for(this->sample(0, 7, 21)),
                    ::testing::HasSubstr("sample \"forged 7\" has 21 atoms, a slot holds 20; raise "
                                         "/buffers/atoms or leave the sample out"));
        EXPECT_THAT(message_for(this->sample(0, 7, 2, 6)), ::testing::HasSubstr("/buffers/edges"));
        EXPECT_THAT(message_for(this->sample(0, 7, 2, 0, 200)),
                    ::testing::HasSubstr("/buffers/text_bytes"));
        EXPECT_EQ(member.sender.metrics().messages, 0);
        member.sender.close();
        this->drain(member);
    });
}

TYPED_TEST_P(ChannelContract, EdgesStayAtHomeWhereTheBuffersHaveNoRoomForThem) {
    TypeParam::run(this->options({2, 20, 0, 0, 2}), [this](RingMember& member) {
        Sample const with_edges = this->sample(0, 3, 4, 9);

        auto const received = exchange(member, this->schema_, {with_edges});

        ASSERT_EQ(received.size(), 1U);
        EXPECT_EQ(received[0].edge_count(), 0);
        EXPECT_EQ(received[0].name(), with_edges.name());
        auto const want = with_edges.bytes(Fields::positions);
        auto const got = received[0].bytes(Fields::positions);
        EXPECT_TRUE(std::equal(want.begin(), want.end(), got.begin(), got.end()));
    });
}

TYPED_TEST_P(ChannelContract, StateFieldsOfAStageStayAtHome) {
    TypeParam::run(this->options({2, 20, 0, 0, 2}), [this](RingMember& member) {
        auto const staged = std::make_shared<Schema const>(this->schema_->with(
            {{"fire_dt", Level::system, Dtype::float64, {1}, "", FieldRole::state}}));
        Sample const sample = forge_sample(staged, 3, 4);

        auto const received = exchange(member, staged, {sample});

        ASSERT_EQ(received.size(), 1U);
        EXPECT_THAT(received[0].bytes(*staged->find("fire_dt")), ::testing::Each(std::byte{0}));
        EXPECT_EQ(received[0].id(), SampleId{3});
    });
}

TYPED_TEST_P(ChannelContract, SamplesOfVeryDifferentSizeShareAChannel) {
    TypeParam::run(this->options({8, 5000, 0, 0, 2}), [this](RingMember& member) {
        auto const made = [&](int rank) {
            std::vector<Sample> samples;
            for (int i = 0; i < 20; ++i)
                samples.push_back(this->sample(rank, i, i % 5 == 4 ? 5000 : 1 + i % 3));
            return samples;
        };

        auto const received = exchange(member, this->schema_, made(member.rank));

        this->expect_all(made(member.left()), received);
    });
}

TYPED_TEST_P(ChannelContract, AThousandSamplesPassThroughSlotsForTwo) {
    TypeParam::run(this->options({2, 8, 0, 0, 1}), [this](RingMember& member) {
        std::vector<Sample> mine;
        for (int i = 0; i < 1000; ++i) mine.push_back(this->sample(member.rank, i, 1 + i % 4));

        auto const received = exchange(member, this->schema_, mine);

        ASSERT_EQ(received.size(), 1000U);
        for (int i = 0; i < 1000; ++i)
            expect_same(this->sample(member.left(), i, 1 + i % 4),
                        received[static_cast<std::size_t>(i)]);
        EXPECT_LE(member.sender.metrics().messages, 1001);
    });
}

TYPED_TEST_P(ChannelContract, FaultyMessagesAreRefusedEachForItsOwnReason) {
    std::pair<Fault, char const*> const faults[] = {
        {Fault::flip_payload_bit, "damaged on its way"},
        {Fault::flip_header_bit, "damaged on its way"},
        {Fault::cut_short, "truncated"},
        {Fault::repeat, "message 0 came a second time"},
        {Fault::overtake, "it is missing, message 2 came instead"},
        {Fault::another_version, "the sender speaks version 3 of the wire format"}};
    for (auto const& [fault, reason] : faults) {
        auto options = this->options({1, 10, 0, 0, 2});
        options.wrap_sender = [fault = fault](SenderPtr real) {
            return std::make_unique<FaultySender>(std::move(real), fault, /*victim=*/1);
        };
        TypeParam::run(options, [this, reason = reason](RingMember& member) {
            Batch const batch = batch_of(
                this->schema_, {this->sample(member.rank, 0, 3), this->sample(member.rank, 1, 3)});
            auto const systems = all_systems(batch);
            ASSERT_EQ(member.sender.try_send(batch, systems), 1);
            ASSERT_EQ(member.sender.try_send(batch, std::span(systems).subspan(1)), 1);
            ASSERT_TRUE(this->poll_received(member));
            expect_same(this->sample(member.left(), 0, 3),
                        take_one(member.receiver, this->schema_));

            std::string const found = this->refusal(member);

            EXPECT_THAT(found, ::testing::HasSubstr(reason));
            EXPECT_THAT(found, ::testing::HasSubstr("channel " + std::to_string(member.left())));
            member.barrier();
        });
    }
}

TYPED_TEST_P(ChannelContract, LargeSamplesArriveBitForBit) {
    TypeParam::run(this->options({2, 15000, 0, 0, 2}), [this](RingMember& member) {
        auto const made = [&](int rank) {
            std::vector<Sample> samples;
            for (int i = 0; i < 3; ++i)
                samples.push_back(this->sample(rank, i, i == 1 ? 5 : 7000 + rank));
            return samples;
        };

        auto const received = exchange(member, this->schema_, made(member.rank));

        this->expect_all(made(member.left()), received);
    });
}

TYPED_TEST_P(ChannelContract, MessagesThatAreCutAndWholeOnesShareTheSlots) {
    constexpr int most_atoms = 12000;
    ASSERT_GT(packed_bytes(*this->schema_, {1, 10000, 0, 0}),
              detail::MessagePieces::least_cut_bytes);
    for (int const slots : {1, 3})
        TypeParam::run(this->options({1, most_atoms, 0, 0, slots}), [this](RingMember& member) {
            auto const made = [&](int rank) {
                std::vector<Sample> samples;
                for (int atoms : {4500, 10000 + rank, 5, most_atoms, 4600, 11000, 7})
                    samples.push_back(this->sample(rank, static_cast<int>(samples.size()), atoms));
                return samples;
            };

            auto const received = exchange(member, this->schema_, made(member.rank));

            this->expect_all(made(member.left()), received);
        });
}

TYPED_TEST_P(ChannelContract, DamageInAPartThatWasShownEarlyIsRefusedAndNothingAppended) {
    auto options = this->options({1, 12000, 0, 0, 2});
    options.wrap_sender = [](SenderPtr real) {
        return std::make_unique<FaultySender>(std::move(real), Fault::flip_shown_bit, /*victim=*/0);
    };
    TypeParam::run(options, [this](RingMember& member) {
        Batch const batch = batch_of(this->schema_, {this->sample(member.rank, 0, 12000)});
        ASSERT_EQ(member.sender.try_send(batch, all_systems(batch)), 1);

        std::string const found = this->refusal(member);

        EXPECT_THAT(found, ::testing::HasSubstr("damaged on its way"));
        EXPECT_EQ(member.receiver.metrics().samples, 0);
        member.barrier();
    });
}

/// Everything at random but reproducible: ATHANOR_TEST_SEED repeats a run, ATHANOR_TEST_CASES sets
/// how many; every rank draws the same options.
TYPED_TEST_P(ChannelContract, RandomStreamsArriveExactlyOnce) {
    auto const setting = [](char const* name, int otherwise) {
        char const* const value = std::getenv(name);
        return value == nullptr ? otherwise : std::atoi(value);
    };
    int const seed = setting("ATHANOR_TEST_SEED", 20261);
    int const cases = setting("ATHANOR_TEST_CASES", TypeParam::random_cases);
    std::printf("seed %d, %d cases\n", seed, cases);
    for (int c = 0; c < cases; ++c) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(c));
        std::mt19937 common(static_cast<unsigned>(seed * 1000 + c));
        auto const draw = [](std::mt19937& random, int least, int most) {
            return std::uniform_int_distribution<int>(least, most)(random);
        };
        BufferConfig const buffers{draw(common, 1, 6), draw(common, 1, 60), draw(common, 0, 30),
                                   draw(common, 60, 500), draw(common, 1, 4)};
        int const most_samples = draw(common, 0, 60);
        auto const made = [&](int rank) {
            std::mt19937 random(static_cast<unsigned>((seed * 1000 + c) * 8 + rank));
            std::vector<Sample> samples(static_cast<std::size_t>(draw(random, 0, most_samples)),
                                        this->sample(0, 0, 1));
            for (std::size_t i = 0; i < samples.size(); ++i)
                samples[i] = this->sample(rank, static_cast<int>(i), draw(random, 1, buffers.atoms),
                                          draw(random, 0, buffers.edges), draw(random, 0, 40));
            return samples;
        };
        TypeParam::run(this->options(buffers), [&](RingMember& member) {
            std::mt19937 random(static_cast<unsigned>(c * 8 + member.rank));
            auto const received = exchange(member, this->schema_, made(member.rank), [&] {
                if (draw(random, 0, 20) == 0)
                    std::this_thread::sleep_for(std::chrono::microseconds(draw(random, 0, 200)));
            });
            this->expect_all(made(member.left()), received);
        });
        if (this->HasFailure()) return;
    }
}

REGISTER_TYPED_TEST_SUITE_P(
    ChannelContract, SamplesArriveInOrderOnceAndBitForBit, LongTextAndAnEmptyNameTravel,
    SendWithoutCreditLeavesTheSamplesWithTheCaller, ASlotThatIsTakenPartiallyKeepsItsCredit,
    NothingIsSentWhileThereIsNothingToSay, CloseWithNothingSentIsOneMessage,
    CloseDeliversWhatIsUnderWay, AMessageTakesAsManyFromTheFrontAsFitEveryBound,
    ASampleForNoSlotIsNamedWithTheKeyToRaise, EdgesStayAtHomeWhereTheBuffersHaveNoRoomForThem,
    StateFieldsOfAStageStayAtHome, SamplesOfVeryDifferentSizeShareAChannel,
    AThousandSamplesPassThroughSlotsForTwo, FaultyMessagesAreRefusedEachForItsOwnReason,
    LargeSamplesArriveBitForBit, MessagesThatAreCutAndWholeOnesShareTheSlots,
    DamageInAPartThatWasShownEarlyIsRefusedAndNothingAppended, RandomStreamsArriveExactlyOnce);

}  // namespace athanor::test
