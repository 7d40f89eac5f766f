// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/lennard_jones.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "kernels/isa.hpp"
#include "kernels/lanes.hpp"
#include "runtime/error.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {
namespace {

LennardJonesOptions switched_argon() {
    LennardJonesOptions options = argon_options();
    options.switch_width = 1.0;
    return options;
}

double energy_of(Sample const& sample, LennardJonesOptions const& options) {
    return result_of(sample, options)[0];
}

// --- one pair ------------------------------------------------------------------------------------

TEST(LennardJonesFunctor, DoubleAndLanesGiveTheSameBits) {
    LennardJonesFunctor const pair(8.5, 1.0);
    double r2[lane_count], energies[lane_count], forces[lane_count];
    for (int k = 0; k < lane_count; ++k) r2[k] = std::pow(3.4 + 0.7 * k, 2);
    on_isa(
        active_isa(), [&]<class Real>(std::type_identity<Real>) __attribute__((always_inline)) {
            PairTerms<Real> const terms =
                pair.switched(Real::load(r2), Real::all(99.0), Real::all(11.0), Real::all(0.0));
            terms.energy.store(energies);
            terms.force_over_r.store(forces);
        });
    for (int k = 0; k < lane_count; ++k) {
        PairTerms<double> const terms = pair.switched(r2[k], 99.0, 11.0, 0.0);

        EXPECT_EQ(terms.energy, energies[k]);
        EXPECT_EQ(terms.force_over_r, forces[k]);
    }
}

TEST(LennardJonesFunctor, BelowTheSwitchTheTermsAreThePlainOnes) {
    LennardJonesFunctor const pair(8.5, 1.0);

    PairTerms<double> const plain = pair.plain(49.0, 99.0, 11.0, 0.0);
    PairTerms<double> const switched = pair.switched(49.0, 99.0, 11.0, 0.0);

    EXPECT_EQ(plain.energy, switched.energy);
    EXPECT_EQ(plain.force_over_r, switched.force_over_r);
}

TEST(LennardJonesFunctor, AtTheCutoffASwitchedPairHasVanished) {
    LennardJonesFunctor const pair(8.5, 1.0);

    PairTerms<double> const terms = pair.switched(8.5 * 8.5, 99.0, 11.0, 0.0);

    EXPECT_NEAR(terms.energy, 0.0, 1e-20);
    EXPECT_NEAR(terms.force_over_r, 0.0, 1e-20);
}

// --- options -------------------------------------------------------------------------------------

TEST(LennardJones, MixingIsLorentzBerthelotUnlessThePairIsGivenInEitherOrder) {
    Structure const dimer{.positions = {0, 0, 0, 4.1, 0, 0}, .symbols = {"Ar", "Xe"}, .cell = {}};
    LennardJonesOptions mixed = three_species(), given = three_species(), turned = three_species();
    double const epsilon = std::sqrt(0.0104 * 0.0198), sigma = 0.5 * (3.4 + 3.95);
    given.pairs[{18, 54}] = {.epsilon = 0.02, .sigma = sigma};
    turned.pairs[{54, 18}] = {.epsilon = 0.02, .sigma = sigma};

    double const by_mixing = energy_of(make_sample(dimer), mixed);

    double const q = std::pow(sigma / 4.1, 6);
    EXPECT_NEAR(by_mixing, 4 * epsilon * (q * q - q), 1e-15);
    EXPECT_NEAR(energy_of(make_sample(dimer), given), by_mixing * 0.02 / epsilon, 1e-15);
    EXPECT_EQ(energy_of(make_sample(dimer), given), energy_of(make_sample(dimer), turned));
}

void expect_refused(LennardJonesOptions const& options, std::string const& part_of_message) {
    try {
        LennardJones const model(options);
        FAIL() << "accepted; expected a message with: " << part_of_message;
    } catch (ConfigError const& error) {
        EXPECT_NE(std::string(error.what()).find(part_of_message), std::string::npos)
            << error.what();
    }
}

TEST(LennardJones, OptionsThatMakeNoSenseAreRefusedInClearWords) {
    auto const with = [](auto change) {
        LennardJonesOptions options = argon_options();
        change(options);
        return options;
    };
    expect_refused(with([](auto& o) { o.cutoff = 0.0; }), "cutoff of 0");
    expect_refused(with([](auto& o) { o.cutoff = std::nan(""); }), "cutoff of nan");
    expect_refused(with([](auto& o) { o.switch_width = 9.0; }), "switch_width 9");
    expect_refused(with([](auto& o) { o.switch_width = -1.0; }), "switch_width -1");
    expect_refused(with([](auto& o) { o.shift = true, o.switch_width = 1.0; }), "exclude");
    expect_refused(with([](auto& o) { o.species.clear(); }), "no species");
    expect_refused(with([](auto& o) { o.species[18].sigma = 0.0; }), "sigma 0 of atomic number 18");
    expect_refused(with([](auto& o) { o.species[18].epsilon = -1.0; }), "epsilon -1");
    expect_refused(with([](auto& o) {
                       o.pairs[{18, 36}] = {0.01, 3.0};
                   }),
                   "names atomic number 36");
    expect_refused(with([](auto& o) {
                       o.species[36] = {0.0141, 3.65};
                       o.pairs[{18, 36}] = {0.01, 3.0};
                       o.pairs[{36, 18}] = {0.01, 3.0};
                   }),
                   "given twice");
}

TEST(LennardJones, CoefficientsThatNoFloatHoldsAreRefusedInMixedPrecisionAlone) {
    for (LennardJonesSpecies const krypton :
         {LennardJonesSpecies{.epsilon = 1.0, .sigma = 1e-4},
          LennardJonesSpecies{.epsilon = 1.0, .sigma = 3e3},
          LennardJonesSpecies{.epsilon = 1e-43, .sigma = 3.0}}) {
        LennardJonesOptions options = argon_options();
        options.species[36] = krypton;
        EXPECT_NO_THROW(LennardJones{options});
        options.precision = Precision::mixed;
        try {
            LennardJones const model(options);
            ADD_FAILURE() << "sigma " << krypton.sigma << " was taken";
        } catch (ConfigError const& error) {
            EXPECT_NE(std::string(error.what()).find("use double precision"), std::string::npos)
                << error.what();
            EXPECT_NE(std::string(error.what()).find("36"), std::string::npos) << error.what();
        }
    }
    LennardJonesOptions ghosts = in_mixed_precision(argon_options());
    ghosts.species[36] = {.epsilon = 0.0, .sigma = 3.0};  // a pair without any force is none
    EXPECT_NO_THROW(LennardJones{ghosts});
}

TEST(LennardJones, SpeciesAreNumberedByAtomicNumberAndOthersAreUnknown) {
    LennardJones const model(three_species());

    EXPECT_EQ(model.species_index(18), 0);
    EXPECT_EQ(model.species_index(36), 1);
    EXPECT_EQ(model.species_index(54), 2);
    EXPECT_EQ(model.species_index(14), -1);
    EXPECT_EQ(model.needs().cutoff, 8.5);
}

// --- derivatives and symmetries ------------------------------------------------------------------

TEST(LennardJones, ForcesAreTheNegativeDerivativesOfTheEnergy) {
    double const h = 1e-4;
    for (char const* name : {"ar_triclinic", "ar_slab", "arkrxe32", "lj13"}) {
        Sample const sample = read_golden_sample(name);
        LennardJonesOptions options = three_species();
        options.switch_width = 1.0;  // smooth, so that no pair jumps over the cutoff
        std::vector<double> const result = result_of(sample, options);
        for (std::size_t k : {0U, 4U, 8U}) {
            Sample left = sample, right = sample;
            left.values<double>(Fields::positions)[k] -= h;
            right.values<double>(Fields::positions)[k] += h;

            double const slope = (energy_of(right, options) - energy_of(left, options)) / (2 * h);

            EXPECT_NEAR(result[1 + k], -slope, 1e-7) << name << " component " << k;
        }
    }
}

TEST(LennardJones, StressIsTheDerivativeOfTheEnergyByStrainPerVolume) {
    Sample const sample = read_golden_sample("ar_triclinic_rotated");
    std::vector<double> const result = result_of(sample, switched_argon());
    auto const stress = std::span(result).last(9);
    auto const c = sample.values<double>(Fields::cell);
    double const volume =
        std::abs(c[0] * (c[4] * c[8] - c[5] * c[7]) + c[1] * (c[5] * c[6] - c[3] * c[8]) +
                 c[2] * (c[3] * c[7] - c[4] * c[6]));
    auto const strained = [&](std::size_t a, std::size_t b, double by) {
        Sample moved = sample;
        for (FieldIndex const field : {Fields::positions, Fields::cell}) {
            auto const rows = moved.values<double>(field);
            for (std::size_t i = 0; i < rows.size(); i += 3) rows[i + b] += by * rows[i + a];
        }
        return energy_of(moved, switched_argon());
    };
    double const h = 1e-5;
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b) {
            double const slope = (strained(a, b, h) - strained(a, b, -h)) / (2 * h);

            EXPECT_NEAR(stress[3 * a + b], slope / volume, 1e-9) << a << b;
        }
}

TEST(LennardJones, MovingOrTurningAStructureChangesNoEnergy) {
    Sample const sample = read_golden_sample("ar_triclinic");
    double const energy = energy_of(sample, argon_options());
    Sample moved = sample, turned = sample;
    for (double& x : moved.values<double>(Fields::positions)) x += 1.2345;
    double const c = std::cos(0.7), s = std::sin(0.7);
    for (FieldIndex const field : {Fields::positions, Fields::cell}) {
        auto const rows = turned.values<double>(field);
        for (std::size_t i = 0; i < rows.size(); i += 3) {
            double const x = rows[i], y = rows[i + 1];
            rows[i] = c * x - s * y;
            rows[i + 1] = s * x + c * y;
        }
    }

    EXPECT_NEAR(energy_of(moved, argon_options()), energy, 1e-12 * std::abs(energy) + 1e-12);
    EXPECT_NEAR(energy_of(turned, argon_options()), energy, 1e-12 * std::abs(energy) + 1e-12);
}

TEST(LennardJones, ForcesOfASystemAddUpToNothing) {
    Evaluation ours({read_golden_sample("arkrxe32")}, three_species());

    ours.compute();

    auto const f = ours.forces();
    for (std::size_t x = 0; x < 3; ++x) {
        double total = 0.0;
        for (std::size_t i = x; i < f.size(); i += 3) total += f[i];
        EXPECT_NEAR(total, 0.0, 1e-13);
    }
}

// --- outputs -------------------------------------------------------------------------------------

TEST(LennardJones, StressAloneEqualsThatOfAJointEvaluationAndTouchesNothingElse) {
    Evaluation ours({read_golden_sample("ar108")}, switched_argon());
    auto const neighbors = ours.list().update(ours.batch().view(), ours.systems());
    ModelInput const input{ours.batch().view(), ours.systems(), neighbors};
    ours.model().compute(input, {.energy_and_forces = true, .stress = true});
    std::vector<double> const joint = ours.result();
    for (double& s : ours.stress()) s = 7.0;
    for (double& f : ours.forces()) f = 7.0;

    ours.model().compute(input, {.energy_and_forces = false, .stress = true});

    EXPECT_TRUE(same_bits(ours.stress(), std::span(joint).last(9)));
    EXPECT_EQ(ours.forces()[5], 7.0);
    ours.stress()[0] = 7.0;
    ours.model().compute(input, {.energy_and_forces = true, .stress = false});
    EXPECT_EQ(ours.stress()[0], 7.0);
    EXPECT_TRUE(same_bits(ours.forces(), std::span(joint).subspan(1, ours.forces().size())));
}

TEST(LennardJones, StressHasNoNumberWhereADirectionIsOpenOrThereIsNoCell) {
    for (char const* name : {"ar_slab", "ar_wire", "lj7"}) {
        Evaluation ours({read_golden_sample(name)}, argon_options());

        ours.compute();

        for (double const s : ours.stress()) EXPECT_TRUE(std::isnan(s)) << name;
    }
}

TEST(LennardJones, PairsFromTheCutoffOnContributeExactlyNothing) {
    Evaluation ours({make_sample({.positions = {0, 0, 0, 8.5, 0, 0, 0, 8.5000001, 0},
                                  .symbols = {"Ar", "Ar", "Ar"},
                                  .cell = {}})},
                    argon_options());

    ours.compute();

    EXPECT_EQ(ours.energy(), 0.0);
    for (double const f : ours.forces()) EXPECT_EQ(f, 0.0);
}

TEST(LennardJones, ARowLongerThanTheBufferIsSummedInPieces) {
    // One atom whose images within 40 Å number far above PairBuffer::room.
    Sample const sample = read_golden_sample("ar_tiny_prim");
    LennardJonesOptions options = argon_options(40.0);
    Evaluation ours({sample}, options, /*skin=*/1.0);
    SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];
    ASSERT_GT(list.row_begin[1], 2 * 512);

    ours.compute();

    double energy = 0.0;
    for (int i = 0; i < list.atom_count; ++i)
        for (auto at = list.row_begin[i]; at < list.row_begin[i + 1]; ++at) {
            double const* a = list.positions + 4 * i;
            double const* b = list.positions + 4 * list.neighbors[at];
            double const r = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
            double const q = std::pow(3.4 / r, 6);
            if (r < 40.0) energy += 0.5 * 4 * 0.0104 * (q * q - q);
        }
    EXPECT_NEAR(ours.energy(), energy, 1e-11 * std::abs(energy));
}

}  // namespace
}  // namespace athanor::test
