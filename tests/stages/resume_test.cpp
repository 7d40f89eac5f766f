// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A run that stops in the middle and goes on in a stage built anew has the bits of one that did
/// not stop.
#include <memory>

#include <gtest/gtest.h>

#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/lj.hpp"

namespace athanor {
namespace {

using test::stage_of_kind;
using test::StageRunner;
using test::sub_stages;

constexpr BatchCapacity room{5, 160, 0};

/// Relaxation, then the dynamics in question, which ends later for some samples than for others.
std::vector<SubStage> stages_of(DynamicsSpec const& dynamics) {
    SubStage first = stage_of_kind(0, FireOptions{.timestep_fs = 4.0});
    first.step_budget = 9;
    first.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0}}),
                   std::make_shared<EnergyDriftMonitor>(
                       EnergyDriftMonitorOptions{.threshold = 1e-9}, [](std::string const&) {})};
    return sub_stages(std::move(first), stage_of_kind(1, dynamics));
}

std::vector<Sample> samples_for(DynamicsSpec const& dynamics) {
    std::vector<Sample> samples = test::mixed_samples();
    if (make_dynamics(dynamics)->needs_finite_stress())
        std::erase_if(samples, [](Sample const& sample) {
            return sample.values<std::uint8_t>(Fields::pbc)[0] == 0;
        });
    return samples;
}

/// As the loop does before it writes what departs.
void fill_stress(StageRunner& run) {
    auto const departing = run.stage.departing();
    std::vector<SystemIndex> const systems(departing.begin(), departing.end());
    run.stage.fill_stress(systems);
}

class EveryDynamics : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(EveryDynamics, GoesOnAfterAStopAsIfThereHadBeenNone) {
    LennardJones model = test::reference_argon();
    auto const samples = samples_for(GetParam());
    StageRunner whole(model, stages_of(GetParam()), room);
    for (Sample const& sample : samples) whole.add(sample);
    whole.run();
    fill_stress(whole);
    auto const expected = whole.samples();

    auto stopped = std::make_unique<StageRunner>(model, stages_of(GetParam()), room);
    for (Sample const& sample : samples) stopped->add(sample);
    // Before the first step, inside either sub-stage, at the change between them, and at the end.
    for (int const steps : {0, 4, 5, 1, 7, 1000}) {
        stopped->step(steps);
        auto const halfway = stopped->samples();
        ASSERT_EQ(halfway.size(), samples.size());
        stopped = std::make_unique<StageRunner>(model, stages_of(GetParam()), room);
        for (auto sample = halfway.rbegin(); sample != halfway.rend(); ++sample)
            stopped->stage.resume(stopped->stage.batch().append(sample->second));
    }

    EXPECT_EQ(stopped->stage.active_count(), 0);
    EXPECT_EQ(stopped->stage.departing().size(), samples.size());
    fill_stress(*stopped);
    auto const ends = stopped->samples();
    for (auto const& [id, sample] : expected)
        EXPECT_TRUE(test::same_bits(sample, ends.at(id))) << "sample " << id;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryDynamics, ::testing::ValuesIn(test::all_dynamics()),
                         [](auto const& kind) {
                             return std::string(make_dynamics(kind.param)->name()) + "_" +
                                    std::to_string(kind.index);
                         });

}  // namespace
}  // namespace athanor
