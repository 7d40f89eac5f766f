// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// Mixed precision against double over the golden structures: how far the two are apart, and how far
// they may be. That double is right is the business of lennard_jones_golden_test.cpp.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/kernels/golden_cases.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {
namespace {

constexpr double unit_roundoff = 0.5 * std::numeric_limits<float>::epsilon();  // 2⁻²⁴

/// Most that one pair can be off, to first order in the unit roundoff u, by counting what
/// lennard_jones_functor.hpp rounds: each conversion and each operation once.
///     r² 1; 1/r² 2; q = r⁻⁶ 8; c12 q 10; c6 1                                   [u, relative]
///     energy:  21 (c12 q² + |e₀|) + 12 c6 q
///     f/r:     24 · 12 c12 q²/r² + 15 · 6 c6 q/r²
/// A switch of width w makes x = (r - r_on)/w wrong by X = 2.5 rc/w + 2, hence s by 1.875 X + 77
/// and s' by (5.78 X + 210)/w; |s| <= 1, |s'| <= 1.875/w.
struct PairBound {
    double energy, force;  // [eV], [eV/Å]
    double strength;       // repulsion and attraction, without their signs [eV/Å]

    PairBound(LennardJonesOptions const& options, LennardJonesSpecies const& pair, double r) {
        double const u = unit_roundoff, rc = options.cutoff, w = options.switch_width;
        auto const terms = [&](double at) {
            double const s6 = std::pow(pair.sigma / at, 6);
            return std::pair{4.0 * pair.epsilon * s6 * s6, 4.0 * pair.epsilon * s6};
        };
        auto const [repulsion, attraction] = terms(r);
        double const shift = options.shift ? terms(rc).first - terms(rc).second : 0.0;
        energy = u * (21.0 * (repulsion + std::abs(shift)) + 12.0 * attraction);
        force = u * (24.0 * 12.0 * repulsion + 15.0 * 6.0 * attraction) / r;
        strength = (12.0 * repulsion + 6.0 * attraction) / r;
        if (w == 0.0 || r < rc - w) return;
        double const whole_force = std::abs(12.0 * repulsion - 6.0 * attraction) / r;
        double const whole_energy = std::abs(repulsion - attraction);
        double const x = 2.5 * rc / w + 2.0;
        force += u * whole_force * (1.875 * x + 79.0) + energy * 1.875 / w +
                 u * whole_energy * (5.78 * x + 220.0) / w;
        energy += u * whole_energy * (1.875 * x + 78.0);
    }
};

LennardJonesSpecies species_of(LennardJonesOptions const& options, std::int64_t a, std::int64_t b) {
    if (a == b) return options.species.at(a);
    auto const found = options.pairs.find({a, b});
    return found != options.pairs.end() ? found->second : options.pairs.at({b, a});
}

/// What the errors of its pairs may add up to, for a system that is alone.
struct SystemBound {
    double energy = 0.0;
    std::vector<double> forces;  ///< of each atom
    double virial = 0.0;
    // What errors are compared with.
    double strongest_pair = 0.0, virial_of_pairs = 0.0, volume = 0.0;

    SystemBound(Evaluation& of, LennardJonesOptions const& options) {
        SystemNeighbors const list = of.list().update(of.batch().view(), of.systems())[0];
        std::int64_t const* const numbers = of.batch().view().atomic_numbers;
        for (int i = 0; i < list.atom_count; ++i) {
            double force = 0.0;
            for (auto at = list.row_begin[i]; at < list.row_begin[i + 1]; ++at) {
                std::int32_t const j = list.neighbors[at];
                double const *a = list.positions + 4 * i, *b = list.positions + 4 * j;
                double const r = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
                if (r >= options.cutoff) continue;
                int const owner = j < list.atom_count ? j : list.image_owner[j - list.atom_count];
                PairBound const pair(options, species_of(options, numbers[i], numbers[owner]), r);
                energy += 0.5 * pair.energy;
                force += pair.force;
                virial += 0.5 * r * pair.force;
                strongest_pair = std::max(strongest_pair, pair.strength);
                virial_of_pairs += 0.5 * r * pair.strength;
            }
            forces.push_back(force);
        }
        auto const c = of.cell();
        volume = std::abs(c[0] * (c[4] * c[8] - c[5] * c[7]) + c[1] * (c[5] * c[6] - c[3] * c[8]) +
                          c[2] * (c[3] * c[7] - c[4] * c[6]));
    }
};

double largest(std::span<double const> values) {
    double most = 0.0;
    for (double const value : values) most = std::max(most, std::abs(value));
    return most;
}

/// The largest errors seen, for people: of the energy, of the strongest repulsion and attraction
/// between two atoms of the structure, of what those of all pairs add up to in the virial.
struct Seen {
    double energy = 0.0, force = 0.0, virial = 0.0;
    double in_crystals = 0.0;  ///< error of a force in a periodic structure [eV/Å]
    double of_bound = 0.0;
    int cases = 0;

    void take(double& most, double error, double scale, double bound) {
        if (error == 0.0) return;
        most = std::max(most, error / scale);
        of_bound = std::max(of_bound, error / bound);
    }
    void print(char const* which) const {
        std::printf(
            "[ mixed/double ] %s, %d cases: energy %.1e of itself, forces %.1e of the strongest "
            "pair (crystals: %.1e eV/Å), virial %.1e of all pairs; at most %.2g of what rounding "
            "allows\n",
            which, cases, energy, force, in_crystals, virial, of_bound);
    }
};

/// Evaluates a structure in both precisions.
void compare(Sample const& sample, LennardJonesOptions const& options, Seen& seen) {
    Evaluation exact({sample}, options), mixed({sample}, in_mixed_precision(options));
    exact.compute();
    SystemBound const bound(exact, options);

    mixed.compute();

    double const energy = std::abs(mixed.energy() - exact.energy());
    EXPECT_LE(energy, bound.energy);
    seen.take(seen.energy, energy, std::max(1e-3, std::abs(exact.energy())), bound.energy);
    for (std::size_t i = 0; i < bound.forces.size(); ++i) {
        double squares = 0.0;
        for (std::size_t x = 3 * i; x < 3 * i + 3; ++x)
            squares += std::pow(mixed.forces()[x] - exact.forces()[x], 2);
        double const error = std::sqrt(squares);
        EXPECT_LE(error, bound.forces[i]) << "atom " << i;
        if (bound.volume > 0.0) seen.in_crystals = std::max(seen.in_crystals, error);
        seen.take(seen.force, error, bound.strongest_pair, bound.forces[i]);
    }
    for (std::size_t k = 0; k < 9; ++k) {
        ASSERT_EQ(std::isnan(mixed.stress()[k]), std::isnan(exact.stress()[k]));
        if (std::isnan(exact.stress()[k])) continue;
        double const error = std::abs(mixed.stress()[k] - exact.stress()[k]) * bound.volume;
        EXPECT_LE(error, bound.virial) << "component " << k;
        seen.take(seen.virial, error, bound.virial_of_pairs, bound.virial);
    }
    ++seen.cases;
}

TEST(LennardJonesPrecision, MixedIsAsNearToDoubleAsRoundingToFloatAllows) {
    Seen plain, switched;
    for (std::string const& name : golden_systems()) {
        auto const file = read_json("lj/" + name + ".json");
        for (auto const& [key, of_case] : file.at("cases").items()) {
            SCOPED_TRACE(name + "/" + key);
            LennardJonesOptions const options = options_of(file, of_case);
            compare(read_golden_sample(name), options,
                    options.switch_width > 0.0 ? switched : plain);
        }
    }

    plain.print("without a switch");
    switched.print("switched");
    EXPECT_GE(plain.cases + switched.cases, 100);
    EXPECT_GT(plain.force, 1e-9) << "mixed precision is no other than double";
}

TEST(LennardJonesPrecision, WhatHasNoPairsIsExactlyZero) {
    for (char const* name : {"ar_one", "ar_one_bigbox", "ar_two_far"}) {
        Evaluation mixed({read_golden_sample(name)}, in_mixed_precision(argon_options()));

        mixed.compute();

        EXPECT_EQ(mixed.energy(), 0.0) << name;
        for (double const f : mixed.forces()) EXPECT_EQ(f, 0.0) << name;
    }
}

/// The sum of the forces, and that of r x F.
std::pair<double, double> force_and_torque(std::span<double const> r, std::span<double const> f) {
    double total[3] = {}, torque[3] = {};
    for (std::size_t i = 0; i < f.size(); i += 3)
        for (std::size_t x = 0; x < 3; ++x) {
            std::size_t const y = (x + 1) % 3, z = (x + 2) % 3;
            total[x] += f[i + x];
            torque[x] += r[i + y] * f[i + z] - r[i + z] * f[i + y];
        }
    return {largest(total), largest(torque)};
}

TEST(LennardJonesPrecision, MixedForcesOfAClusterHaveNoSumAndNoTorque) {
    // The factor of a pair is a float, its direction is not: forces stay opposite and central.
    for (char const* name : {"lj13", "lj38", "lj55"}) {
        Evaluation mixed({read_golden_sample(name)}, in_mixed_precision(argon_options()));

        mixed.compute();

        auto const [force, torque] = force_and_torque(mixed.positions(), mixed.forces());
        double const scale = largest(mixed.forces());
        EXPECT_LE(force, 1e-13 * scale) << name;
        EXPECT_LE(torque, 1e-12 * scale) << name;
    }
}

TEST(LennardJonesPrecision, AStructureFarFromTheOriginHasTheForcesItHasThere) {
    // Differences are taken before anything is rounded to float.
    Sample const sample = read_golden_sample("ar108");
    Sample far = sample;
    for (double& x : far.values<double>(Fields::positions)) x += 1048576.0;
    LennardJonesOptions const options = in_mixed_precision(argon_options());
    std::vector<double> const here = result_of(sample, options), there = result_of(far, options);
    double const scale = largest(std::span(here).subspan(1, here.size() - 10));

    for (std::size_t k = 1; k < here.size() - 9; ++k)
        EXPECT_NEAR(there[k], here[k], 1e-5 * scale) << k;
}

}  // namespace
}  // namespace athanor::test
