// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/freeze_atoms.hpp"

#include <gtest/gtest.h>

#include "runtime/error.hpp"
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

SchemaPtr with_categories(Dtype dtype = Dtype::int64) {
    return std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"atom_categories", Level::atom, dtype, {}, "", FieldRole::user}});
}

/// Every third atom of each sample, from the first, has category 3.
std::vector<Sample> sorted_samples(SchemaPtr const& schema) {
    auto samples = test::argon_samples(schema);
    for (Sample& sample : samples) {
        auto const categories = sample.values<std::int64_t>(*schema->find("atom_categories"));
        for (std::size_t a = 0; a < categories.size(); a += 3) categories[a] = 3;
    }
    return samples;
}

std::shared_ptr<FreezeAtoms> freeze(std::vector<int> indices, bool zero_forces = true) {
    return std::make_shared<FreezeAtoms>(
        FreezeAtomsOptions{.indices = std::move(indices), .zero_forces = zero_forces});
}

TEST(FreezeAtoms, FrozenAtomsOfACategoryKeepEveryBitAndTheOthersMove) {
    SchemaPtr const schema = with_categories();
    auto const samples = sorted_samples(schema);
    auto const hooks = [](int) {
        return test::Hooks{std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.category = 3})};
    };

    auto const ends = test::expect_bits_depend_on_the_sample_alone(hooks, samples, schema);

    for (Sample const& start : samples) {
        Sample const& end = ends.at(start.id().value());
        auto const from = start.values<double>(Fields::positions);
        auto const to = end.values<double>(Fields::positions);
        for (std::size_t k = 0; k < from.size(); ++k) {
            bool const frozen = k / 3 % 3 == 0;
            EXPECT_EQ(from[k] == to[k], frozen) << start.id().value() << " " << k;
            if (!frozen) continue;
            EXPECT_EQ(end.values<double>(Fields::velocities)[k], 0.0);
            EXPECT_EQ(end.values<double>(Fields::forces)[k], 0.0);
        }
    }
}

TEST(FreezeAtoms, ForcesBelongToTheFrozenPositionsUnderNoise) {
    // F = -k r at the place of admission, in every step, though Langevin noise has moved the atom.
    test::HarmonicModel model(1, 2, 3);
    test::MemorySink sink;
    SubStage sub =
        hooked(sub_stage(0, NvtLangevinOptions{2.0, 300.0, 0.1}, 20),
               {freeze({1}, false), std::make_shared<Snapshot>(sink, SnapshotOptions{})});
    sub.initial_temperature_kelvin = 300.0;
    StageRunner run(model, sub_stages(std::move(sub)), {1, 2, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0.5, 0.1, -0.2, 0.3, -0.7, 0.9}));

    run.run();

    ASSERT_EQ(sink.rows.size(), 20U);
    double const place[3] = {0.3, -0.7, 0.9}, k[3] = {1, 2, 3};
    for (auto const& row : sink.rows)
        for (std::size_t c = 0; c < 3; ++c) {
            EXPECT_EQ(row.sample.values<double>(Fields::positions)[3 + c], place[c]);
            EXPECT_EQ(row.sample.values<double>(Fields::forces)[3 + c], -k[c] * place[c]);
            EXPECT_EQ(row.sample.values<double>(Fields::velocities)[3 + c], 0.0);
            EXPECT_NE(row.sample.values<double>(Fields::velocities)[c], 0.0);
        }
}

TEST(FreezeAtoms, ARelaxationIgnoresForcesOfFrozenAtomsUnlessAsked) {
    // The first atom stays far from its minimum; only without its force does the sample converge.
    test::HarmonicModel model(1, 1, 1);
    for (bool const zero_forces : {true, false}) {
        StageRunner run(model,
                        sub_stages(hooked(sub_stage(0, FireOptions{.timestep_fs = 5.0}, 500,
                                                    {fmax_criterion(1e-3)}),
                                          {freeze({0}, zero_forces)})),
                        {1, 2, 0});
        run.add(test::cluster(test::plain_schema(), 0, {2, 0, 0, 0.2, 0.1, 0}));

        run.run();

        ASSERT_EQ(run.outcomes.size(), 1U);
        EXPECT_EQ(run.outcomes[0].outcome == Outcome::converged, zero_forces);
        EXPECT_EQ(run.stage.batch().view().positions[0], 2.0);
    }
}

TEST(FreezeAtoms, HooksAfterItSeeTheAtomAtRestAtAdmission) {
    test::HarmonicModel model;
    test::MemorySink before, after;
    auto const snapshot = [](test::MemorySink& sink) {
        return std::make_shared<Snapshot>(sink, SnapshotOptions{1, true});
    };
    SubStage sub =
        hooked(sub_stage(0, NveOptions{1.0}, 1), {snapshot(before), freeze({0}), snapshot(after)});
    sub.initial_temperature_kelvin = 300.0;
    StageRunner run(model, sub_stages(std::move(sub)), {1, 2, 0});
    run.add(test::cluster(test::plain_schema(), 0, {2, 0, 0, 0.2, 0.1, 0}));

    run.run();

    EXPECT_NE(before.rows.at(0).sample.values<double>(Fields::velocities)[0], 0.0);
    EXPECT_EQ(after.rows.at(0).sample.values<double>(Fields::velocities)[0], 0.0);
    EXPECT_EQ(after.rows.at(1).sample.values<double>(Fields::velocities)[0], 0.0);
}

TEST(FreezeAtoms, ASampleWithoutTheAtomFailsAndTheOthersGoOn) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 3), {freeze({2, 0, 2})})),
                    {2, 5, 0});
    run.add(test::line_of_atoms(test::plain_schema(), 0, 2, 0.3));
    run.add(test::line_of_atoms(test::plain_schema(), 1, 3, 0.3));

    run.run();

    ASSERT_EQ(run.stage.failed().size(), 1U);
    EXPECT_EQ(run.stage.failure_reason(run.stage.failed()[0]),
              "freeze_atoms: index 2, but the sample has 2 atoms, from 0");
    EXPECT_EQ(run.stage.departing().size(), 1U);
}

TEST(FreezeAtoms, RefusesOptionsAndFieldsThatDoNotFit) {
    auto const build = [](SchemaPtr const& schema) {
        test::HarmonicModel model;
        StageRunner run(
            model,
            sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 1),
                              {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.category = -1})})),
            {1, 1, 0}, schema);
    };

    EXPECT_THROW(FreezeAtoms(FreezeAtomsOptions{}), ConfigError);
    EXPECT_THROW(FreezeAtoms(FreezeAtomsOptions{.category = 1, .indices = {0}}), ConfigError);
    EXPECT_THROW(FreezeAtoms(FreezeAtomsOptions{.indices = {-1}}), ConfigError);
    EXPECT_THROW(build(test::plain_schema()), ConfigError);
    EXPECT_THROW(build(with_categories(Dtype::float64)), ConfigError);
    EXPECT_NO_THROW(build(with_categories()));
    EXPECT_NO_THROW(build(with_categories(Dtype::int32)));
}

}  // namespace
}  // namespace athanor
