// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Rows that leave a device while its work goes on.
#include "kernels/device/late_rows.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "kernels/velocity_verlet.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

/// A batch on a device whose samples have moved a number of times, and what they should be like.
struct Moving {
    explicit Moving(DeviceQueue& of)
        : queue(of), batch(plain_schema(), {4, 60, 0}), device(of, batch.schema_ptr(), {4, 60, 0}) {
        for (int id = 0; id < 3; ++id) {
            SystemIndex const s = batch.append(line_of_atoms(batch.schema_ptr(), id, 5 + id, 0.3));
            for (double& v : batch.values<double>(Fields::velocities, s)) v = 0.1 * (id + 1);
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
        LateRows rows(moving.device, verdicts.data());
        std::vector<Batch> expected;
        for (int k = 0; k < 5; ++k) {
            if (rows.full()) {
                rows.wait();
                rows.drop_oldest();
                expected.erase(expected.begin());
            }
            moving.move();
            rows.send(std::vector<LateRows::Wanted>{{moving.places[0].slot, 10},
                                                    {moving.places[2].slot, 12}});
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
    LateRows failed(moving.device, verdicts.data()), going(moving.device, fine.data());
    std::vector<LateRows::Wanted> const next{{moving.places[0].slot, 11}};
    std::vector<LateRows::Wanted> const now{{moving.places[0].slot, 10}};

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

}  // namespace
}  // namespace athanor::test
