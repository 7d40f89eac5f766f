// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wrap_periodic.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

using Vector = std::array<double, 3>;

/// Where one atom at rest stands after a step with the hook. Masses are huge: nothing moves it.
Vector wrapped(Vector const& r, std::array<double, 9> const& cell,
               std::array<std::uint8_t, 3> const& pbc) {
    LennardJones model = test::reference_argon();
    Sample sample = test::cluster(test::plain_schema(), 0, {r[0], r[1], r[2]}, 18, 1e300);
    std::copy(cell.begin(), cell.end(), sample.values<double>(Fields::cell).begin());
    std::copy(pbc.begin(), pbc.end(), sample.values<std::uint8_t>(Fields::pbc).begin());
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 1),
                                      {std::make_shared<WrapPeriodic>(WrapPeriodicOptions{})})),
                    {1, 1, 0});
    run.add(sample);
    run.run();
    EXPECT_TRUE(run.stage.failed().empty());
    double const* const p = run.stage.batch().view().positions;
    return {p[0], p[1], p[2]};
}

TEST(WrapPeriodic, MovesByWholeVectorsOfThePeriodicDirections) {
    std::array<double, 9> const cube{10, 0, 0, 0, 10, 0, 0, 0, 10};

    EXPECT_EQ(wrapped({12, -3, 25}, cube, {1, 1, 1}), (Vector{2, 7, 5}));
    EXPECT_EQ(wrapped({12, -3, 25}, cube, {0, 1, 0}), (Vector{12, 7, 25}));
    EXPECT_EQ(wrapped({12, -3, 25}, cube, {0, 0, 0}), (Vector{12, -3, 25}));
    EXPECT_EQ(wrapped({0.1, 9.9, 0}, cube, {1, 1, 1}), (Vector{0.1, 9.9, 0}));
}

TEST(WrapPeriodic, AxesAreFractional) {
    // By hand: s = (0.72, 1.2, 1.2); along a alone s_a is inside, so that nothing moves. Putting
    // back Cartesian components instead would give (4, 6, 6).
    std::array<double, 9> const skew{5, 0, 0, 2, 5, 0, 0, 0, 5};

    EXPECT_EQ(wrapped({6, 6, 6}, skew, {1, 0, 0}), (Vector{6, 6, 6}));
    EXPECT_EQ(wrapped({6, 6, 6}, skew, {0, 1, 0}), (Vector{4, 1, 6}));
    EXPECT_EQ(wrapped({6, 6, 6}, skew, {1, 1, 1}), (Vector{4, 1, 1}));
    EXPECT_EQ(wrapped({11, 6, 6}, skew, {1, 0, 0}), (Vector{6, 6, 6}));
}

TEST(WrapPeriodic, AHairBelowAFaceEndsOnTheFace) {
    std::array<double, 9> const cube{10, 0, 0, 0, 10, 0, 0, 0, 10};

    EXPECT_EQ(wrapped({-1e-20, 10, -10}, cube, {1, 1, 1}), (Vector{0, 0, 0}));
}

/// Crystals whose atoms are spread over many cells, and clusters.
std::vector<Sample> spread_samples() {
    auto samples = test::argon_samples();
    for (Sample& sample : samples) {
        if (sample.values<std::uint8_t>(Fields::pbc)[0] == 0) continue;
        auto const r = sample.values<double>(Fields::positions);
        double const length = sample.values<double>(Fields::cell)[0];
        for (std::size_t k = 0; k < r.size(); ++k)
            r[k] += length * static_cast<double>(static_cast<int>(k * 7 % 5) - 2);
    }
    return samples;
}

test::HookFactory wrap_every(int frequency) {
    return [frequency](int) {
        return test::Hooks{std::make_shared<WrapPeriodic>(WrapPeriodicOptions{frequency})};
    };
}

TEST(WrapPeriodic, BitsDependOnTheSampleAlone) {
    for (int const frequency : {1, 3}) {
        auto const ends =
            test::expect_bits_depend_on_the_sample_alone(wrap_every(frequency), spread_samples());

        for (auto const& [id, sample] : ends) {
            if (sample.values<std::uint8_t>(Fields::pbc)[0] == 0 || frequency > 1) continue;
            double const length = sample.values<double>(Fields::cell)[0];
            for (double const x : sample.values<double>(Fields::positions)) {
                EXPECT_GE(x, -1e-12);
                EXPECT_LT(x, length * (1.0 + 1e-12));
            }
        }
    }
}

TEST(WrapPeriodic, ATrajectoryIsTheSameButForWholeVectorsAndRounding) {
    LennardJones model = test::reference_argon();
    auto const run_with = [&](test::Hooks hooks) {
        StageRunner run(model,
                        sub_stages(hooked(sub_stage(0, NveOptions{2.0}, 40), std::move(hooks))),
                        {5, 160, 0});
        for (Sample const& sample : spread_samples()) run.add(sample);
        run.run();
        return run.samples();
    };

    auto const wrapped_ends = run_with(wrap_every(1)(0));
    auto const free = run_with({});

    for (auto const& [id, sample] : wrapped_ends) {
        Sample const& other = free.at(id);
        EXPECT_NEAR(sample.values<double>(Fields::energy)[0],
                    other.values<double>(Fields::energy)[0], 1e-10);
        auto const f = sample.values<double>(Fields::forces);
        auto const g = other.values<double>(Fields::forces);
        for (std::size_t k = 0; k < f.size(); ++k) EXPECT_NEAR(f[k], g[k], 1e-10) << id;
        double const length = sample.values<double>(Fields::cell)[0];
        auto const r = sample.values<double>(Fields::positions);
        auto const q = other.values<double>(Fields::positions);
        for (std::size_t k = 0; k < r.size(); ++k) {
            double const cells = length > 0.0 ? std::round((r[k] - q[k]) / length) : 0.0;
            EXPECT_NEAR(r[k] - cells * length, q[k], 1e-9) << id;
        }
    }
}

TEST(WrapPeriodic, RowsAreWrappedForTheHooksAfterItAlone) {
    LennardJones model = test::reference_argon();
    test::MemorySink before, after;
    auto const snapshot = [](test::MemorySink& sink) {
        return std::make_shared<Snapshot>(sink, SnapshotOptions{});
    };
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 1),
                                      {snapshot(before), wrap_every(1)(0)[0], snapshot(after)})),
                    {1, 32, 0});
    run.add(spread_samples()[0]);

    run.run();

    auto const inside = [](test::MemorySink const& sink) {
        auto const r = sink.rows.at(0).sample.values<double>(Fields::positions);
        return std::all_of(r.begin(), r.end(), [](double x) { return x > -1e-9 && x < 10.53; });
    };
    EXPECT_FALSE(inside(before));
    EXPECT_TRUE(inside(after));
}

TEST(WrapPeriodic, RefusesAFrequencyBelowOne) {
    EXPECT_THROW(WrapPeriodic(WrapPeriodicOptions{0}), ConfigError);
}

}  // namespace
}  // namespace athanor
