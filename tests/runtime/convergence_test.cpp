// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/convergence.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/samples.hpp"

namespace athanor {
namespace {

Batch two_atoms(double fx0, double fx1, double energy) {
    auto const schema = test::plain_schema();
    Sample sample = test::cluster(schema, 0, {0, 0, 0, 4, 0, 0});
    sample.values<double>(Fields::forces)[0] = fx0;
    sample.values<double>(Fields::forces)[3] = fx1;
    sample.values<double>(Fields::energy)[0] = energy;
    Batch batch(schema, {1, 2, 0});
    batch.append(sample);
    return batch;
}

bool holds(std::vector<Criterion> criteria, Batch const& batch) {
    return Convergence(std::move(criteria), batch.schema()).holds(batch, SystemIndex{0});
}

TEST(Convergence, FmaxIsTheLargestForceNormWhateverItsSign) {
    EXPECT_TRUE(holds({fmax_criterion(0.1)}, two_atoms(0.05, -0.1, 0)));
    EXPECT_FALSE(holds({fmax_criterion(0.1)}, two_atoms(0.05, -0.11, 0)));
}

TEST(Convergence, AllCriteriaMustHold) {
    Criterion const low_energy{"energy", RowReduction::max, -1.0};

    EXPECT_TRUE(holds({fmax_criterion(0.1), low_energy}, two_atoms(0, 0, -2)));
    EXPECT_FALSE(holds({fmax_criterion(0.1), low_energy}, two_atoms(0, 0, 0)));
    EXPECT_FALSE(holds({fmax_criterion(0.1), low_energy}, two_atoms(1, 0, -2)));
}

TEST(Convergence, WithoutCriteriaAndWithNanNothingConverges) {
    double const nan = std::numeric_limits<double>::quiet_NaN();

    EXPECT_FALSE(holds({}, two_atoms(0, 0, 0)));
    EXPECT_FALSE(holds({fmax_criterion(0.1)}, two_atoms(0, nan, 0)));
    EXPECT_FALSE(holds({{"forces", RowReduction::max_abs, 0.1}}, two_atoms(nan, 0, 0)));
    EXPECT_FALSE(holds({{"forces", RowReduction::min, 0.1}}, two_atoms(nan, 0, 0)));
}

TEST(Convergence, PredicatesMustHoldBesideTheCriteria) {
    ConvergencePredicate const low = [](Batch const& of, SystemIndex system) {
        return of.column<double>(Fields::energy)[system.value()] < -1.0;
    };
    auto const both = [&](Batch const& batch, std::vector<Criterion> criteria) {
        return Convergence(std::move(criteria), batch.schema(), {low}).holds(batch, SystemIndex{0});
    };

    EXPECT_TRUE(both(two_atoms(0, 0, -2), {fmax_criterion(0.1)}));
    EXPECT_FALSE(both(two_atoms(0, 0, 0), {fmax_criterion(0.1)}));
    EXPECT_FALSE(both(two_atoms(1, 0, -2), {fmax_criterion(0.1)}));
    EXPECT_TRUE(both(two_atoms(1, 0, -2), {})) << "a predicate alone decides as well";
}

TEST(Convergence, AFieldThatIsNotThereIsRefusedByName) {
    Schema const schema;

    try {
        Convergence({{"fmax", RowReduction::norm, 0.1}}, schema);
        FAIL() << "accepted";
    } catch (ConfigError const& error) {
        EXPECT_NE(std::string(error.what()).find("\"fmax\""), std::string::npos);
    }
    EXPECT_THROW(Convergence({{"pbc", RowReduction::norm, 0.1}}, schema), ConfigError);
}

}  // namespace
}  // namespace athanor
