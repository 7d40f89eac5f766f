// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <string>

#include "stages/make_dynamics.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/device_tables.hpp"

namespace athanor::test {
namespace {

constexpr int own_code = 1;
constexpr StageId stage{3};
constexpr std::uint64_t seed = 77;

/// A number in [0, 1) of three others.
double hashed(std::int64_t a, std::int64_t b, std::int64_t c) {
    auto h = static_cast<std::uint64_t>(a) * 0x9e3779b97f4a7c15U ^
             static_cast<std::uint64_t>(b) * 0xc2b2ae3d27d4eb4fU ^
             static_cast<std::uint64_t>(c) * 0x165667b19e3779f9U;
    h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9U;
    return static_cast<double>((h ^ (h >> 32)) >> 11) * 0x1p-53;
}

/// A batch on the host, one dynamics, and the systems that it has: all but two.
class DeviceDynamicsTest : public ::testing::TestWithParam<DynamicsSpec> {
protected:
    explicit DeviceDynamicsTest(std::vector<int> const& sizes = {8, 2, 7, 9, 1, 100, 12, 3000})
        : dynamics_(make_dynamics(GetParam())),
          batch_(holey_batch(
              std::make_shared<Schema const>(Schema().with(dynamics_->state_fields())), sizes)),
          codes_(static_cast<std::size_t>(batch_.system_count()), own_code) {
        codes_[0] = -1;  // makes no step
        codes_[6] = 0;   // makes those of another sub-stage
        for (int s = 0; s < batch_.system_count(); ++s)
            if (codes_[static_cast<std::size_t>(s)] == own_code)
                systems_.push_back(SystemIndex{s});
            else
                fill_state(SystemIndex{s});
        dynamics_->bind(batch_);
        evaluate(0);
        dynamics_->admit(context());
    }

    [[nodiscard]] UpdateContext context() { return {batch_.view(), systems_, stage, seed}; }

    /// What a system that takes no part has as state: anything but what a step would leave.
    void fill_state(SystemIndex system) {
        for (int f = Fields::count; f < batch_.schema().field_count(); ++f)
            std::memset(batch_.rows(FieldIndex{f}, system), 0x3f,
                        batch_.row_bytes(FieldIndex{f}, system));
    }

    /// Forces that pull each atom to a place of its own, and now and then push a sample away; the
    /// energy jumps now and then, so that a line search goes back.
    void evaluate(int step) {
        for (SystemIndex s : systems_) {
            auto const id = batch_.sample_id(s).value();
            auto const r = batch_.values<double>(Fields::positions, s);
            auto const f = batch_.values<double>(Fields::forces, s);
            double const sign = hashed(id, step, 1) < 0.25 ? -1.0 : 1.0;
            double energy = hashed(id, step, 2) < 0.3 ? 50.0 : 0.0;
            for (std::size_t k = 0; k < r.size(); ++k) {
                double const away = r[k] - 10.0 * hashed(id, static_cast<std::int64_t>(k), 3);
                f[k] = -sign * (0.05 * away + 0.01 * away * away * away / (1.0 + away * away));
                energy += 0.025 * away * away;
            }
            batch_.values<double>(Fields::energy, s)[0] = energy;
            auto const stress = batch_.values<double>(Fields::stress, s);
            for (std::size_t k = 0; k < 9; ++k)
                stress[k] = 2e-4 * (hashed(id, step, 4 + static_cast<std::int64_t>(k)) - 0.5);
        }
    }
    void count_step() {
        for (SystemIndex s : systems_) ++batch_.column<std::int64_t>(Fields::stage_step)[s.value()];
    }

    std::unique_ptr<Dynamics> dynamics_;
    Batch batch_;
    std::vector<int> codes_;
    std::vector<SystemIndex> systems_;
};

class EveryOrder : public DeviceDynamicsTest {
protected:
    /// Some steps on the host and on a device of that order, from where the batch is.
    void expect_same_steps(EmulationOrder const& order, int first, int last) {
        auto const queue = test_queue(order);
        DeviceTables tables(*queue, batch_, codes_);
        auto const device = dynamics_->on_device(tables.columns());
        ASSERT_NE(device, nullptr);
        DeviceUpdate const update{*queue, tables.systems().of_code(own_code), tables.sums(), stage,
                                  seed};
        for (int step = first; step < last && !HasFailure(); ++step) {
            dynamics_->pre_update(context());
            device->pre_update(update);
            tables.expect_same("pre_update of step " + std::to_string(step));
            evaluate(step);
            for (FieldIndex const field : {Fields::forces, Fields::energy, Fields::stress})
                tables.upload(field);
            tables.forget_sums();
            dynamics_->post_update(context());
            device->post_update(update);
            tables.expect_same("post_update of step " + std::to_string(step));
            count_step();
            tables.upload(Fields::stage_step);
        }
    }
};

TEST_P(EveryOrder, StepsOnADeviceAreThoseOfTheHostBitForBit) {
    int step = 1;
    for (EmulationOrder const& order : test_orders()) {
        expect_same_steps(order, step, step + 5);
        step += 5;
    }
    for (SystemIndex s : systems_)
        for (double const r : batch_.values<double>(Fields::positions, s))
            ASSERT_TRUE(std::isfinite(r)) << "system " << s.value();
}

/// Nothing that an update enqueues may depend on what a device holds: a recording of one step must
/// do for all.
TEST_P(EveryOrder, ARecordedStepDoesForEveryOther) {
    auto const queue = test_queue();
    DeviceTables const tables(*queue, batch_, codes_);
    auto const device = dynamics_->on_device(tables.columns());
    ASSERT_NE(device, nullptr);
    DeviceUpdate const update{*queue, tables.systems().of_code(own_code), tables.sums(), stage,
                              seed};
    queue->begin_recording();
    device->pre_update(update);
    device->post_update(update);
    auto const step = queue->end_recording();

    for (int k = 0; k < 3; ++k) {
        dynamics_->pre_update(context());
        dynamics_->post_update(context());
        queue->enqueue(*step);
    }

    tables.expect_same("three recorded steps");
}

std::string name_of_dynamics(::testing::TestParamInfo<DynamicsSpec> const& info) {
    return std::string(make_dynamics(info.param)->name()) + "_" + std::to_string(info.index);
}

std::vector<DynamicsSpec> with_more() {
    std::vector<DynamicsSpec> specs = all_dynamics();
    specs.emplace_back(NvtLangevinOptions{2.0, 30.0, 0.0});
    specs.emplace_back(NptOptions{.pressure_coupling = PressureCoupling::isotropic});
    specs.emplace_back(
        NvtNoseHooverOptions{.timestep_fs = 2.0, .chain_length = 1, .yoshida_order = 5});
    specs.emplace_back(FireOptions{.timestep_fs = 4.0, .max_step = 0.01, .downhill_steps = 1});
    specs.emplace_back(Fire2Options{.max_step = 0.01, .delay_steps = 1});
    specs.emplace_back(LbfgsOptions{.max_step = 0.01, .history = 1});
    return specs;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryOrder, ::testing::ValuesIn(with_more()), name_of_dynamics);

}  // namespace
}  // namespace athanor::test
