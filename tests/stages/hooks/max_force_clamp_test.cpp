// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/max_force_clamp.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

/// Sets the forces of the first sample, as if the model had given them.
class ForcesFrom final : public Hook {
public:
    explicit ForcesFrom(std::vector<double> forces) : forces_(std::move(forces)) {}
    [[nodiscard]] std::string name() const override { return "forces"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission;
    }
    void fire(HookContext& context) override {
        std::copy(forces_.begin(), forces_.end(), context.batch.view().forces);
    }

private:
    std::vector<double> forces_;
};

/// Takes down the forces of the first sample, which may fail after that.
class ForcesTo final : public Hook {
public:
    explicit ForcesTo(std::vector<double>& forces) : forces_(forces) {}
    [[nodiscard]] std::string name() const override { return "forces"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission;
    }
    void fire(HookContext& context) override {
        std::copy_n(context.batch.view().forces, forces_.size(), forces_.begin());
    }

private:
    std::vector<double>& forces_;
};

std::vector<double> clamped(std::vector<double> const& forces, double max_force,
                            std::int64_t expected_count) {
    test::HarmonicModel model;
    auto const clamp = std::make_shared<MaxForceClamp>(MaxForceClampOptions{max_force});
    std::vector<double> got(forces.size());
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, SinglePointOptions{}, 0),
                                      {std::make_shared<ForcesFrom>(forces), clamp,
                                       std::make_shared<ForcesTo>(got)})),
                    {1, 8, 0});
    run.add(test::line_of_atoms(test::plain_schema(), 0, static_cast<int>(forces.size() / 3), 0.3));
    run.run();
    EXPECT_EQ(clamp->clamp_count(), expected_count);
    return got;
}

TEST(MaxForceClamp, ShortensWhatIsTooLongAndKeepsItsDirection) {
    auto const got = clamped({3, 4, 0, 0.3, 0.4, 0, 0, 0, -7, 0, 0, 0}, 0.5, 2);

    EXPECT_NEAR(got[0], 0.3, 1e-16);
    EXPECT_NEAR(got[1], 0.4, 1e-16);
    EXPECT_EQ(got[2], 0.0);
    EXPECT_EQ(got[3], 0.3);  // exactly as long as allowed: untouched
    EXPECT_EQ(got[4], 0.4);
    EXPECT_EQ(got[8], -0.5);
    EXPECT_EQ(got[9], 0.0);
}

TEST(MaxForceClamp, AForceWhoseSquareOverflowsKeepsItsDirectionAndNanPasses) {
    double const nan = std::numeric_limits<double>::quiet_NaN();

    auto const got = clamped({3e200, -4e200, 0, nan, 9, 0, 9, 0, nan}, 5.0, 1);

    EXPECT_NEAR(got[0], 3.0, 1e-15);
    EXPECT_NEAR(got[1], -4.0, 1e-15);
    EXPECT_TRUE(std::isnan(got[3]));
    EXPECT_EQ(got[4], 9.0);
    EXPECT_EQ(got[6], 9.0);
}

TEST(MaxForceClamp, TheFirstHalfStepAlreadySeesShortenedForces) {
    // By hand: F = -1·r shortened to 0.1; v(dt) = 0.1 dt/m from two half kicks.
    test::HarmonicModel model(1, 1, 1);
    auto const clamp = std::make_shared<MaxForceClamp>(MaxForceClampOptions{0.1});
    StageRunner run(model, sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 1), {clamp})),
                    {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {-5, 0, 0}));

    run.run();

    double const dt = units::time_from_fs(1.0);
    EXPECT_NEAR(run.stage.batch().view().velocities[0], 0.1 * dt / 39.948, 1e-18);
    EXPECT_EQ(clamp->clamp_count(), 2);
}

TEST(MaxForceClamp, ChangesOnlyWhatHooksAfterItSee) {
    test::HarmonicModel model(1, 1, 1);
    test::MemorySink before, after;
    auto const snapshot = [](test::MemorySink& sink) {
        return std::make_shared<Snapshot>(sink, SnapshotOptions{1, true});
    };
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, SinglePointOptions{}, 0),
                                      {snapshot(before),
                                       std::make_shared<MaxForceClamp>(MaxForceClampOptions{0.1}),
                                       snapshot(after)})),
                    {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {-5, 0, 0}));

    run.run();

    EXPECT_EQ(before.rows.at(0).sample.values<double>(Fields::forces)[0], 5.0);
    EXPECT_EQ(after.rows.at(0).sample.values<double>(Fields::forces)[0], 0.1);
}

TEST(MaxForceClamp, BitsDependOnTheSampleAlone) {
    auto const ends = test::expect_bits_depend_on_the_sample_alone([](int) {
        return test::Hooks{std::make_shared<MaxForceClamp>(MaxForceClampOptions{0.02})};
    });
    auto const free =
        test::expect_bits_depend_on_the_sample_alone([](int) { return test::Hooks{}; });

    EXPECT_FALSE(test::same_travelling_bits(ends.at(0), free.at(0)));
}

/// Samples 0 (near the origin), 1 and 2 (far from it) of two atoms, in harmonic springs.
struct Told {
    explicit Told(MaxForceClampOptions const& options)
        : clamp(std::make_shared<MaxForceClamp>(
              options, [this](std::string const& line) { lines.push_back(line); })),
          runner(model, sub_stages(hooked(sub_stage(4, NveOptions{0.1}, 5), {clamp})), {3, 6, 0}) {
        for (int id : {0, 1, 2})
            runner.add(test::cluster(test::plain_schema(), id, {1, 0, 0, 3.0 * id, 0, 4.0 * id}));
        runner.stage.open_hooks();
        runner.run();
        runner.stage.close_hooks();
    }
    test::HarmonicModel model{1, 1, 1};
    std::vector<std::string> lines;
    std::shared_ptr<MaxForceClamp> clamp;
    StageRunner runner;
};

TEST(MaxForceClamp, TellsOfEachSampleOnceAndOfTheSumAtTheEnd) {
    // By hand: forces of 5 and 10 on the second atoms of samples 1 and 2, which hardly move in six
    // evaluations.
    Told const told({.max_force = 2.5, .log_clamps = true});

    ASSERT_EQ(told.lines.size(), 3U);
    EXPECT_EQ(
        told.lines[0],
        "max_force_clamp: stage 4, sample 1 (\"cluster-1\"): the force on atom 1 after 0 steps "
        "is 5 eV/Å, shortened to 2.5; more of this sample are counted, not told");
    EXPECT_EQ(
        told.lines[1],
        "max_force_clamp: stage 4, sample 2 (\"cluster-2\"): the force on atom 1 after 0 steps "
        "is 10 eV/Å, shortened to 2.5; more of this sample are counted, not told");
    EXPECT_EQ(told.lines[2],
              "max_force_clamp: stage 4: 12 forces of 2 samples were longer than 2.5 eV/Å");
    EXPECT_EQ(told.clamp->sample_count(), 2);
}

TEST(MaxForceClamp, SaysNothingUnlessAskedOrWhenNothingWasTooLong) {
    Told const silent({.max_force = 2.5}), calm({.max_force = 20.0, .log_clamps = true});

    EXPECT_TRUE(silent.lines.empty());
    EXPECT_EQ(silent.clamp->clamp_count(), 12);
    EXPECT_TRUE(calm.lines.empty());
}

TEST(MaxForceClamp, WhatItToldStaysWithItsSample) {
    int lines = 0;
    auto const hooks = [&](int part) {
        return test::Hooks{std::make_shared<MaxForceClamp>(
            MaxForceClampOptions{.max_force = 0.02, .log_clamps = true},
            [&lines, part](std::string const&) { lines += part == 0 ? 1 : 0; })};
    };

    auto const ends = test::expect_bits_depend_on_the_sample_alone(hooks);

    int told = 0;
    for (auto const& [id, sample] : ends)
        told += sample.values<std::uint8_t>(*sample.schema().find("hook0_told"))[0];
    EXPECT_GT(told, 0);
    EXPECT_EQ(lines % 4, 0);  // alone, together, coming and going, pipelined: the same lines
    EXPECT_GT(lines, 0);
}

TEST(MaxForceClamp, RefusesWhatIsNoForce) {
    for (double const bad : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW(MaxForceClamp(MaxForceClampOptions{bad}), ConfigError) << bad;
}

}  // namespace
}  // namespace athanor
