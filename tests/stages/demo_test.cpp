// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/demo.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

TEST(Demo, ThreeStepsOfTheHarmonicModelGiveTheReferenceNumbers) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, DemoOptions{units::time_to_fs(0.5)}, 3)),
                    {1, 2, 0});
    Sample start = test::cluster(test::plain_schema(), 0, {.5, -.2, .3, -.4, .6, -.1}, 18, 39.95);
    double const v0[6] = {.01, .02, -.03, -.02, .01, .015};
    std::copy(v0, v0 + 6, start.values<double>(Fields::velocities).begin());
    run.add(start);

    run.run();

    // Model X, start A, a step of half an internal unit of time, three steps.
    double const r[6] = {.500853618476,  -.159328768037, .231093147403,
                         -.418532942008, .581239596321,  -.0697179026952};
    double const v[6] = {-.00886837337127, .0336056916726, -.0602929014532,
                         -.00456878720186, -.034726676984, .0246805009184};
    Sample const end = run.samples().at(0);
    for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(end.values<double>(Fields::positions)[k], r[k], 1e-12);
        EXPECT_NEAR(end.values<double>(Fields::velocities)[k], v[k], 1e-12);
    }
}

TEST(Demo, IsTheTrajectoryOfNveButForRounding) {
    LennardJones model = test::reference_argon();
    SubStage demo = sub_stage(0, DemoOptions{4.0}, 200), nve = sub_stage(0, NveOptions{4.0}, 200);
    demo.initial_temperature_kelvin = nve.initial_temperature_kelvin = 40.0;
    StageRunner a(model, sub_stages(std::move(demo)), {1, 32, 0});
    StageRunner b(model, sub_stages(std::move(nve)), {1, 32, 0});
    for (StageRunner* run : {&a, &b}) {
        run->add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));
        run->run();
    }

    Sample const x = a.samples().at(0), y = b.samples().at(0);
    for (FieldIndex field : {Fields::positions, Fields::velocities})
        for (int k = 0; k < 96; ++k)
            EXPECT_NEAR(x.values<double>(field)[k], y.values<double>(field)[k], 1e-10);
}

TEST(Demo, AMasslessAtomDriftsAndFeelsNoForce) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, DemoOptions{1.0}, 10)), {1, 1, 0});
    Sample start = test::cluster(test::plain_schema(), 0, {1, 1, 1}, 18, 0.0);
    start.values<double>(Fields::velocities)[0] = 0.5;
    run.add(start);

    run.run();

    Sample const end = run.samples().at(0);
    EXPECT_EQ(end.values<double>(Fields::velocities)[0], 0.5);
    EXPECT_EQ(end.values<double>(Fields::positions)[1], 1.0);
    EXPECT_NEAR(end.values<double>(Fields::positions)[0], 1.0 + 5.0 * units::time_from_fs(1.0),
                1e-14);
}

TEST(Demo, ATimestepThatIsNoneIsRefused) {
    EXPECT_THROW(Demo({0.0}), ConfigError);
    EXPECT_THROW(Demo({std::nan("")}), ConfigError);
}

}  // namespace
}  // namespace athanor
