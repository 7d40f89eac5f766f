// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_list.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "kernels/neighbor_search.hpp"
#include "runtime/error.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {
namespace {

/// (atom, owner, shift) of every neighbour, in the order of the list.
using Entry = std::tuple<int, int, int, int, int>;

std::vector<Entry> entries_of(SystemNeighbors const& list) {
    std::vector<Entry> entries;
    for (int i = 0; i < list.atom_count; ++i)
        for (auto at = list.row_begin[i]; at < list.row_begin[i + 1]; ++at) {
            int const j = list.neighbors[at];
            int const image = j - list.atom_count;
            if (image < 0) {
                entries.emplace_back(i, j, 0, 0, 0);
                continue;
            }
            std::int32_t const* const shift = list.image_shift + 3 * image;
            entries.emplace_back(i, list.image_owner[image], shift[0], shift[1], shift[2]);
        }
    return entries;
}

/// Every pair nearer than `radius` among far more images than can matter.
std::vector<Entry> brute_force(Sample const& sample, double radius) {
    auto const r = sample.values<double>(Fields::positions);
    auto const h = sample.values<double>(Fields::cell);
    auto const pbc = sample.values<std::uint8_t>(Fields::pbc);
    CellFrame const frame = CellFrame::of(h.data(), pbc.data());
    int reach[3] = {};
    for (std::size_t k = 0; k < 3; ++k) {
        if (pbc[k] == 0) continue;
        double low = 1e300, high = -1e300;
        for (int i = 0; i < sample.atom_count(); ++i) {
            double const s = frame.fractional(r.data() + 3 * i)[k];
            low = std::min(low, s);
            high = std::max(high, s);
        }
        reach[k] = static_cast<int>(std::ceil(radius / frame.height[k] + (high - low))) + 1;
    }
    std::vector<Entry> entries;
    for (int i = 0; i < sample.atom_count(); ++i)
        for (int j = 0; j < sample.atom_count(); ++j)
            for (int a = -reach[0]; a <= reach[0]; ++a)
                for (int b = -reach[1]; b <= reach[1]; ++b)
                    for (int c = -reach[2]; c <= reach[2]; ++c) {
                        if (i == j && a == 0 && b == 0 && c == 0) continue;
                        double d2 = 0.0;
                        for (std::size_t x = 0; x < 3; ++x) {
                            double const moved = r[3 * static_cast<std::size_t>(j) + x] +
                                                 (a * h[x] + b * h[3 + x] + c * h[6 + x]);
                            double const d = r[3 * static_cast<std::size_t>(i) + x] - moved;
                            d2 += d * d;
                        }
                        if (d2 < radius * radius) entries.emplace_back(i, j, a, b, c);
                    }
    return entries;
}

/// A structure that would trip a careless list: sheared or mirrored, small or open, atoms anywhere.
Sample random_sample(unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    auto const between = [&](double low, double high) { return low + (high - low) * unit(engine); };
    Structure structure;
    int const atoms = 1 + static_cast<int>(unit(engine) * 30);
    double const size = between(2.5, 12.0);
    structure.cell.assign(9, 0.0);
    for (std::size_t k = 0; k < 9; ++k)
        structure.cell[k] = (k % 4 == 0 ? size : 0.0) + between(-0.25, 0.25) * size;
    if (seed % 3 == 0)
        std::swap_ranges(structure.cell.begin(), structure.cell.begin() + 3,
                         structure.cell.begin() + 3);
    for (std::size_t k = 0; k < 3; ++k) structure.pbc[k] = unit(engine) < 0.7;
    if (seed % 7 == 0) {
        structure.cell.assign(9, 0.0);
        structure.pbc = {false, false, false};
    }
    double const spread = seed % 2 == 0 ? 1.0 : 4.0;  // every other one has atoms cells away
    for (int i = 0; i < atoms; ++i) {
        structure.symbols.emplace_back("Ar");
        for (int x = 0; x < 3; ++x)
            structure.positions.push_back(between(-0.5, 0.5) * size * spread);
    }
    return make_sample(structure);
}

TEST(NeighborList, RandomCellsGiveThePairsOfBruteForceByBothSearches) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Sample const sample = random_sample(seed);
        double const cutoff = seed % 5 == 0 ? 6.0 : 4.0, skin = 0.75;
        std::vector<Entry> const expected = brute_force(sample, cutoff + skin);
        for (NeighborSearch const search :
             {NeighborSearch::direct, NeighborSearch::binned, NeighborSearch::automatic}) {
            Evaluation ours({sample}, argon_options(cutoff), skin, search);

            ours.list().update(ours.batch().view(), ours.systems());

            ASSERT_EQ(entries_of(ours.list().full(SystemIndex{0})), expected)
                << "search " << static_cast<int>(search);
        }
    }
}

TEST(NeighborList, BothSearchesAgreeOnALargeCrystal) {
    Sample const sample = read_golden_sample("ar864");
    Evaluation direct({sample}, argon_options(), 2.0, NeighborSearch::direct);
    Evaluation binned({sample}, argon_options(), 2.0, NeighborSearch::binned);

    direct.compute();
    binned.compute();

    EXPECT_EQ(entries_of(direct.list().full(SystemIndex{0})),
              entries_of(binned.list().full(SystemIndex{0})));
    EXPECT_TRUE(same_bits(direct.result(), binned.result()));
}

TEST(NeighborList, TheListHandedOutHoldsEveryPairWithinTheCutoffInTheSameOrder) {
    for (char const* name : {"ar108", "ar_triclinic", "ar_unwrapped", "ar_tiny_prim", "ar_wire"}) {
        Sample const sample = read_golden_sample(name);
        Evaluation ours({sample}, argon_options());

        auto const brief = entries_of(ours.list().update(ours.batch().view(), ours.systems())[0]);

        EXPECT_EQ(brief, brute_force(sample, 9.0)) << name;
    }
}

TEST(NeighborList, ExtendedRowsAreOwnerPlusShiftAndCarryTheSpecies) {
    Sample const sample = read_golden_sample("arkr108");
    LennardJonesOptions options = argon_options();
    options.species[36] = {.epsilon = 0.0141, .sigma = 3.65};
    Evaluation ours({sample}, options);

    SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];

    ASSERT_GT(list.image_count, 0);
    auto const cell = sample.values<double>(Fields::cell);
    auto const numbers = sample.values<std::int64_t>(Fields::atomic_numbers);
    for (int k = 0; k < list.image_count; ++k) {
        double const* const owner = list.positions + 4 * list.image_owner[k];
        double const* const image = list.positions + 4 * (list.atom_count + k);
        std::int32_t const* const n = list.image_shift + 3 * k;
        for (std::size_t x = 0; x < 3; ++x)
            ASSERT_EQ(image[x],
                      owner[x] + (n[0] * cell[x] + n[1] * cell[3 + x] + n[2] * cell[6 + x]));
        ASSERT_EQ(image[3],
                  numbers[static_cast<std::size_t>(list.image_owner[k])] == 18 ? 0.0 : 1.0);
    }
}

TEST(NeighborList, ImagesThatAppearInNoRowAreNotKept) {
    Evaluation ours({read_golden_sample("ar_triclinic")}, argon_options());
    ours.list().update(ours.batch().view(), ours.systems());

    SystemNeighbors const list = ours.list().full(SystemIndex{0});

    std::set<int> used;
    for (auto at = list.row_begin[0]; at < list.row_begin[list.atom_count]; ++at)
        if (list.neighbors[at] >= list.atom_count) used.insert(list.neighbors[at]);
    EXPECT_EQ(static_cast<int>(used.size()), list.image_count);
}

TEST(NeighborList, AtomsMovingAtRandomAlwaysHaveTheEnergyOfAFreshList) {
    std::mt19937 engine(11);
    std::normal_distribution<double> step(0.0, 0.03);
    Evaluation ours({read_golden_sample("ar108")}, argon_options(), /*skin=*/0.6);
    for (int k = 0; k < 120; ++k) {
        for (double& x : ours.positions()) x += step(engine);
        Evaluation fresh({ours.batch().extract(SystemIndex{0})}, argon_options(), /*skin=*/0.6);

        ours.compute();
        fresh.compute();

        ASSERT_TRUE(same_bits(ours.result(), fresh.result())) << "step " << k;
    }
    EXPECT_GT(ours.list().rebuild_count(SystemIndex{0}), 3);
    EXPECT_LT(ours.list().rebuild_count(SystemIndex{0}), 80);
}

TEST(NeighborList, ChangingCellsAlwaysHaveTheEnergyOfAFreshList) {
    std::mt19937 engine(5);
    std::normal_distribution<double> strain(0.0, 0.001), step(0.0, 0.01);
    Evaluation ours({read_golden_sample("ar_triclinic_rotated")}, argon_options());
    for (int k = 0; k < 100; ++k) {
        double f[9];
        for (int m = 0; m < 9; ++m) f[m] = (m % 4 == 0 ? 1.0 : 0.0) + strain(engine);
        auto const deform = [&](std::span<double> rows) {
            for (std::size_t i = 0; i < rows.size(); i += 3) {
                double const v[3] = {rows[i], rows[i + 1], rows[i + 2]};
                for (std::size_t x = 0; x < 3; ++x)
                    rows[i + x] = v[0] * f[x] + v[1] * f[3 + x] + v[2] * f[6 + x];
            }
        };
        deform(ours.cell());
        if (k % 10 != 9) deform(ours.positions());  // sometimes the cell moves alone
        for (double& x : ours.positions()) x += step(engine);
        Evaluation fresh({ours.batch().extract(SystemIndex{0})}, argon_options());

        ours.compute();
        fresh.compute();

        ASSERT_TRUE(same_bits(ours.result(), fresh.result())) << "step " << k;
    }
    EXPECT_LT(ours.list().rebuild_count(SystemIndex{0}), 60);
}

TEST(NeighborList, ASystemAtRestIsNeverRebuiltAndAMovedOneAlone) {
    Sample const sample = read_golden_sample("ar32");
    Evaluation ours({sample, sample}, argon_options());
    ours.compute();
    ours.positions(1)[0] += 1.7;

    ours.compute();

    EXPECT_EQ(ours.list().rebuild_count(SystemIndex{0}), 1);
    EXPECT_EQ(ours.list().rebuild_count(SystemIndex{1}), 2);
}

TEST(NeighborList, InvalidatedSystemsAreRebuilt) {
    Evaluation ours({read_golden_sample("ar32")}, argon_options());
    ours.compute();

    ours.list().invalidate(SystemIndex{0});
    ours.compute();

    EXPECT_EQ(ours.list().rebuild_count(SystemIndex{0}), 2);
}

TEST(NeighborList, WithoutASkinEveryMotionRebuilds) {
    Evaluation ours({read_golden_sample("ar32")}, argon_options(), /*skin=*/0.0);
    ours.compute();
    ours.positions()[0] += 1e-9;

    ours.compute();

    EXPECT_EQ(ours.list().rebuild_count(SystemIndex{0}), 2);
}

TEST(NeighborList, RemovedRowsAreTakenByTheLastSystemAsInABatch) {
    std::vector<Sample> const samples{read_golden_sample("ar32"), read_golden_sample("ar108"),
                                      read_golden_sample("ar_triclinic")};
    Evaluation ours(samples, argon_options());
    ours.compute();
    auto const last = entries_of(ours.list().full(SystemIndex{2}));

    ours.list().remove(SystemIndex{0});
    ours.batch().remove(SystemIndex{0});

    EXPECT_EQ(ours.list().system_count(), 2);
    EXPECT_EQ(entries_of(ours.list().full(SystemIndex{0})), last);
    SystemIndex const both[] = {SystemIndex{1}, SystemIndex{0}};
    auto const views = ours.list().update(ours.batch().view(), both);
    EXPECT_EQ(views[0].atom_count, 108);
    EXPECT_EQ(ours.list().rebuild_count(SystemIndex{0}), 1);
    ours.list().add(ours.batch().append(samples[0]));
    SystemIndex const third[] = {SystemIndex{2}};
    auto const arrived = ours.list().update(ours.batch().view(), third);
    EXPECT_EQ(entries_of(arrived[0]), brute_force(samples[0], 9.0));
}

TEST(NeighborList, RestoredListIsThatOfTheUninterruptedRunThoughAtomsHaveMoved) {
    Sample const sample = read_golden_sample("ar108");
    std::mt19937 engine(3);
    std::normal_distribution<double> step(0.0, 0.08);
    Evaluation running({sample}, argon_options());
    running.compute();
    for (double& x : running.positions()) x += step(engine);
    running.compute();
    Evaluation restarted({running.batch().extract(SystemIndex{0})}, argon_options());

    auto const reference = running.list().reference_positions(SystemIndex{0});
    restarted.list().restore(restarted.batch().view(), SystemIndex{0}, reference,
                             running.list().reference_cell(SystemIndex{0}));
    restarted.compute();

    EXPECT_EQ(running.list().rebuild_count(SystemIndex{0}), 1);
    EXPECT_EQ(restarted.list().rebuild_count(SystemIndex{0}), 1);
    EXPECT_EQ(entries_of(restarted.list().full(SystemIndex{0})),
              entries_of(running.list().full(SystemIndex{0})));
    EXPECT_NE(entries_of(running.list().full(SystemIndex{0})),
              brute_force(running.batch().extract(SystemIndex{0}), 10.5));
    EXPECT_TRUE(same_bits(restarted.result(), running.result()));
}

TEST(NeighborList, SystemsThatCannotHaveAListGetNoNumbersUntilTheyCan) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    Sample const sample = read_golden_sample("ar32");
    for (double const bad : {nan, 1e300}) {
        Evaluation ours({sample, sample}, argon_options());
        ours.compute();
        std::vector<double> const good = ours.result(1);
        ours.positions(0)[4] = bad;

        ours.compute();

        EXPECT_TRUE(std::isnan(ours.energy(0)));
        EXPECT_TRUE(same_bits(ours.result(1), good));
        ours.positions(0)[4] = sample.values<double>(Fields::positions)[4];
        ours.compute();
        EXPECT_TRUE(same_bits(ours.result(0), good));
    }
}

TEST(NeighborList, UnusableCellsGiveNoNumbers) {
    Evaluation ours({make_sample({.positions = {0, 0, 0},
                                  .symbols = {"Ar"},
                                  .cell = {5, 0, 0, 0, 5, 0, 5, 5, 0},
                                  .pbc = {true, true, true}})},
                    argon_options());

    ours.compute();

    EXPECT_TRUE(std::isnan(ours.energy()));
}

TEST(NeighborList, ACellThatCollapsesGivesNoNumbersInsteadOfEndlessImages) {
    Sample const sample = read_golden_sample("ar32");
    Evaluation ours({sample, sample}, argon_options());
    ours.compute();
    std::vector<double> const good = ours.result(0);
    for (double const shrunk : {0.05, 0.002}) {  // 0.5 and 0.02 Å
        std::span<double> const cell = ours.batch().values<double>(Fields::cell, SystemIndex{0});
        std::vector<double> const before(cell.begin(), cell.end());
        for (double& value : cell) value *= shrunk;

        ours.compute();

        EXPECT_TRUE(std::isnan(ours.energy(0)));
        EXPECT_TRUE(same_bits(ours.result(1), good));
        std::copy(before.begin(), before.end(), cell.begin());
        ours.compute();
        EXPECT_TRUE(same_bits(ours.result(0), good));
    }
}

TEST(NeighborList, ASmallCellHasAllItsImages) {
    // As many pairs as there are points of the lattice in a sphere.
    Evaluation ours({make_sample({.positions = {0, 0, 0},
                                  .symbols = {"Ar"},
                                  .cell = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                                  .pbc = {true, true, true}})},
                    argon_options());
    SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];
    int within = 0;
    for (std::int64_t at = list.row_begin[0]; at < list.row_begin[1]; ++at) {
        double const* const r =
            list.positions + 4 * static_cast<std::ptrdiff_t>(list.neighbors[at]);
        if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] < 8.5 * 8.5) ++within;
    }
    int lattice_points = 0;
    for (int a = -8; a <= 8; ++a)
        for (int b = -8; b <= 8; ++b)
            for (int c = -8; c <= 8; ++c)
                if (a * a + b * b + c * c < 8.5 * 8.5) ++lattice_points;
    EXPECT_EQ(within, lattice_points - 1);
}

TEST(NeighborList, SettingsThatAreNoDistancesAreRefused) {
    auto const species = [](std::int64_t) { return 0; };
    EXPECT_THROW(NeighborList({.cutoff = 0.0, .skin = 2.0, .species_index = species}, 1),
                 ConfigError);
    EXPECT_THROW(NeighborList({.cutoff = 8.5, .skin = -1.0, .species_index = species}, 1),
                 ConfigError);
}

TEST(FindClosePair, AtomsAtOnePlaceAreNamedWithTheirDistance) {
    Evaluation ours({make_sample({.positions = {0, 0, 0, 3, 0, 0, 3, 4e-6, 0},
                                  .symbols = {"Ar", "Ar", "Ar"},
                                  .cell = {}})},
                    argon_options());
    SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];

    auto const pair = find_close_pair(list);

    ASSERT_TRUE(pair.has_value());
    EXPECT_EQ(pair->first, 1);
    EXPECT_EQ(pair->second, 2);
    EXPECT_NEAR(pair->distance, 4e-6, 1e-15);
}

TEST(FindClosePair, AnAtomOnTheImageOfAnotherIsFound) {
    Evaluation ours({make_sample({.positions = {0, 0, 0, 12, 0, 0},
                                  .symbols = {"Ar", "Ar"},
                                  .cell = {6, 0, 0, 0, 6, 0, 0, 0, 6},
                                  .pbc = {true, true, true}})},
                    argon_options());
    SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];

    auto const pair = find_close_pair(list);

    ASSERT_TRUE(pair.has_value());
    EXPECT_EQ(pair->first, 0);
    EXPECT_EQ(pair->second, 1);
    EXPECT_EQ(pair->distance, 0.0);
}

TEST(FindClosePair, AnOrdinaryStructureHasNone) {
    Evaluation ours({read_golden_sample("ar108")}, argon_options());

    EXPECT_FALSE(
        find_close_pair(ours.list().update(ours.batch().view(), ours.systems())[0]).has_value());
}

}  // namespace
}  // namespace athanor::test
