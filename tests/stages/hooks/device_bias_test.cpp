// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Biases on the host against their kernels: all bits, and who fails.
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "stages/hooks/biased_potential.hpp"
#include "stages/hooks/center_of_mass_bias.hpp"
#include "stages/hooks/distance_bias.hpp"
#include "stages/hooks/wall_bias.hpp"
#include "tests/support/device_tables.hpp"

namespace athanor::test {
namespace {

using Axis = WallBiasOptions::Axis;
using Side = WallBiasOptions::Side;

/// A batch whose systems but two have their turn; the largest takes more than one block of sums.
class DeviceBiases : public ::testing::Test {
protected:
    /// Fires the hook on both sides; with `spoil` somebody fails.
    void expect_same(BiasedPotential hook, std::function<void(Batch&)> const& spoil = {}) {
        for (EmulationOrder const& order : test_orders()) {
            auto const queue = test_queue(order);
            Batch batch = holey_batch(std::make_shared<Schema const>(hook.state_fields()),
                                      {8, 2, 7, 9, 3, 100, 12, 20000});
            std::vector<int> codes(static_cast<std::size_t>(batch.system_count()), 1);
            codes[3] = -1;
            codes[6] = 0;
            std::vector<SystemIndex> systems;
            for (int s = 0; s < batch.system_count(); ++s)
                if (codes[static_cast<std::size_t>(s)] == 1) systems.push_back(SystemIndex{s});
            std::vector<FieldIndex> state;
            for (FieldSpec const& field : hook.state_fields())
                state.push_back(*batch.schema().find(field.name));
            fire(hook, batch, systems, state, HookPoint::on_admission);
            for (SystemIndex s : systems) {  // off the places that some remember
                auto const positions = batch.values<double>(Fields::positions, s);
                for (std::size_t k = 0; k < positions.size(); k += 2) positions[k] *= 1.01;
                batch.values<double>(Fields::forces, s)[1] = -0.0;
            }
            if (spoil) spoil(batch);
            DeviceTables const tables(*queue, batch, codes);
            DeviceArray<std::uint8_t> const mark(
                *queue, static_cast<std::size_t>(tables.systems().system_rows));
            auto const half = hook.on_device(*queue, tables.columns(), state);
            ASSERT_NE(half, nullptr);

            auto const failed = fire(hook, batch, systems, state, HookPoint::after_compute);
            half->fire({*queue, tables.systems().of_code(1), tables.sums(),
                        HookPoint::after_compute, mark.data()});

            tables.expect_same("add_bias");
            std::vector<std::uint8_t> marked(mark.size(), 0);
            for (SystemIndex s : failed) marked[static_cast<std::size_t>(s.value())] = 1;
            EXPECT_EQ(download(*queue, mark), marked);
            EXPECT_EQ(failed.empty(), !spoil);
            EXPECT_TRUE(half->may_fail(HookPoint::after_compute));
        }
    }

private:
    static std::vector<SystemIndex> fire(BiasedPotential& hook, Batch& batch,
                                         std::vector<SystemIndex> const& systems,
                                         std::vector<FieldIndex> const& state, HookPoint point) {
        HookContext context{batch, systems, StageId{0}, point, state, {}};
        hook.fire(context);
        std::vector<SystemIndex> failed;
        for (HookFailure const& failure : context.failures) failed.push_back(failure.system);
        return failed;
    }
};

BiasedPotential wall(Axis axis, Side side) {
    return BiasedPotential(std::make_unique<WallBias>(WallBiasOptions{1.3, axis, 0.4, side}));
}
BiasedPotential center_of_mass(CenterOfMassBiasOptions options) {
    return BiasedPotential(std::make_unique<CenterOfMassBias>(std::move(options)));
}
BiasedPotential distance(DistanceBiasOptions const& options) {
    return BiasedPotential(std::make_unique<DistanceBias>(options));
}

TEST_F(DeviceBiases, WallsPushAsOnTheHost) {
    for (Axis const axis : {Axis::x, Axis::y, Axis::z})
        for (Side const side : {Side::below, Side::above}) expect_same(wall(axis, side));
}

TEST_F(DeviceBiases, CentersOfMassArePulledAsOnTheHost) {
    std::array<double, 3> const center{0.5, -1.0, 2.0};
    expect_same(center_of_mass({.spring_constant = 2.5}));
    expect_same(center_of_mass({.spring_constant = 2.5, .center = center}));
    expect_same(center_of_mass({.spring_constant = 2.5, .indices = {1, 0}}));
    expect_same(center_of_mass({.spring_constant = 2.5, .center = center, .indices = {1}}));
}

TEST_F(DeviceBiases, PairsOfAtomsAreHeldAsOnTheHost) {
    expect_same(distance({.spring_constant = 3.0}));
    expect_same(distance({.spring_constant = 3.0, .atoms = {1, 0}, .distance = 2.0}));
}

TEST_F(DeviceBiases, ABiasThatIsNotFiniteMarksItsSampleAndLeavesItAsItIs) {
    auto const far_away = [](Batch& batch) {
        batch.values<double>(Fields::positions, SystemIndex{5})[3] = 1e200;
    };
    auto const nowhere = [](Batch& batch) {
        batch.values<double>(Fields::positions, SystemIndex{2})[4] = std::nan("");
    };
    auto const without_mass = [](Batch& batch) {
        for (double& m : batch.values<double>(Fields::atomic_masses, SystemIndex{1})) m = 0.0;
    };
    expect_same(wall(Axis::x, Side::below), far_away);
    expect_same(center_of_mass({.spring_constant = 2.5}), nowhere);
    expect_same(center_of_mass({.spring_constant = 2.5}), without_mass);
    expect_same(distance({.spring_constant = 3.0}), far_away);
    expect_same(distance({.spring_constant = 3.0}), nowhere);
}

/// By hand: k d = 1.87e308 is beyond a double, k/2 d² = 1.03e308 is not.
TEST_F(DeviceBiases, AForceAloneThatIsNotFiniteMarksItsSample) {
    BiasedPotential hook(
        std::make_unique<WallBias>(WallBiasOptions{1.7e308, Axis::x, 1000.0, Side::below}));
    expect_same(std::move(hook), [](Batch& batch) {
        batch.values<double>(Fields::positions, SystemIndex{1})[3] = 1001.1;
    });
}

TEST_F(DeviceBiases, AFunctionStaysOnTheHost) {
    auto const queue = test_queue();
    Batch batch = holey_batch(std::make_shared<Schema const>(), {8});
    DeviceTables const tables(*queue, batch, {1});
    BiasedPotential const hook(
        [](BatchView const&, SystemIndex, std::span<double>) { return 0.0; });

    EXPECT_EQ(hook.on_device(*queue, tables.columns(), {}), nullptr);
}

}  // namespace
}  // namespace athanor::test
