// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A stage of every dynamics with Lennard-Jones, all of it on a device, against the same on the
/// host: samples leave with the same bits after the same steps.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/emulated_queue.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/lj.hpp"

namespace athanor::test {
namespace {

struct Left {
    std::map<std::int64_t, Sample> samples;
    std::map<std::int64_t, std::string> reasons;  ///< of those that failed
};

/// Runs samples through the stage, fewer at a time than there are; `device` may be null.
Left run(DynamicsSpec const& spec, DeviceQueue* device) {
    auto const schema = plain_schema();
    std::vector<Sample> const samples{
        argon_crystal(schema, 0, 2, 0.15, 1), cluster(schema, 1, {0, 0, 0, 3.9, 0, 0, 0, 4.0, 0.2}),
        cluster(schema, 2, {0, 0, 0}), argon_crystal(schema, 3, 1, 0.1, 3, 7.0)};
    LennardJones model = switched_argon(4.5);
    FusedStage::Options options{{3, 40, 0}, 7};
    options.device = device;
    StageRunner runner(options, model, sub_stages(stage_of_kind(0, spec)), schema);
    Left left;
    std::size_t next = 0;
    for (int turn = 0; turn < 200 && left.samples.size() + left.reasons.size() < samples.size();
         ++turn) {
        while (next < samples.size() && runner.stage.batch().fits(samples[next].atom_count(), 0))
            runner.add(samples[next++]);
        runner.step();
        for (bool const failed : {false, true}) {
            auto const leaving = failed ? runner.stage.failed() : runner.stage.departing();
            std::vector<SystemIndex> const systems(leaving.begin(), leaving.end());
            for (auto system = systems.rbegin(); system != systems.rend(); ++system) {
                auto const id = runner.stage.batch().sample_id(*system).value();
                if (failed)
                    left.reasons[id] = runner.stage.failure_reason(*system);
                else
                    left.samples.emplace(id, runner.stage.batch().extract(*system));
                runner.stage.remove(*system);
            }
        }
    }
    EXPECT_EQ(left.samples.size() + left.reasons.size(), samples.size());
    return left;
}

class DeviceTrajectory : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(DeviceTrajectory, EndsWithTheBitsOfTheHost) {
    Left const host = run(GetParam(), nullptr);
    EmulatedQueue queue({EmulationOrder::Kind::shuffled, 11});

    Left const device = run(GetParam(), &queue);

    EXPECT_EQ(device.reasons, host.reasons);
    ASSERT_EQ(device.samples.size(), host.samples.size());
    for (auto const& [id, sample] : host.samples)
        EXPECT_TRUE(same_bits(device.samples.at(id), sample)) << "sample " << id;
    EXPECT_FALSE(host.samples.empty());
}

std::string name_of_dynamics(::testing::TestParamInfo<DynamicsSpec> const& of) {
    return std::string(make_dynamics(of.param)->name()) + "_" + std::to_string(of.index);
}

INSTANTIATE_TEST_SUITE_P(Dynamics, DeviceTrajectory, ::testing::ValuesIn(all_dynamics()),
                         name_of_dynamics);

}  // namespace
}  // namespace athanor::test
