// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Rows that leave a device while its work goes on.
#include "kernels/device/late_rows.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/velocity_verlet.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

/// Two readers: bit 1 of everything, bit 2 of these and the count of steps.
FieldReaders readers_of_all_and(std::vector<FieldIndex> const& some) {
    FieldReaders readers(Fields::count);
    std::vector<bool> fields(Fields::count, true);
    static_cast<void>(readers.add(fields));
    fields.assign(Fields::count, false);
    fields[static_cast<std::size_t>(Fields::stage_step.value())] = true;
    for (FieldIndex const field : some) fields[static_cast<std::size_t>(field.value())] = true;
    static_cast<void>(readers.add(fields));
    return readers;
}

/// A batch on a device whose samples have moved a number of times, and what they should be like.
struct Moving {
    explicit Moving(DeviceQueue& of)
        : queue(of), batch(plain_schema(), {4, 60, 0}), device(of, batch.schema_ptr(), {4, 60, 0}) {
        for (int id = 0; id < 3; ++id) {
            SystemIndex const s = batch.append(line_of_atoms(batch.schema_ptr(), id, 5 + id, 0.3));
            for (double& v : batch.values<double>(Fields::velocities, s)) v = 0.1 * (id + 1);
            for (double& f : batch.values<double>(Fields::forces, s)) f = 0.02 * (id + 1);
            batch.values<std::int64_t>(Fields::stage_step, s)[0] = 10 + id;
            places.push_back({device.load(batch, s, 0), s});
        }
        device.flush();
    }
    void move() {
        kick_and_drift(queue, device.systems(), 0.5);
        kick_and_drift(batch.view(), std::vector{SystemIndex{0}, SystemIndex{1}, SystemIndex{2}},
                       0.5);
    }

    DeviceQueue& queue;
    Batch batch;
    DeviceBatch device;
    std::vector<DeviceBatch::Place> places;
};

TEST(LateRows, ComeAsTheyWereWhenTheyWereSentAlthoughTheBatchGoesOn) {
    for (EmulationOrder const& order : test_orders()) {
        auto const queue = test_queue(order);
        Moving moving(*queue);
        DeviceArray<std::uint8_t> const verdicts(*queue, 4);
        LateRows rows(moving.device, verdicts.data(), readers_of_all_and({}));
        std::vector<Batch> expected;
        for (int k = 0; k < 5; ++k) {
            if (rows.full()) {
                rows.wait();
                rows.drop_oldest();
                expected.erase(expected.begin());
            }
            moving.move();
            rows.send(std::vector<LateRows::Wanted>{{moving.places[0].slot, 10, 1},
                                                    {moving.places[2].slot, 12, 3}});
            expected.emplace_back(moving.batch.schema_ptr(), moving.batch.capacity());
            for (auto const& place : moving.places)
                expected.back().append(moving.batch.extract(place.system));
        }
        moving.move();

        while (!rows.empty()) {
            rows.wait();
            EXPECT_TRUE(rows.arrived());
            EXPECT_TRUE(rows.take(moving.batch, moving.places[0]));
            EXPECT_FALSE(rows.take(moving.batch, moving.places[1]));
            EXPECT_TRUE(rows.take(moving.batch, moving.places[2]));
            for (SystemIndex const s : {SystemIndex{0}, SystemIndex{2}})
                EXPECT_TRUE(same_bits(moving.batch.extract(s), expected.front().extract(s)));
            rows.drop_oldest();
            expected.erase(expected.begin());
        }
        EXPECT_TRUE(expected.empty());
    }
}

TEST(LateRows, ASampleThatDidNotComeToTheStepOrThatAHookFailedIsNotThere) {
    auto const queue = test_queue();
    Moving moving(*queue);
    auto const verdicts = upload(
        *queue, std::vector<std::uint8_t>(4, static_cast<std::uint8_t>(StepVerdict::hook_fault)));
    DeviceArray<std::uint8_t> const fine(*queue, 4);
    LateRows failed(moving.device, verdicts.data(), readers_of_all_and({}));
    LateRows going(moving.device, fine.data(), readers_of_all_and({}));
    std::vector<LateRows::Wanted> const next{{moving.places[0].slot, 11, 1}};
    std::vector<LateRows::Wanted> const now{{moving.places[0].slot, 10, 1}};

    failed.send(now);
    going.send(next);
    going.send(now);
    failed.wait();
    going.wait();

    EXPECT_FALSE(failed.take(moving.batch, moving.places[0]));
    EXPECT_FALSE(going.take(moving.batch, moving.places[0]));
    going.drop_oldest();
    going.wait();
    EXPECT_TRUE(going.take(moving.batch, moving.places[0]));
}

/// Samples 0 and 2 are sent to different readers, of 5 and 7 atoms.
TEST(LateRows, OnlyFieldsThatAReaderReadsAreCopiedAndTheOthersStay) {
    EmulatedQueue queue;
    Moving moving(queue);
    DeviceArray<std::uint8_t> const verdicts(queue, 4);
    LateRows rows(moving.device, verdicts.data(),
                  readers_of_all_and({Fields::velocities, Fields::pbc}));
    queue.wait();
    Sample const before = moving.batch.extract(SystemIndex{0});
    std::int64_t const copied = queue.copied_bytes();
    kick_and_drift(queue, moving.device.systems(), 0.5);
    rows.send(std::vector<LateRows::Wanted>{{moving.places[0].slot, 10, 2},
                                            {moving.places[2].slot, 12, 1}});
    rows.wait();
    std::int64_t const sent = queue.copied_bytes() - copied;

    EXPECT_TRUE(rows.take(moving.batch, moving.places[0]));
    EXPECT_TRUE(rows.take(moving.batch, moving.places[2]));

    // Verdict, velocities, pbc in a whole word, stage_step; then all columns, a word for each small
    // one: 13 fields of a sample, of which cell and stress have nine numbers.
    EXPECT_EQ(sent, (8 + 5 * 24 + 8 + 8) + (8 + 7 * (3 * 24 + 2 * 8) + 8 * (13 + 2 * 8)));
    Batch whole(moving.batch.schema_ptr(), moving.batch.capacity());
    for (auto const& place : moving.places) whole.append(moving.batch.extract(place.system));
    moving.device.bring_back(whole, moving.places);
    Sample const after = moving.batch.extract(SystemIndex{0});
    Sample const there = whole.extract(SystemIndex{0});
    EXPECT_FALSE(same_bits(before, there));
    for (int f = 0; f < Fields::count; ++f) {
        FieldIndex const field{f};
        bool const read =
            field == Fields::velocities || field == Fields::pbc || field == Fields::stage_step;
        auto const now = after.bytes(field), as_sent = (read ? there : before).bytes(field);
        EXPECT_TRUE(std::equal(now.begin(), now.end(), as_sent.begin(), as_sent.end())) << f;
    }
    EXPECT_TRUE(same_bits(moving.batch.extract(SystemIndex{2}), whole.extract(SystemIndex{2})));
}

TEST(LateRows, ThereIsRoomForWhatReadersReadAndNoMore) {
    std::vector<std::size_t> taken;
    for (bool const all : {true, false}) {
        std::size_t const memory = std::size_t{1} << 24;
        EmulatedQueue queue({}, memory);
        Moving moving(queue);
        DeviceArray<std::uint8_t> const verdicts(queue, 4);
        FieldReaders readers(Fields::count);
        std::vector<bool> fields(Fields::count, all);
        fields[static_cast<std::size_t>(Fields::stage_step.value())] = true;
        ASSERT_EQ(readers.add(fields), FieldReaders::Bits{1});
        std::size_t const before = queue.free_bytes();

        LateRows rows(moving.device, verdicts.data(), readers);

        taken.push_back(before - queue.free_bytes());
    }
    EXPECT_LE(taken[1], LateRows::groups * 4 * 3 * 8) << "a verdict and a count of steps, rounded";
    EXPECT_GT(taken[0], LateRows::groups * 60 * 88);
}

}  // namespace
}  // namespace athanor::test
