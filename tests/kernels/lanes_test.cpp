// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lanes.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/isa.hpp"

namespace athanor::test {
namespace {

constexpr Isa all_isas[] = {Isa::baseline, Isa::avx2, Isa::avx512};

using Eight = std::array<double, lane_count>;

TEST(Lanes, EveryInstructionSetGivesTheSameBitsForEveryOperation) {
    Eight const a{0.1, -7.3, 1e-300, 3.0, 1e17, 2.0 / 3.0, -0.0, 5.5};
    Eight const b{0.3, 1.7, 1e-10, 7.0, 1.0, 1.0 / 3.0, 4.0, 5.5};
    for (Isa const isa : all_isas) {
        if (!is_supported(isa)) continue;
        Eight result{};

        on_isa(
            isa, [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
                Real const x = Real::load(a.data()), y = Real::load(b.data());
                Real const mixed =
                    select(x == y, x * y, max_of(x, y) / (x + y) - x * Real::all(0.1));
                (mixed + sqrt_of(y)).store(result.data());
            });

        for (std::size_t k = 0; k < lane_count; ++k) {
            double const mixed = a[k] == b[k]
                                     ? a[k] * b[k]
                                     : (a[k] > b[k] ? a[k] : b[k]) / (a[k] + b[k]) - a[k] * 0.1;
            EXPECT_EQ(result[k], mixed + std::sqrt(b[k])) << name_of(isa) << " lane " << k;
        }
    }
}

TEST(Lanes, EveryInstructionSetGivesTheSameFloatsForEveryOperation) {
    using EightFloats = std::array<float, lane_count>;
    EightFloats const a{0.1F, -7.3F, 1e-30F, 3.0F, 1e17F, 2.0F / 3.0F, -0.0F, 5.5F};
    EightFloats const b{0.3F, 1.7F, 1e-10F, 7.0F, 1.0F, 1.0F / 3.0F, 4.0F, 5.5F};
    for (Isa const isa : all_isas) {
        if (!is_supported(isa)) continue;
        EightFloats result{};

        on_isa(
            isa, [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
                using Floats = typename Real::template Of<float>;
                Floats const x = Floats::load(a.data()), y = Floats::load(b.data());
                Floats const mixed =
                    select(x == y, x * y, max_of(x, y) / (x + y) - x * Floats::all(0.1));
                (mixed + sqrt_of(y)).store(result.data());
            });

        for (std::size_t k = 0; k < lane_count; ++k) {
            float const mixed = a[k] == b[k]
                                    ? a[k] * b[k]
                                    : (a[k] > b[k] ? a[k] : b[k]) / (a[k] + b[k]) - a[k] * 0.1F;
            EXPECT_EQ(result[k], mixed + std::sqrt(b[k])) << name_of(isa) << " lane " << k;
        }
    }
}

TEST(Lanes, DoublesAreRoundedToFloatsAndFloatsWidenedLaneByLane) {
    Eight const a{0.1, -7.3, 1e-300, 1.0 + 3e-8, 1e17, 2.0 / 3.0, 3e38, 5.5};
    for (Isa const isa : all_isas) {
        if (!is_supported(isa)) continue;
        std::array<float, lane_count> narrow{};
        Eight wide{}, same{};

        on_isa(
            isa, [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
                using Floats = typename Real::template Of<float>;
                Floats const floats = Floats::from(Real::load(a.data()));
                floats.store(narrow.data());
                Real::from(floats).store(wide.data());
                Real::from(Real::load(a.data())).store(same.data());
            });

        for (std::size_t k = 0; k < lane_count; ++k) {
            EXPECT_EQ(narrow[k], static_cast<float>(a[k])) << name_of(isa) << " lane " << k;
            EXPECT_EQ(wide[k], static_cast<double>(narrow[k])) << name_of(isa) << " lane " << k;
        }
        EXPECT_EQ(same, a) << name_of(isa);
    }
}

TEST(Lanes, SumAddsInOneFixedTree) {
    Eight const v{1e16, 1.0, -1e16, 3.0, 2.0, -1.0, 0.5, 0.25};
    double const by_hand = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    for (Isa const isa : all_isas) {
        if (!is_supported(isa)) continue;
        double total = 0.0;

        on_isa(
            isa, [&]<class Real>(std::type_identity<Real>)
                     __attribute__((always_inline)) { total = sum(Real::load(v.data())); });

        EXPECT_EQ(total, by_hand) << name_of(isa);
    }
}

TEST(Lanes, FirstSelectsTheLanesBelowTheCount) {
    Eight const ones{1, 1, 1, 1, 1, 1, 1, 1};
    for (int count = 0; count <= lane_count; ++count) {
        double total = 0.0;

        on_isa(
            active_isa(), [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
                total = sum(select(Real::first(count), Real::load(ones.data()), Real::all(0.0)));
            });

        EXPECT_EQ(total, count);
    }
}

}  // namespace
}  // namespace athanor::test
