// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Space has no preferred place and no preferred direction, and atoms of a kind no numbers: what is
/// done to the input must come out as done to the result.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/cell_frame.hpp"
#include "tests/physics/every_dynamics.hpp"
#include "tests/stages/constant_pressure_fixture.hpp"

namespace athanor {
namespace {

using test::DynamicsKind;
using Rotation = std::array<double, 9>;  // row vectors: r' = r R
using Vector = std::array<double, 3>;

// Round-off of some 1e-14 grows with the chaos of 50 steps; any term that breaks a symmetry is
// larger by orders of magnitude.
constexpr double tolerance = 1e-9;
constexpr int steps = 50;

/// About a general axis by a general angle (Rodrigues' formula).
Rotation general_rotation() {
    double const n[3] = {2.0 / 7.0, -3.0 / 7.0, 6.0 / 7.0}, c = std::cos(1.1), s = std::sin(1.1);
    return {c + n[0] * n[0] * (1 - c),        n[0] * n[1] * (1 - c) + n[2] * s,
            n[0] * n[2] * (1 - c) - n[1] * s, n[1] * n[0] * (1 - c) - n[2] * s,
            c + n[1] * n[1] * (1 - c),        n[1] * n[2] * (1 - c) + n[0] * s,
            n[2] * n[0] * (1 - c) + n[1] * s, n[2] * n[1] * (1 - c) - n[0] * s,
            c + n[2] * n[2] * (1 - c)};
}

/// A third of a turn about the diagonal: x, y, z become y, z, x.
constexpr Rotation turn_of_axes{0, 1, 0, 0, 0, 1, 1, 0, 0};

void turn(std::span<double> rows, Rotation const& rotation) {
    for (std::size_t i = 0; i < rows.size(); i += 3) {
        double const r[3] = {rows[i], rows[i + 1], rows[i + 2]};
        for (std::size_t c = 0; c < 3; ++c)
            rows[i + c] = r[0] * rotation[c] + r[1] * rotation[3 + c] + r[2] * rotation[6 + c];
    }
}

Sample turned(Sample sample, Rotation const& rotation) {
    for (FieldIndex field : {Fields::positions, Fields::velocities, Fields::forces, Fields::cell})
        turn(sample.values<double>(field), rotation);
    return sample;
}

Sample moved(Sample sample, Vector const& by) {
    auto const r = sample.values<double>(Fields::positions);
    for (std::size_t k = 0; k < r.size(); ++k) r[k] += by[k % 3];
    return sample;
}

/// Atom k of the result is atom order[k] of the sample; masses and numbers are alike.
Sample reordered(Sample const& sample, std::vector<std::size_t> const& order) {
    Sample result = sample;
    for (FieldIndex field : {Fields::positions, Fields::velocities, Fields::forces})
        for (std::size_t k = 0; k < order.size(); ++k)
            std::copy_n(sample.values<double>(field).data() + 3 * order[k], 3,
                        result.values<double>(field).data() + 3 * k);
    return result;
}

/// The move of the start as the cell at the end has carried it along.
Vector carried(Vector const& by, Sample const& start, Sample const& end) {
    auto const pbc = start.values<std::uint8_t>(Fields::pbc);
    if (pbc[0] == 0) return by;
    auto const frame = CellFrame::of(start.values<double>(Fields::cell).data(), pbc.data());
    auto const s = frame.fractional(by.data());
    auto const h = end.values<double>(Fields::cell);
    Vector result{};
    for (std::size_t c = 0; c < 3; ++c) result[c] = s[0] * h[c] + s[1] * h[3 + c] + s[2] * h[6 + c];
    return result;
}

void expect_equal(Sample const& actual, Sample const& expected) {
    for (FieldIndex field :
         {Fields::positions, Fields::velocities, Fields::forces, Fields::energy, Fields::cell}) {
        SCOPED_TRACE(expected.schema().field(field).name);
        auto const a = actual.values<double>(field), b = expected.values<double>(field);
        double worst = 0.0;
        for (std::size_t k = 0; k < a.size(); ++k)
            worst = std::fmax(worst, std::isnan(a[k]) ? INFINITY : std::fabs(a[k] - b[k]));
        EXPECT_LT(worst, tolerance);
    }
}

double furthest_move(Sample const& start, Sample const& end) {
    auto const before = start.values<double>(Fields::positions);
    auto const now = end.values<double>(Fields::positions);
    double furthest = 0.0;
    for (std::size_t k = 0; k < now.size(); ++k)
        furthest = std::fmax(furthest, std::fabs(now[k] - before[k]));
    return furthest;
}

std::string name_of_kind(::testing::TestParamInfo<DynamicsKind> const& kind) {
    return kind.param.name;
}

class EveryDynamics : public ::testing::TestWithParam<DynamicsKind> {
protected:
    /// A warm crystal whose cell has no zero and no right angle, and a warm open cluster.
    static std::vector<Sample> samples() {
        std::vector<Sample> list{test::with_velocities(test::sheared_crystal(0.1), 40.0, 3)};
        if (test::runs_open_samples(GetParam().spec))
            list.push_back(test::with_velocities(test::read_golden_sample("ico13", 1), 20.0, 4));
        return list;
    }
    [[nodiscard]] static Sample run(Sample const& start) {
        return test::after(GetParam().spec, start, steps);
    }
};

TEST_P(EveryDynamics, MovesItsResultWithItsInput) {
    Vector const by{3.7, -1.9, 8.3};
    bool const takes_steps = !std::holds_alternative<SinglePointOptions>(GetParam().spec);
    for (Sample const& start : samples()) {
        SCOPED_TRACE(start.name());
        Sample const end = run(start);
        expect_equal(run(moved(start, by)), moved(end, carried(by, start, end)));
        // Else these tests would compare starts with starts.
        EXPECT_EQ(furthest_move(start, end) > 0.01, takes_steps);
    }
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryDynamics, ::testing::ValuesIn(test::every_dynamics()),
                         name_of_kind);

/// Noise is drawn per atom and axis, so it neither turns nor follows an atom's number.
class EveryDynamicsWithoutNoise : public EveryDynamics {};

TEST_P(EveryDynamicsWithoutNoise, TurnsItsResultWithItsInput) {
    Rotation const rotation =
        test::is_bound_to_axes(GetParam().spec) ? turn_of_axes : general_rotation();
    for (Sample const& start : samples()) {
        SCOPED_TRACE(start.name());
        expect_equal(run(turned(start, rotation)), turned(run(start), rotation));
    }
}

TEST_P(EveryDynamicsWithoutNoise, ReordersItsResultWithItsInput) {
    for (Sample const& start : samples()) {
        SCOPED_TRACE(start.name());
        std::vector<std::size_t> order(static_cast<std::size_t>(start.atom_count()));
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), std::mt19937(5));
        expect_equal(run(reordered(start, order)), reordered(run(start), order));
    }
}

std::vector<DynamicsKind> without_noise() {
    std::vector<DynamicsKind> kinds = test::every_dynamics();
    std::erase_if(kinds, [](DynamicsKind const& kind) { return test::has_noise(kind.spec); });
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryDynamicsWithoutNoise, ::testing::ValuesIn(without_noise()),
                         name_of_kind);

TEST(Symmetries, AreTestedForEveryAlternativeOfDynamicsSpec) {
    std::set<std::size_t> found;
    for (DynamicsKind const& kind : test::every_dynamics()) found.insert(kind.spec.index());

    EXPECT_EQ(found.size(), std::variant_size_v<DynamicsSpec>);
}

}  // namespace
}  // namespace athanor
