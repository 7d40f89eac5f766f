// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_reader.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "runtime/error.hpp"
#include "tests/sinks/extxyz_files.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ExtxyzReaderTest : public ::testing::Test {
protected:
    WholeFile read(std::string_view content, std::string_view select = ":") {
        return read_whole(folder_.write("in.extxyz", content), select);
    }
    /// The one sample of a file of one frame with one argon atom.
    Sample read_one(std::string_view comment, std::string_view atom = "Ar 1 2 3") {
        auto file = read(fmt::format("1\n{}\n{}\n", comment, atom));
        EXPECT_EQ(file.samples.size(), 1u) << comment << reasons(file);
        if (file.samples.empty()) throw std::runtime_error("no sample");
        return std::move(file.samples[0]);
    }
    /// Why the second of two frames is refused; the first and a third must be read.
    BadFrame refused(std::string_view frame) {
        auto file = read(fmt::format("1\n\nAr 0 0 0\n{}1\nname=last\nKr 0 0 0\n", frame));
        EXPECT_EQ(file.samples.size(), 2u) << frame << reasons(file);
        EXPECT_EQ(file.bad_frames.size(), 1u) << frame;
        EXPECT_EQ(file.scan.bad_frame_count, 1);
        EXPECT_EQ(file.scan.frame_count, 3);
        if (file.samples.size() == 2) {
            EXPECT_EQ(file.samples[1].id(), SampleId{2});
            EXPECT_EQ(file.samples[1].name(), "last");
        }
        return file.bad_frames.empty() ? BadFrame{} : file.bad_frames[0];
    }
    static std::string reasons(WholeFile const& file) {
        std::string all;
        for (BadFrame const& bad : file.bad_frames) all += "\n" + bad.reason;
        return all;
    }

    TemporaryFolder folder_;
};

TEST_F(ExtxyzReaderTest, APathAloneReadsEveryFrameAndABadOneIsAnError) {
    auto const path = folder_.write("in.extxyz", "1\n\nAr 1 2 3\n1\n\nAr x 2 3\n");
    ExtxyzReader reader(path);

    auto const first = reader.next();

    ASSERT_TRUE(first);
    EXPECT_EQ(first->values<double>(Fields::positions)[2], 3.0);
    EXPECT_THROW((void)reader.next(), InputError);
}

TEST_F(ExtxyzReaderTest, EveryGoldenInputIsRead) {
    // Counts from the names and the table in tests/data/golden/physics/README.md.
    std::map<std::string, int> const atoms{
        {"ar108", 108}, {"ar256", 256}, {"ar32", 32},     {"ar864", 864},   {"ar_one", 1},
        {"lj3", 3},     {"lj55", 55},   {"ico13", 13},    {"arkr108", 108}, {"arkrxe32", 32},
        {"si216", 216}, {"pbte64", 64}, {"ar_two_far", 2}};
    int files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(golden_inputs())) {
        auto const file = read_whole(entry.path());
        std::string const stem = entry.path().stem().string();
        ASSERT_EQ(file.samples.size(), 1u) << stem << reasons(file);
        Sample const& sample = file.samples[0];
        if (atoms.contains(stem)) {
            EXPECT_EQ(sample.atom_count(), atoms.at(stem)) << stem;
        }
        EXPECT_EQ(sample.name(), entry.path().filename().string() + ":0");
        EXPECT_EQ(sample.id(), SampleId{0});
        EXPECT_TRUE(file.scan.user_fields.empty()) << stem;
        ++files;
    }
    EXPECT_EQ(files, 42);
}

TEST_F(ExtxyzReaderTest, ExampleStructuresAreRead) {
    auto const root = golden_inputs() / "../../../../..";
    auto const file = read_whole(root / "launch/examples/noble_gases.extxyz");
    EXPECT_EQ(file.samples.size(), 85u);  // what make_noble_gas_structures.py prints
    EXPECT_EQ(file.scan.atom_total, 3929);
    EXPECT_EQ(file.scan.largest_atom_count, 256);
    EXPECT_TRUE(file.bad_frames.empty()) << reasons(file);
    for (int z = 1; z <= largest_atomic_number; ++z)
        EXPECT_EQ(file.scan.atomic_numbers[static_cast<std::size_t>(z)],
                  z == 18 || z == 36 || z == 54);
}

TEST_F(ExtxyzReaderTest, GoldenCellMomentaAndMasses) {
    auto const file = read_whole(golden_inputs() / "ar108.xyz");
    Sample const& sample = file.samples.at(0);
    double const a = 15.899999999999999;
    EXPECT_THAT(values_of<double>(sample, "cell"), ElementsAre(a, 0, 0, 0, a, 0, 0, 0, a));
    EXPECT_THAT(values_of<std::uint8_t>(sample, "pbc"), ElementsAre(1, 1, 1));
    EXPECT_EQ(values_of<double>(sample, "velocities").at(0), 0.1710951014352119 / 39.948);
    EXPECT_EQ(values_of<double>(sample, "positions").at(1), 0.0007721545971193654);
    EXPECT_THAT(values_of<std::uint8_t>(sample, "velocities_given"), ElementsAre(1));
    auto const slab = read_whole(golden_inputs() / "ar_slab.xyz");
    EXPECT_THAT(values_of<std::uint8_t>(slab.samples.at(0), "pbc"), ElementsAre(1, 1, 0));
    EXPECT_THAT(values_of<std::uint8_t>(slab.samples.at(0), "velocities_given"), ElementsAre(0));
    EXPECT_FALSE(slab.scan.any_fully_periodic);
    EXPECT_TRUE(file.scan.any_fully_periodic);
}

TEST_F(ExtxyzReaderTest, PlainXyz) {
    Sample const sample = read_one("a comment of some words", "  Kr\t1.5  -2 3e0  ");
    EXPECT_THAT(values_of<double>(sample, "positions"), ElementsAre(1.5, -2.0, 3.0));
    EXPECT_THAT(values_of<double>(sample, "cell"), ::testing::Each(0.0));
    EXPECT_THAT(values_of<std::uint8_t>(sample, "pbc"), ElementsAre(0, 0, 0));
    EXPECT_THAT(values_of<double>(sample, "atomic_masses"), ElementsAre(83.798));
    EXPECT_EQ(sample.text(), "comment=\"a comment of some words\"");
    EXPECT_EQ(sample.name(), "in.extxyz:0");
    EXPECT_THAT(read_one("E=-3.1 'tis plain").text(), HasSubstr("'tis plain"));
}

TEST_F(ExtxyzReaderTest, ColumnsInAnyOrderAndByAnyOfTheirNames) {
    for (char const* comment :
         {"Properties=pos:R:3:species:S:1", "properties=positions:R:3:Z:I:1",
          "Properties=\"pos:R:3:numbers:I:1\"", "PROPERTIES=pos:R:3:atomic_numbers:I:1"}) {
        bool const symbol = std::string(comment).find("species") != std::string::npos;
        Sample const sample = read_one(comment, symbol ? "1 2 3 Xe" : "1 2 3 54");
        EXPECT_THAT(values_of<std::int64_t>(sample, "atomic_numbers"), ElementsAre(54)) << comment;
        EXPECT_THAT(values_of<double>(sample, "positions"), ElementsAre(1, 2, 3)) << comment;
    }
    EXPECT_THAT(values_of<std::int64_t>(read_one("", "18 1 2 3"), "atomic_numbers"),
                ElementsAre(18))
        << "a species column may hold numbers";
}

TEST_F(ExtxyzReaderTest, LatticeInEverySpelling) {
    for (char const* lattice : {"Lattice=\"4 0 0 0 5 0 0 0 6\"", "Lattice='4 0 0 0 5 0 0 0 6'",
                                "lattice={4.0 0 0 0 5 0 0 0 6}", "LATTICE=[4,0,0,0,5,0,0,0,6]",
                                "Lattice=[[4, 0, 0], [0, 5, 0], [0, 0, 6]]", "Lattice=\"4 5 6\"",
                                "cell=\"4 0 0 0 5 0 0 0 6\""}) {
        Sample const sample = read_one(lattice);
        EXPECT_THAT(values_of<double>(sample, "cell"), ElementsAre(4, 0, 0, 0, 5, 0, 0, 0, 6))
            << lattice;
        EXPECT_THAT(values_of<std::uint8_t>(sample, "pbc"), ElementsAre(1, 1, 1)) << lattice;
    }
    EXPECT_THAT(values_of<double>(read_one("Lattice=\"5 0 0 1 5 0 2 3 5\""), "cell"),
                ElementsAre(5, 0, 0, 1, 5, 0, 2, 3, 5))
        << "rows are lattice vectors";
}

TEST_F(ExtxyzReaderTest, PbcInEverySpelling) {
    for (char const* pbc : {"pbc=\"T T F\"", "pbc='true True FALSE'", "PBC=\"1 1 0\"",
                            "pbc=[T, T, F]", "pbc=[true,true,false]", "pbc={T T F}", "pbc=TTF",
                            "pbc=110", "pbc=\"t t f\"", "pbc=\"_JSON [true, true, false]\""}) {
        Sample const sample = read_one(std::string("Lattice=\"4 0 0 0 5 0 0 0 6\" ") + pbc);
        EXPECT_THAT(values_of<std::uint8_t>(sample, "pbc"), ElementsAre(1, 1, 0)) << pbc;
    }
    Sample const open = read_one("Lattice=\"4 0 0 0 5 0 0 0 6\" pbc=F");
    EXPECT_THAT(values_of<std::uint8_t>(open, "pbc"), ElementsAre(0, 0, 0));
    EXPECT_THAT(values_of<std::uint8_t>(read_one("Lattice=\"4 5 6\" pbc"), "pbc"),
                ElementsAre(1, 1, 1));
}

TEST_F(ExtxyzReaderTest, VelocitiesMomentaAndMasses) {
    std::string const columns = "Properties=species:S:1:pos:R:3";
    for (char const* name : {"velo", "vel", "velocities", "velocity"}) {
        Sample const sample = read_one(columns + ":" + name + ":R:3", "Ar 0 0 0 0.1 0.2 0.3");
        EXPECT_THAT(values_of<double>(sample, "velocities"), ElementsAre(0.1, 0.2, 0.3)) << name;
    }
    Sample const heavy = read_one(columns + ":momenta:R:3:masses:R:1", "Ar 0 0 0 1 2 4 40");
    EXPECT_THAT(values_of<double>(heavy, "velocities"), ElementsAre(1.0 / 40, 2.0 / 40, 0.1));
    EXPECT_THAT(values_of<double>(heavy, "atomic_masses"), ElementsAre(40.0));
    Sample const both = read_one(columns + ":momenta:R:3:velo:R:3", "Ar 0 0 0 9 9 9 1 2 3");
    EXPECT_THAT(values_of<double>(both, "velocities"), ElementsAre(1, 2, 3));
}

TEST_F(ExtxyzReaderTest, CustomColumnsAndKeysBecomeFields) {
    auto const file = read(
        "2\nProperties=species:S:1:pos:R:3:charge:R:1:tag:I:1:fixed:L:3:site:S:1:force:R:3 "
        "energy=-3 temperature=40.5 cycle=7 relaxed dipole=\"1 2 3\" m=[[1,2],[3,4]] "
        "author=\"A. N. Other\" stress=\"1 2 3 4 5 6 7 8 9\"\n"
        "Ar 0 0 0 0.5 1 T F T top 1 2 3\nKr 4 0 0 -0.5 2 F F F hollow 4 5 6\n");
    ASSERT_EQ(file.samples.size(), 1u) << reasons(file);
    Sample const& s = file.samples[0];
    EXPECT_THAT(values_of<double>(s, "charge"), ElementsAre(0.5, -0.5));
    EXPECT_THAT(values_of<std::int64_t>(s, "tag"), ElementsAre(1, 2));
    EXPECT_THAT(values_of<std::uint8_t>(s, "fixed"), ElementsAre(1, 0, 1, 0, 0, 0));
    EXPECT_THAT(values_of<double>(s, "input_forces"), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(values_of<double>(s, "forces"), ::testing::Each(0.0));
    EXPECT_THAT(values_of<double>(s, "input_energy"), ElementsAre(-3.0));
    EXPECT_THAT(values_of<double>(s, "energy"), ElementsAre(0.0));
    EXPECT_THAT(values_of<double>(s, "input_stress"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
    EXPECT_THAT(values_of<double>(s, "temperature"), ElementsAre(40.5));
    EXPECT_THAT(values_of<std::int64_t>(s, "cycle"), ElementsAre(7));
    EXPECT_THAT(values_of<std::uint8_t>(s, "relaxed"), ElementsAre(1));
    EXPECT_THAT(values_of<std::int64_t>(s, "dipole"), ElementsAre(1, 2, 3))
        << "whole numbers stay whole";
    EXPECT_THAT(s.schema().field(*s.schema().find("m")).shape, ElementsAre(2, 2));
    EXPECT_EQ(s.schema().field(*s.schema().find("m")).role, FieldRole::user);
    EXPECT_EQ(s.text(), "author=\"A. N. Other\" site=\"top hollow\"");
}

TEST_F(ExtxyzReaderTest, UnionOfFieldsOverFrames) {
    auto const file = read(
        "1\na=1 b=1 c=\"1 2\"\nAr 0 0 0\n"
        "1\na=2.5 c=\"1 2 3\" d=5\nAr 0 0 0\n");
    ASSERT_EQ(file.samples.size(), 2u);
    EXPECT_THAT(values_of<double>(file.samples[0], "a"), ElementsAre(1.0));
    EXPECT_THAT(values_of<double>(file.samples[1], "a"), ElementsAre(2.5));
    EXPECT_THAT(values_of<std::int64_t>(file.samples[1], "b"), ElementsAre(0));
    EXPECT_EQ(file.samples[0].text(), "c=\"1 2\"");
    EXPECT_EQ(file.samples[1].text(), "c=\"1 2 3\"");
    ASSERT_EQ(file.scan.notes.size(), 1u);
    EXPECT_EQ(file.scan.notes[0],
              "\"c\" is system int64 of shape [2] in in.extxyz:0 but system int64 of shape [3] in "
              "in.extxyz:1; it is kept as text");
    EXPECT_GE(file.scan.longest_text_bytes, file.samples[1].text().size());
}

TEST_F(ExtxyzReaderTest, AbsentRealFieldsAreNaN) {
    auto const file = read("1\nq=1.5\nAr 0 0 0\n1\n\nAr 0 0 0\n");
    EXPECT_TRUE(std::isnan(values_of<double>(file.samples.at(1), "q").at(0)));
}

TEST_F(ExtxyzReaderTest, NamesOfSamples) {
    EXPECT_EQ(read_one("name=\"argon in a box\"").name(), "argon in a box");
    EXPECT_EQ(read_one("name=42").name(), "42");
    EXPECT_EQ(read_one("label=fcc q=1").name(), "fcc");
    EXPECT_EQ(read_one("id=mp-23155").name(), "mp-23155");
    EXPECT_EQ(read_one("id=5").name(), "in.extxyz:0");
}

TEST_F(ExtxyzReaderTest, SelectionKeepsTheIdsOfTheFile) {
    std::string content;
    for (int i = 0; i < 10; ++i)
        content += i == 4 ? "1\n\nArr 0 0 0\n" : fmt::format("1\nname=f{}\nAr 0 0 0\n", i);
    auto const ids = [&](char const* select, std::size_t bad) {
        auto const file = read(content, select);
        EXPECT_EQ(file.bad_frames.size(), bad) << select;
        EXPECT_EQ(file.scan.frame_count, 10);
        EXPECT_EQ(file.scan.selected_count, static_cast<std::int64_t>(file.samples.size()));
        std::vector<std::int64_t> list;
        for (Sample const& sample : file.samples) {
            list.push_back(sample.id().value());
            EXPECT_EQ(values_of<std::int64_t>(sample, "system_id").at(0), list.back());
            EXPECT_EQ(sample.name(), fmt::format("f{}", list.back()));
        }
        return list;
    };
    EXPECT_THAT(ids("2:8:2", 1), ElementsAre(2, 6));
    EXPECT_THAT(ids("-3:", 0), ElementsAre(7, 8, 9));
    EXPECT_THAT(ids("5", 0), ElementsAre(5));
    EXPECT_THAT(ids("20:", 0), IsEmpty());
}

TEST_F(ExtxyzReaderTest, GzipMembersCrlfAndByteOrderMarkReadLikePlainText) {
    std::string const plain =
        content_of(golden_inputs() / "ar32.xyz") + "\n\n1\nname=x q=1\nAr 0 0 0\n\n";
    std::string crlf = "\xEF\xBB\xBF";
    for (char const c : plain) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    auto const path = folder_ / "in.extxyz.gz";
    for (std::string const& part : {plain.substr(0, 700), plain.substr(700)}) {
        gzFile const out = gzopen(path.c_str(), "ab");  // each append is one more member
        gzwrite(out, part.data(), static_cast<unsigned>(part.size()));
        gzclose(out);
    }
    auto const expected = read(plain);
    ASSERT_EQ(expected.samples.size(), 2u);
    for (auto const& other : {read_whole(folder_.write("crlf", crlf)), read_whole(path)}) {
        ASSERT_EQ(other.samples.size(), 2u) << reasons(other);
        EXPECT_TRUE(same_bits(other.samples[0], expected.samples[0]));
        EXPECT_TRUE(same_bits(other.samples[1], expected.samples[1]));
        EXPECT_EQ(other.samples[1].name(), "x");
    }
    std::string const whole = content_of(path);
    auto const cut = read_whole(folder_.write("cut.gz", whole.substr(0, whole.size() - 30)));
    ASSERT_EQ(cut.bad_frames.size(), 1u);
    EXPECT_THAT(cut.bad_frames[0].reason, HasSubstr("the gzip stream is cut off"));
}

TEST_F(ExtxyzReaderTest, RefusedFramesSayWhereWhatAndWhatToDo) {
    std::string const p = "Properties=species:S:1:pos:R:3";
    struct Case {
        std::string frame;
        char const* start;
        char const* part;
        bool well_formed;
    };
    for (Case const& c : {
             Case{"1\n\nAr 0 nan 0\n", "in.extxyz:6: frame 1: ",
                  "pos of the atom has the value nan; expected finite numbers", true},
             Case{"1\n\nAr 0 inf 0\n", "in.extxyz:6: frame 1: ", "the value inf", true},
             Case{"1\n\nAR 0 0 0\n", "in.extxyz:6: frame 1: ",
                  "\"AR\" is no element, perhaps Ar; give a symbol", false},
             Case{"1\n\n0 0 0 0\n", "in.extxyz:6: frame 1: ", "\"0\" is no element", false},
             Case{"2\n\nAr 0 0 0\nAr 1 0\n", "in.extxyz:7: frame 1: ",
                  "\"Ar 1 0\" has 3 columns, Properties names 4; give each atom one line", false},
             Case{"1\n\nAr 0 0 0 5\n", "in.extxyz:6: frame 1: ", "has 5 columns", false},
             Case{"1\n\nAr 0 0,5 0\n", "in.extxyz:6: frame 1: ",
                  "\"0,5\" in column pos is no number; correct it", false},
             Case{"1\n" + p + ":masses:R:1\nAr 0 0 0 -1\n",
                  "in.extxyz:6: frame 1: ", "a mass of -1 amu; expected more than 0", true},
             Case{"1\n" + p + ":masses:R:1\nAr 0 0 0 0\n",
                  "in.extxyz:6: frame 1: ", "a mass of 0 amu", true},
             Case{"1\n" + p + ":velo:R:3\nAr 0 0 0 0 0 nan\n",
                  "in.extxyz:6: frame 1: ", "velo of the atom has the value nan", true},
             Case{"1\n" + p + ":tag:I:1\nAr 0 0 0 1.5\n",
                  "in.extxyz:6: frame 1: ", "\"1.5\" in column tag is no whole number", false},
             Case{"1\n" + p + ":fix:L:1\nAr 0 0 0 yes\n",
                  "in.extxyz:6: frame 1: ", "\"yes\" in column fix is no T or F", false},
             Case{"1\nLattice=\"1 0 0 0 1 0 1 1 0\"\nAr 0 0 0\n", "in.extxyz:5: frame 1: ",
                  "the cell has volume 0 Å³ but periodic directions; give three independent", true},
             Case{"1\nLattice=\"1 0 0 0 nan 0 0 0 1\"\nAr 0 0 0\n",
                  "in.extxyz:5: frame 1: ", "the cell has a number that is not finite", true},
             Case{"1\nLattice=\"1 0 0 0 1\"\nAr 0 0 0\n", "in.extxyz:5: frame 1: ",
                  "Lattice=\"1 0 0 0 1\" is no cell; give nine numbers", false},
             Case{"1\npbc=\"T T T\" q=1\nAr 0 0 0\n", "in.extxyz:5: frame 1: ",
                  "a direction is periodic but there is no cell; add Lattice", true},
             Case{"1\npbc=\"T T\"\nAr 0 0 0\n", "in.extxyz:5: frame 1: ",
                  "pbc=\"T T\" is not understood; give three of T and F", false},
             Case{"1\nProperties=species:S:1\nAr\n", "in.extxyz:5: frame 1: ", "add pos:R:3",
                  false},
             Case{"1\nProperties=pos:R:3\n1 2 3\n", "in.extxyz:5: frame 1: ", "add species:S:1",
                  false},
             Case{"1\nProperties=species:S:1:pos:R\nAr 0 0 0\n",
                  "in.extxyz:5: frame 1: ", "give name:type:count for each column", false},
             Case{"1\nProperties=species:S:1:pos:R:2\nAr 0 0\n",
                  "in.extxyz:5: frame 1: ", "expected pos:R:3", false},
             Case{"1\nProperties=species:S:1:pos:Q:3\nAr 0 0 0\n",
                  "in.extxyz:5: frame 1: ", "with type S, R, I or L", false},
             Case{"1\nLattice=\"1 2 3\nAr 0 0 0\n", "in.extxyz:5: frame 1: ", "is never closed",
                  false},
             Case{"x\n\nAr 0 0 0\n", "in.extxyz:4: frame 1: ",
                  "\"x\" is no atom count; expected a line with one whole number", false},
             Case{"name=lost\nAr 0 0 0\n", "in.extxyz:4: frame 1: ", "is no atom count", false},
             Case{"0\nempty\n", "in.extxyz:4: frame 1: ", "an atom count of 0; expected 1", false},
             Case{"-3\nq=1\nAr 0 0 0\n", "in.extxyz:4: frame 1: ", "an atom count of -3", false},
             Case{"3\n\nAr 0 0 0\n", "in.extxyz:7: frame 1: ",
                  "cut off: the count says 3 atoms, but the next frame comes after 1", false},
             Case{"700000000\n\nAr 0 0 0\n", "in.extxyz:7: frame 1: ", "cut off", false},
             Case{"99999999999\n\nAr 0 0 0\n",
                  "in.extxyz:4: frame 1: ", "an atom count of 99999999999", false},
             Case{"1\n\nAr 0 0 0\nAr 4 0 0\n", "in.extxyz:7: frame 1: ",
                  "the count says 1 atoms, but \"Ar 4 0 0\" follows them; correct the count",
                  false},
         }) {
        BadFrame const bad = refused(c.frame);
        EXPECT_THAT(bad.reason, AllOf(StartsWith(c.start), HasSubstr(c.part))) << c.frame;
        EXPECT_EQ(bad.well_formed, c.well_formed) << c.frame;
        EXPECT_EQ(bad.raw, c.frame);
        EXPECT_EQ(bad.id, SampleId{1});
        EXPECT_EQ(bad.name, "in.extxyz:1");
        EXPECT_THAT(c.start, HasSubstr(fmt::format(":{}:", bad.line)));
    }
}

TEST_F(ExtxyzReaderTest, LastFrameCutOff) {
    auto const file = read("1\n\nAr 0 0 0\n3\nname=tail\nAr 0 0 0\nAr 5 0 ");
    EXPECT_EQ(file.samples.size(), 1u);
    ASSERT_EQ(file.bad_frames.size(), 1u);
    EXPECT_EQ(file.bad_frames[0].name, "tail");
    auto const ends = read("1\n\nAr 0 0 0\n3\nname=tail\nAr 0 0 0\n");
    EXPECT_THAT(reasons(ends), HasSubstr("but the end of the file comes after 1"));
}

TEST_F(ExtxyzReaderTest, ManyBadFramesInARowKeepTheirIds) {
    auto const file = read(
        "1\n\nAr 0 0 0\n1\n\nAr nan 0 0\n5\n\nAr 0 0 0\n1\nname=bad\nQq 0 0 0\n1\nname=ok\nAr 0 0 "
        "0\n");
    EXPECT_EQ(file.samples.size(), 2u);
    EXPECT_EQ(file.samples.at(1).id(), SampleId{4});
    EXPECT_EQ(file.bad_frames.size(), 3u);
    EXPECT_EQ(file.bad_frames.at(2).name, "bad");
    EXPECT_EQ(file.scan.bad_frame_count, 3);
}

TEST_F(ExtxyzReaderTest, FileThatIsNoStructureFileIsAnInputError) {
    auto const message = [&](std::filesystem::path const& path) -> std::string {
        try {
            read_whole(path);
        } catch (InputError const& error) {
            EXPECT_EQ(error.exit_code(), 3);
            return error.what();
        }
        return "no error";
    };
    EXPECT_THAT(message(folder_ / "missing.xyz"),
                HasSubstr("missing.xyz: cannot be opened (No such file or directory)"));
    EXPECT_THAT(message(folder_.write("empty.xyz", "")), HasSubstr("empty.xyz: is empty"));
    EXPECT_THAT(message(folder_.write("blank.xyz", "\n \n\n")), HasSubstr("is empty"));
    EXPECT_THAT(message(folder_.write("a.json", "{\"athanor\": 1}\n")),
                HasSubstr("a.json: is no structure file"));
    EXPECT_THAT(message(folder_.write("b.bin", std::string("\0\1\2\xff\n\0", 6))),
                HasSubstr("is no structure file"));
    EXPECT_THAT(message(folder_ / ""), HasSubstr("is a folder"));
    // A file whose every frame is bad is one all the same: its samples are quarantined.
    EXPECT_EQ(read("1\n\nQq 0 0 0\n").bad_frames.size(), 1u);
}

}  // namespace
}  // namespace athanor::test
