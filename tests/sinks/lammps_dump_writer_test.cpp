// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/lammps_dump_writer.hpp"

#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "sinks/lammps_box.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Sample in_cell(std::vector<double> const& positions, std::array<double, 9> const& cell,
               std::array<int, 3> const& pbc = {1, 1, 1}) {
    Sample sample = cluster(plain_schema(), 3, positions);
    std::ranges::copy(cell, sample.values<double>(Fields::cell).begin());
    for (std::size_t k = 0; k < 3; ++k)
        sample.values<std::uint8_t>(Fields::pbc)[k] = static_cast<std::uint8_t>(pbc[k]);
    return sample;
}

/// One snapshot of a dump, read back.
struct Snapshot {
    std::int64_t step = 0;
    std::string bounds, columns;  ///< what follows the two ITEMs
    std::vector<double> box;      ///< six or nine numbers
    std::vector<std::vector<std::string>> atoms;
    double number(std::size_t atom, std::size_t column) const {
        return std::strtod(atoms.at(atom).at(column).c_str(), nullptr);
    }
};

std::vector<Snapshot> read_dump(std::string const& text) {
    std::vector<Snapshot> snapshots;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        EXPECT_EQ(line, "ITEM: TIMESTEP");
        Snapshot s;
        std::size_t count = 0;
        lines >> s.step >> std::ws;
        std::getline(lines, line);
        EXPECT_EQ(line, "ITEM: NUMBER OF ATOMS");
        lines >> count >> std::ws;
        std::getline(lines, line);
        s.bounds = line.substr(std::string("ITEM: BOX BOUNDS ").size());
        for (int k = 0; k < (s.bounds.starts_with("xy") ? 9 : 6); ++k) {
            s.box.emplace_back();
            lines >> s.box.back();
        }
        lines >> std::ws;
        std::getline(lines, line);
        s.columns = line.substr(std::string("ITEM: ATOMS ").size());
        for (std::size_t k = 0; k < count; ++k) {
            std::getline(lines, line);
            std::istringstream words(line);
            s.atoms.emplace_back();
            for (std::string word; words >> word;) s.atoms.back().push_back(word);
        }
        snapshots.push_back(std::move(s));
    }
    return snapshots;
}

class LammpsDump : public ::testing::Test {
protected:
    std::vector<Snapshot> written(std::vector<StoredRow> const& rows,
                                  LammpsDumpWriter::Columns columns = {}) {
        LammpsDumpWriter writer(folder_ / "out.lammpstrj", columns, true);
        for (StoredRow const& row : rows) writer.write(row);
        writer.finish();
        notes_ = writer.notes();
        return read_dump(folder_.read("out.lammpstrj"));
    }
    TemporaryFolder folder_;
    std::vector<std::string> notes_;
};

TEST_F(LammpsDump, ABoxAlongTheAxesKeepsEveryBit) {
    Sample sample =
        in_cell({0.1, -1.0 / 3.0, 1e-300, 5.0, 1e17, -0.0}, {9.1, 0, 0, 0, 10.2, 0, 0, 0, 11.3});
    sample.values<std::int64_t>(Fields::stage_step)[0] = 250;
    sample.values<double>(Fields::velocities)[4] = 0.5;
    sample.values<double>(Fields::forces)[5] = 2.0 / 7.0;

    auto const s = written({{sample}}).at(0);

    EXPECT_EQ(s.step, 250);
    EXPECT_EQ(s.bounds, "pp pp pp");
    EXPECT_THAT(s.box, ElementsAre(0, 9.1, 0, 10.2, 0, 11.3));
    EXPECT_EQ(s.columns, "id type element x y z vx vy vz fx fy fz");
    EXPECT_THAT(s.atoms.at(0), ElementsAre("1", "1", "Ar", "0.1", "-0.3333333333333333", "1e-300",
                                           "0", "0", "0", "0", "0", "0"));
    EXPECT_EQ(s.atoms.at(1).at(5), "-0");
    EXPECT_EQ(s.number(1, 7), units::velocity_to_per_ps(0.5));
    EXPECT_EQ(s.number(1, 11), 2.0 / 7.0);
}

TEST_F(LammpsDump, VelocitiesAreThoseOfUnitsMetal) {
    // LAMMPS's own constant for metal units: 1 amu (Å/ps)^2 = 1.0364269e-4 eV.
    EXPECT_NEAR(units::velocity_to_per_ps(1.0), std::sqrt(1.0 / 1.0364269e-4), 1e-5);
}

TEST_F(LammpsDump, ATiltedBoxThatHasTheFormIsBoundedFromOutside) {
    // Howto_triclinic: xlo_bound = xlo + min(0, xy, xz, xy+xz), and so on.
    auto const s = written({{in_cell({1, 2, 3}, {10, 0, 0, -2, 9, 0, 3, -1, 8}, {1, 0, 1})}}).at(0);

    EXPECT_EQ(s.bounds, "xy xz yz pp ff pp");
    EXPECT_THAT(s.box, ElementsAre(-2, 13, -2, -1, 9, 3, 0, 8, -1));
    EXPECT_THAT(s.atoms.at(0),
                ElementsAre("1", "1", "Ar", "1", "2", "3", "0", "0", "0", "0", "0", "0"));
    EXPECT_THAT(notes_, ElementsAre(HasSubstr("types: 1 Ar")));
}

/// Lengths and triple product say whether a turned structure is the same one.
void expect_same_geometry(Sample const& sample, Snapshot const& s) {
    auto const x = sample.values<double>(Fields::positions);
    auto const v = sample.values<double>(Fields::velocities);
    for (std::size_t i = 0; i < s.atoms.size(); ++i)
        for (std::size_t j = 0; j < s.atoms.size(); ++j) {
            double was = 0, is = 0, was_v = 0, is_v = 0;
            for (std::size_t k = 0; k < 3; ++k) {
                was += x[3 * i + k] * x[3 * j + k];
                is += s.number(i, 3 + k) * s.number(j, 3 + k);
                was_v += x[3 * i + k] * units::velocity_to_per_ps(v[3 * j + k]);
                is_v += s.number(i, 3 + k) * s.number(j, 6 + k);
            }
            EXPECT_NEAR(was, is, 1e-12);
            EXPECT_NEAR(was_v, is_v, 1e-10);
        }
    auto const triple = [](auto const& get) {
        return get(0, 0) * (get(1, 1) * get(2, 2) - get(1, 2) * get(2, 1)) -
               get(0, 1) * (get(1, 0) * get(2, 2) - get(1, 2) * get(2, 0)) +
               get(0, 2) * (get(1, 0) * get(2, 1) - get(1, 1) * get(2, 0));
    };
    EXPECT_NEAR(triple([&](std::size_t i, std::size_t k) { return x[3 * i + k]; }),
                triple([&](std::size_t i, std::size_t k) { return s.number(i, 3 + k); }), 1e-11);
}

TEST_F(LammpsDump, OtherCellsTurnWithAllThatIsInThem) {
    std::vector<double> const positions{1, 0.2, 0.3, -0.5, 2, 0.1, 0.4, 0.7, 3};
    for (std::array<double, 9> const& cell :
         {std::array<double, 9>{0, 5, 5, 5, 0, 5, 5, 5, 0},       // face-centred, right-handed
          std::array<double, 9>{5, 1, 0, 0.3, 6, 2, 1, -1, 7},    // general
          std::array<double, 9>{0, 6, 0, 5, 0, 0, 0, 0, 7},       // left-handed
          std::array<double, 9>{-5, 0, 0, 0, -6, 0, 0, 0, 7}}) {  // turned by half
        Sample sample = in_cell(positions, cell);
        for (std::size_t k = 0; k < 9; ++k) {
            sample.values<double>(Fields::velocities)[k] = 0.1 * static_cast<double>(k) - 0.3;
            sample.values<double>(Fields::forces)[k] = sample.values<double>(Fields::positions)[k];
        }

        auto const s = written({{sample}}).at(0);

        LammpsBox const box = lammps_box(sample);
        EXPECT_TRUE(box.turned);
        expect_same_geometry(sample, s);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k)
                EXPECT_EQ(s.atoms[i][3 + k], s.atoms[i][9 + k]);  // forces turn as positions do
        double const volume = cell[0] * (cell[4] * cell[8] - cell[5] * cell[7]) -
                              cell[1] * (cell[3] * cell[8] - cell[5] * cell[6]) +
                              cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
        EXPECT_NEAR(box.high[0] * box.high[1] * box.high[2], std::abs(volume), 1e-10);
        EXPECT_GT(std::min({box.high[0], box.high[1], box.high[2]}), 0.0);
        EXPECT_THAT(notes_, ::testing::Contains(HasSubstr("turned into LAMMPS's frame")));
    }
}

TEST_F(LammpsDump, ALeftHandedCellExchangesItsSecondAndThirdVector) {
    LammpsBox const box = lammps_box(in_cell({0, 0, 0}, {4, 0, 0, 0, 0, 6, 0, 5, 0}, {1, 0, 1}));

    EXPECT_FALSE(box.turned);
    EXPECT_THAT(box.high, ElementsAre(4, 5, 6));
    EXPECT_THAT(box.boundary, ElementsAre('p', 'p', 'f'));
}

TEST_F(LammpsDump, OpenSidesAreBoundedByTheAtoms) {
    auto const cluster_box = written({{in_cell({1, 2, 3, -1, 5, 3}, {}, {0, 0, 0})}}).at(0);
    EXPECT_EQ(cluster_box.bounds, "ss ss ss");
    EXPECT_THAT(cluster_box.box, ElementsAre(-1.5, 1.5, 1.5, 5.5, 2.5, 3.5));

    auto const slab = written({{in_cell({1, 2, 3}, {4, 0, 0, 1, 5, 0, 0, 0, 0}, {1, 1, 0})}}).at(0);
    EXPECT_EQ(slab.bounds, "xy xz yz pp pp ss");
    EXPECT_THAT(slab.box, ElementsAre(0, 5, 1, 0, 5, 0, 2.5, 3.5, 0));

    LammpsBox const wire = lammps_box(in_cell({1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 1, 7}, {0, 0, 1}));
    EXPECT_THAT(wire.boundary, ElementsAre('s', 's', 'p'));
    EXPECT_NEAR(wire.high[2], std::sqrt(50.0), 1e-14);
    EXPECT_NEAR(wire.tilt[1], 0.0, 1e-15);
}

TEST_F(LammpsDump, ACellWithoutAVolumeIsRefusedWherePeriodic) {
    std::array<double, 9> const flat{4, 0, 0, 8, 0, 0, 0, 0, 5};
    EXPECT_THROW(static_cast<void>(lammps_box(in_cell({0, 0, 0}, flat))), InputError);
    EXPECT_THROW(static_cast<void>(lammps_box(in_cell({0, 0, 0}, {}))), InputError);
    EXPECT_THAT(lammps_box(in_cell({0, 0, 0}, flat, {0, 0, 0})).boundary,
                ElementsAre('s', 's', 's'));
}

TEST_F(LammpsDump, TypesCountTheElementsAndColumnsAreThoseAskedFor) {
    Sample mixed = in_cell({0, 0, 0, 3, 0, 0, 6, 0, 0}, {9, 0, 0, 0, 9, 0, 0, 0, 9});
    mixed.values<std::int64_t>(Fields::atomic_numbers)[1] = 36;
    Sample krypton = in_cell({0, 0, 0}, {9, 0, 0, 0, 9, 0, 0, 0, 9});
    krypton.values<std::int64_t>(Fields::atomic_numbers)[0] = 36;
    StoredRow second{krypton};
    second.has_ledger = false;

    auto const s = written({{mixed}, second}, {.velocities = false, .forces = false});

    ASSERT_EQ(s.size(), 2U);
    EXPECT_EQ(s[0].columns, "id type element x y z");
    EXPECT_THAT(s[0].atoms[1], ElementsAre("2", "2", "Kr", "3", "0", "0"));
    EXPECT_THAT(s[1].atoms[0], ElementsAre("1", "2", "Kr", "0", "0", "0"));
    EXPECT_EQ(s[1].step, 1);  // its number, for want of a ledger
    EXPECT_THAT(notes_, ElementsAre(HasSubstr("types: 1 Ar, 2 Kr; units: metal")));
}

}  // namespace
}  // namespace athanor::test
