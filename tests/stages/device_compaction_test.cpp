// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples on a device that are moved together, because one that comes would have fitted between
/// them in no hole: the bits of the host, and no step there.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/counting_model.hpp"
#include "tests/support/device_harmonic_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/stage_ends.hpp"
#include "tests/support/uneven_chains.hpp"

namespace athanor::test {
namespace {

StageEnds run_chains(std::vector<SubStage> sub_stages, BatchCapacity capacity, DeviceQueue* device,
                     int save_every = 0) {
    LennardJones model = switched_argon(4.5);
    StagePlace place{model, capacity, device, {}, save_every};
    place.one_in_turns = turns_between;
    return run_stage(uneven_chains(), std::move(sub_stages), place);
}

/// Samples leave in the order in which they came.
SubStage steady_stage(int id, DynamicsSpec const& dynamics, int steps) {
    SubStage sub = stage_of_kind(id, dynamics);
    sub.criteria.clear();
    sub.step_budget = steps;
    return sub;
}

/// On a real device it is a matter of time who has left when another one comes.
void expect_moves(StageEnds const& device) {
    if (!tests_run_on_cuda()) {
        EXPECT_GT(device.compactions, 0);
    }
}

/// All dynamics that make steps.
std::vector<DynamicsSpec> moving_dynamics() {
    std::vector<DynamicsSpec> list = all_dynamics();
    std::erase_if(list, [](DynamicsSpec const& spec) {
        return std::holds_alternative<SinglePointOptions>(spec);
    });
    return list;
}

class DeviceCompaction : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(DeviceCompaction, MovesSamplesWithAllTheirStateAndTheBitsOfTheHost) {
    auto const stages = [] { return sub_stages(steady_stage(0, GetParam(), 15)); };
    StageEnds const host = run_chains(stages(), room_with_holes, nullptr);
    EXPECT_TRUE(host.reasons.empty());
    std::vector<EmulationOrder> orders = test_orders();
    orders.resize(std::min<std::size_t>(orders.size(), 2));
    for (EmulationOrder const& order : orders) {
        auto const queue = test_queue(order);

        StageEnds const device = run_chains(stages(), room_with_holes, queue.get());

        expect_equal(host, device);
        EXPECT_EQ(device.host_steps, 0);
        expect_moves(device);
    }
}

std::string name_of_dynamics(::testing::TestParamInfo<DynamicsSpec> const& of) {
    return std::string(make_dynamics(of.param)->name()) + "_" + std::to_string(of.index);
}

INSTANTIATE_TEST_SUITE_P(Dynamics, DeviceCompaction, ::testing::ValuesIn(moving_dynamics()),
                         name_of_dynamics);

TEST(DeviceCompactionHooks, SamplesEndAsWhereThereIsAlwaysARun) {
    auto const stages = [] {
        return sub_stages(stage_of_kind(0, NvtLangevinOptions{2.0, 30.0, 0.02}));
    };
    auto const queue = test_queue({EmulationOrder::Kind::shuffled, 4});

    StageEnds const narrow = run_chains(stages(), room_with_holes, queue.get());
    StageEnds const wide = run_chains(stages(), room_for_all, queue.get());

    EXPECT_EQ(narrow.rows, wide.rows);
    expect_moves(narrow);
    EXPECT_EQ(wide.compactions, 0);
}

/// Noise, then a barostat, then a relaxation that ends for each sample at a step of its own; hooks
/// with state, one that needs the host now and then, and what they say.
std::vector<SubStage> three_stages(std::multiset<std::string>& lines, bool with_host_hook,
                                   std::vector<Firing>& log) {
    auto const say = [&lines](std::string const& line) { lines.insert(line); };
    std::vector<SubStage> stages = sub_stages(
        stage_of_kind(0, NvtLangevinOptions{2.0, 30.0, 0.02}),
        stage_of_kind(1, NptOptions{2.0, 30.0, 0.0003, 300.0, 100.0, PressureCoupling::isotropic}),
        stage_of_kind(2, LbfgsOptions{.history = 3}));
    stages[0].step_budget = 9;
    stages[1].step_budget = 7;
    stages[0].hooks = {
        std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0}}),
        std::make_shared<MaxForceClamp>(MaxForceClampOptions{.max_force = 0.02, .log_clamps = true},
                                        say),
        std::make_shared<EnergyDriftMonitor>(EnergyDriftMonitorOptions{.threshold = 1e-9}, say)};
    stages[1].hooks = {std::make_shared<WrapPeriodic>(WrapPeriodicOptions{2})};
    if (with_host_hook) stages[1].hooks.push_back(std::make_shared<RecordingHook>("host", log, 5));
    return stages;
}

TEST(DeviceCompactionHooks, StateOfHooksMovesAlongThroughSeveralSubStages) {
    for (bool const with_host_hook : {false, true})
        for (int const save_every : {0, 3}) {
            SCOPED_TRACE(std::to_string(save_every) + (with_host_hook ? " with" : " without"));
            std::multiset<std::string> host_lines, device_lines;
            std::vector<Firing> host_log, device_log;
            StageEnds const host = run_chains(three_stages(host_lines, with_host_hook, host_log),
                                              room_with_holes, nullptr);
            auto const queue = test_queue({EmulationOrder::Kind::shuffled, 9});

            StageEnds const device =
                run_chains(three_stages(device_lines, with_host_hook, device_log), room_with_holes,
                           queue.get(), save_every);

            expect_equal(host, device);
            EXPECT_EQ(host_lines, device_lines);
            EXPECT_FALSE(host_lines.empty());
            EXPECT_EQ(host_log.size(), device_log.size());
            expect_moves(device);
            EXPECT_EQ(device.host_steps == 0, !with_host_hook);
        }
}

/// Takes all samples out right after samples were moved, and goes on in a stage built anew.
TEST(DeviceCompactionHooks, AStopRightAfterAMoveChangesNothing) {
    LennardJones model = switched_argon(4.5);
    std::multiset<std::string> lines;
    std::vector<Firing> log;
    auto const stages = [&] { return three_stages(lines, false, log); };
    StageEnds const host = run_chains(stages(), room_with_holes, nullptr);
    auto const queue = test_queue({EmulationOrder::Kind::shuffled, 2});
    FusedStage::Options options{room_with_holes, 7};
    options.device = queue.get();
    auto const make = [&] {
        return std::make_unique<StageRunner>(options, model, stages(), plain_schema());
    };
    auto runner = make();
    std::map<std::int64_t, std::vector<std::byte>> rows;
    std::vector<Sample> const samples = uneven_chains();
    std::size_t next = 0;
    int stops = 0;
    for (int turn = 0; turn < 2000 && rows.size() < samples.size(); ++turn) {
        if (turn % turns_between == 0 && next < samples.size() &&
            runner->stage.batch().fits(samples[next].atom_count(), 0))
            runner->add(samples[next++]);
        runner->step();
        runner->stage.bring_back_rows(runner->clock);
        auto const leaving = runner->stage.departing();
        std::vector<SystemIndex> const systems(leaving.begin(), leaving.end());
        runner->stage.fill_stress(systems);
        for (auto system = systems.rbegin(); system != systems.rend(); ++system) {
            Sample const sample = runner->stage.batch().extract(*system);
            rows[sample.id().value()] = all_bytes(sample);
            runner->stage.remove(*system);
        }
        if (runner->metrics.compactions == 0) continue;  // of this runner
        ++stops;
        auto const saved = runner->samples();
        runner = make();
        for (auto const& [id, sample] : saved)
            runner->stage.resume(runner->stage.batch().append(sample));
    }
    EXPECT_EQ(rows, host.rows);
    if (!tests_run_on_cuda()) {
        EXPECT_GT(stops, 1);
    }
}

/// Springs that are too stiff for the step: each sample fails when its energy is no number any
/// more, and leaves with what it was before that step.
TEST(DeviceCompactionHooks, FailingSamplesLeaveTheirLastGoodStateWhereverItWasMoved) {
    auto const run = [](DeviceQueue* device) {
        DeviceHarmonicModel model;
        StagePlace place{model, room_with_holes, device};
        place.one_in_turns = turns_between;
        std::vector<Sample> samples = uneven_chains();
        for (std::size_t k = 0; k < samples.size(); ++k)
            samples[k].values<double>(Fields::velocities)[1] = k % 4 == 3 ? 0.0 : 1e150;
        std::vector<SubStage> stages = sub_stages(sub_stage(4, NveOptions{1000.0}, 40));
        return run_stage(samples, std::move(stages), place);
    };
    StageEnds const host = run(nullptr);
    EXPECT_GT(host.reasons.size(), 5U);
    EXPECT_GT(host.sample_steps, 2 * static_cast<std::int64_t>(host.rows.size()));
    for (EmulationOrder const& order : test_orders()) {
        auto const queue = test_queue(order);

        StageEnds const device = run(queue.get());

        expect_equal(host, device);
        EXPECT_EQ(device.host_steps, 0);
        expect_moves(device);
    }
}

/// What a list would like to hold is known by rows, too.
TEST(DeviceCompactionHooks, RowsOfListsBecomeLongerAmongSamplesThatMove) {
    auto const run = [](CountingModel<LennardJones>& model, DeviceQueue* device) {
        model.guessed_row_capacity = 8;
        StagePlace place{model, room_with_holes, device};
        place.one_in_turns = turns_between;
        FireVariableCellOptions const relaxation{{.timestep_fs = 8.0}};
        return run_stage(uneven_chains(), sub_stages(steady_stage(0, relaxation, 40)), place);
    };
    CountingModel<LennardJones> model(switched_argon(6.5));
    StageEnds const host = run(model, nullptr);
    for (EmulationOrder const& order : test_orders()) {
        CountingModel<LennardJones> device_model(switched_argon(6.5));
        auto const queue = test_queue(order);

        StageEnds const device = run(device_model, queue.get());

        expect_equal(host, device);
        EXPECT_EQ(device.host_steps, 0);
        expect_moves(device);
        EXPECT_GE(device.list_growths, 1);
        EXPECT_LE(device.list_growths, 4);
    }
}

}  // namespace
}  // namespace athanor::test
