// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/align_cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

using Matrix = std::array<double, 9>;

double determinant(double const* h) {
    return h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
           h[2] * (h[3] * h[7] - h[4] * h[6]);
}

/// r -> r R for every row of positions, velocities and cell.
Sample turned(Sample sample, Matrix const& r) {
    for (FieldIndex const field : {Fields::positions, Fields::velocities, Fields::cell}) {
        auto const rows = sample.values<double>(field);
        for (std::size_t k = 0; k < rows.size(); k += 3) {
            double const v[3] = {rows[k], rows[k + 1], rows[k + 2]};
            for (std::size_t x = 0; x < 3; ++x)
                rows[k + x] = v[0] * r[x] + v[1] * r[3 + x] + v[2] * r[6 + x];
        }
    }
    return sample;
}

/// A rotation that leaves no axis in place: 30 degrees about z, then 40 about x.
Matrix some_rotation() {
    double const a = 0.5235987755982988, b = 0.6981317007977318;
    double const ca = std::cos(a), sa = std::sin(a), cb = std::cos(b), sb = std::sin(b);
    return {ca, sa * cb, sa * sb, -sa, ca * cb, ca * sb, 0.0, -sb, cb};
}

/// A rattled crystal in a skew cell, lower triangular, with velocities; c_z of either sign.
Sample skew_crystal(std::int64_t id, double sign = 1.0) {
    Sample sample = test::argon_crystal(test::plain_schema(), id, 2, 0.1, 7);
    auto const cell = sample.values<double>(Fields::cell);
    auto const r = sample.values<double>(Fields::positions);
    Matrix const shear{1, 0, 0, 0.2, 1, 0, -0.1, 0.15, sign};
    for (auto const rows : {cell, r})
        for (std::size_t k = 0; k < rows.size(); k += 3) {
            double const v[3] = {rows[k], rows[k + 1], rows[k + 2]};
            for (std::size_t x = 0; x < 3; ++x)
                rows[k + x] = v[0] * shear[x] + v[1] * shear[3 + x] + v[2] * shear[6 + x];
        }
    auto const velocities = sample.values<double>(Fields::velocities);
    for (std::size_t k = 0; k < velocities.size(); ++k)
        velocities[k] = 0.01 * std::sin(static_cast<double>(k));
    return sample;
}

Sample evaluated(Sample const& sample, bool align) {
    LennardJones model = test::reference_argon();
    test::MemorySink sink;
    test::Hooks hooks;
    if (align) hooks.push_back(std::make_shared<AlignCell>());
    hooks.push_back(std::make_shared<Snapshot>(sink, SnapshotOptions{1, true}));
    StageRunner run(model, sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 1), hooks)), {1, 32, 0});
    run.add(sample);
    run.run();
    return sink.rows.at(0).sample;
}

void expect_near(Sample const& a, Sample const& b, double tolerance) {
    for (FieldIndex const field : {Fields::positions, Fields::velocities, Fields::forces,
                                   Fields::cell, Fields::energy, Fields::stress}) {
        auto const x = a.values<double>(field);
        auto const y = b.values<double>(field);
        for (std::size_t k = 0; k < x.size(); ++k)
            EXPECT_NEAR(x[k], y[k], tolerance) << a.schema().field(field).name << " " << k;
    }
}

TEST(AlignCell, TurnsEverythingBackThatARotationTurned) {
    for (double const sign : {1.0, -1.0}) {
        Sample const original = evaluated(skew_crystal(0, sign), false);

        Sample const back = evaluated(turned(skew_crystal(0, sign), some_rotation()), true);

        expect_near(back, original, 1e-12);
        double const* const h = back.values<double>(Fields::cell).data();
        EXPECT_EQ(h[1], 0.0);
        EXPECT_EQ(h[2], 0.0);
        EXPECT_EQ(h[5], 0.0);
        EXPECT_GT(h[0], 0.0);
        EXPECT_GT(h[4], 0.0);
        EXPECT_GT(sign * determinant(h), 0.0) << "a mirror image";
    }
}

TEST(AlignCell, ATrajectoryIsTheTurnedTrajectory) {
    LennardJones model = test::reference_argon();
    auto const run_with = [&](Sample const& sample, test::Hooks hooks) {
        StageRunner run(model,
                        sub_stages(hooked(sub_stage(0, NveOptions{2.0}, 60), std::move(hooks))),
                        {1, 32, 0});
        run.add(sample);
        run.run();
        run.stage.fill_stress(run.stage.departing());
        return run.samples().at(0);
    };

    Sample const plain = run_with(skew_crystal(0, -1.0), {});
    Sample const aligned =
        run_with(turned(skew_crystal(0, -1.0), some_rotation()), {std::make_shared<AlignCell>()});

    expect_near(aligned, plain, 1e-9);
}

TEST(AlignCell, LeavesAlignedOpenAndFlatSamplesExactlyAsTheyAre) {
    Sample open = turned(skew_crystal(1), some_rotation());
    std::fill_n(open.values<std::uint8_t>(Fields::pbc).begin(), 3, std::uint8_t{0});
    Sample flat = turned(skew_crystal(2), some_rotation());
    std::fill_n(flat.values<double>(Fields::cell).begin() + 6, 3, 0.0);
    flat.values<std::uint8_t>(Fields::pbc)[2] = 0;

    for (Sample const& sample : {skew_crystal(0), open, flat}) {
        Sample const with = evaluated(sample, true);
        Sample const without = evaluated(sample, false);
        for (FieldIndex const field :
             {Fields::positions, Fields::velocities, Fields::forces, Fields::cell, Fields::energy})
            EXPECT_TRUE(std::ranges::equal(with.bytes(field), without.bytes(field)))
                << sample.id().value();
    }
}

TEST(AlignCell, BitsDependOnTheSampleAlone) {
    auto samples = test::argon_samples();
    samples[0] = turned(skew_crystal(0), some_rotation());
    samples[2] = turned(skew_crystal(2, -1.0), some_rotation());

    auto const ends = test::expect_bits_depend_on_the_sample_alone(
        [](int) { return test::Hooks{std::make_shared<AlignCell>()}; }, samples);

    EXPECT_EQ(ends.at(0).values<double>(Fields::cell)[1], 0.0);
    EXPECT_LT(ends.at(2).values<double>(Fields::cell)[8], 0.0);
}

TEST(AlignCell, HooksAfterItSeeTheTurnedSample) {
    LennardJones model = test::reference_argon();
    test::MemorySink before, after;
    auto const snapshot = [](test::MemorySink& sink) {
        return std::make_shared<Snapshot>(sink, SnapshotOptions{1, true});
    };
    StageRunner run(
        model,
        sub_stages(hooked(sub_stage(0, SinglePointOptions{}, 0),
                          {snapshot(before), std::make_shared<AlignCell>(), snapshot(after)})),
        {1, 32, 0});
    run.add(turned(skew_crystal(0), some_rotation()));

    run.run();

    EXPECT_NE(before.rows.at(0).sample.values<double>(Fields::cell)[1], 0.0);
    EXPECT_EQ(after.rows.at(0).sample.values<double>(Fields::cell)[1], 0.0);
    auto const s = after.rows.at(0).sample.values<double>(Fields::stress);
    auto const t = before.rows.at(0).sample.values<double>(Fields::stress);
    EXPECT_NEAR(s[0] + s[4] + s[8], t[0] + t[4] + t[8], 1e-15);
    EXPECT_GT(std::abs(s[1] - t[1]), 1e-9);
}

}  // namespace
}  // namespace athanor
