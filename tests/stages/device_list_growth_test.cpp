// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Neighbour rows of a device that are too short for what samples become: the host's bits, and
/// longer rows.
#include <gtest/gtest.h>

#include "kernels/device/emulated_queue.hpp"
#include "stages/fire_variable_cell.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_ends.hpp"

namespace athanor::test {
namespace {

constexpr BatchCapacity capacity{3, 80, 0};
constexpr int enough_at_first = 24;

/// Crystals of argon that contract by more than an eighth in their relaxation, and one at rest.
std::vector<Sample> contracting_samples() {
    auto const schema = plain_schema();
    return {argon_crystal(schema, 0, 2, 0.02, 1, 6.0), argon_crystal(schema, 1, 2, 0.05, 2, 6.05),
            cluster(schema, 2, {0, 0, 0, 3.9, 0, 0, 0, 4.0, 0.2})};
}

StageEnds relax(CountingModel<LennardJones>& model, DeviceQueue* device) {
    SubStage md = sub_stage(1, NveOptions{2.0}, 12);
    return run_stage(
        contracting_samples(),
        sub_stages(sub_stage(0, FireVariableCellOptions{{.timestep_fs = 8.0}}, 60), std::move(md)),
        {model, capacity, device});
}

CountingModel<LennardJones> short_rows() {
    CountingModel<LennardJones> model(switched_argon(4.5));
    model.guessed_row_capacity = enough_at_first;
    return model;
}

StageEnds relax_on_host() {
    auto model = short_rows();
    return relax(model, nullptr);
}

TEST(DeviceListGrowth, RowsFollowASampleThatBecomesDenserWithTheBitsOfTheHost) {
    auto const host = relax_on_host();
    EXPECT_TRUE(host.reasons.empty());
    for (EmulationOrder const& order : test_orders()) {
        auto model = short_rows();
        auto const queue = test_queue(order);

        StageEnds const device = relax(model, queue.get());

        expect_equal(host, device);
        ASSERT_EQ(model.row_capacities.size(), 1U + static_cast<std::size_t>(device.list_growths));
        EXPECT_GE(device.list_growths, 1);
        EXPECT_LE(device.list_growths, 3) << "each time there is some room to spare";
        EXPECT_GT(model.row_capacities.back(), enough_at_first);
    }
}

TEST(DeviceListGrowth, RowsThatAreLongEnoughStayAsTheyAre) {
    auto model = short_rows();
    auto const queue = test_queue();

    StageEnds const device =
        run_stage(contracting_samples(), sub_stages(sub_stage(0, NveOptions{2.0}, 8)),
                  {model, capacity, queue.get()});

    EXPECT_EQ(device.list_growths, 0);
    EXPECT_EQ(model.row_capacities, std::vector{enough_at_first});
}

TEST(DeviceListGrowth, WithoutMemoryForLongerRowsTheBitsAreTheSame) {
    auto const host = relax_on_host();
    constexpr std::size_t plenty = std::size_t{1} << 30;
    std::size_t taken = 0;
    {
        EmulatedQueue queue({}, plenty);
        auto model = short_rows();
        FusedStage::Options options{capacity, 7};
        options.device = &queue;
        StageRunner const runner(options, model, sub_stages(sub_stage(0, NveOptions{2.0}, 1)));
        taken = plenty - queue.free_bytes();
    }
    // Of what is left to the list, a quarter is for others.
    std::size_t const spare = 16 * static_cast<std::size_t>(capacity.atoms) * enough_at_first / 2;
    EmulatedQueue queue({}, taken + spare);
    auto model = short_rows();

    StageEnds const device = relax(model, &queue);

    expect_equal(host, device);
    EXPECT_EQ(device.list_growths, model.row_capacities.back() > enough_at_first ? 1 : 0);
    EXPECT_LE(model.row_capacities.size(), 3U) << "it is not tried again and again";
}

}  // namespace
}  // namespace athanor::test
