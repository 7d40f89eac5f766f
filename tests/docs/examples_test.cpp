// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The programs of docs/examples: short, and right about argon dimers, of which theory says all.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

// The argon of both programs, and its time unit: kernels/lennard_jones.hpp, runtime/units.hpp.
constexpr double epsilon = 0.0104, sigma = 3.40, mass = 39.948, fs_per_time = 10.180505710759416;
constexpr double boltzmann = 8.617333262145e-5;  // [eV/K], CODATA 2018
double const bond = std::pow(2.0, 1.0 / 6.0) * sigma;
/// Curvature of the well: U'' = 72 ε/r² at its bottom [eV/Å²].
double const stiffness = 72.0 * epsilon / (bond * bond);

/// Dimers stretched by `stretch`, along x, y and z in turns, named d0, d1 ...
std::string dimers(int count, double stretch) {
    std::ostringstream text;
    text.precision(17);
    for (int k = 0; k < count; ++k) {
        std::array<double, 3> end{};
        end[static_cast<std::size_t>(k) % 3] = bond + stretch;
        text << "2\nProperties=species:S:1:pos:R:3 pbc=\"F F F\" name=d" << k << "\nAr 0 0 0\nAr "
             << end[0] << ' ' << end[1] << ' ' << end[2] << '\n';
    }
    return text.str();
}

struct Line {
    std::string name;
    double value;
};

/// What `command` prints, a name and a number per line. One thread: two atoms need no more.
std::vector<Line> lines_of(std::string const& command) {
    std::FILE* const pipe = popen(("OMP_NUM_THREADS=1 " + command).c_str(), "r");
    std::vector<Line> lines;
    std::array<char, 256> name{};
    for (double value = 0.0; std::fscanf(pipe, "%255s %lf", name.data(), &value) == 2;)
        lines.push_back({name.data(), value});
    EXPECT_EQ(pclose(pipe), 0) << command;
    return lines;
}

std::string text_of(std::string const& name) {
    std::ifstream const file(ATHANOR_EXAMPLE_SOURCES "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

int code_lines(std::string const& name) {
    std::istringstream source(text_of(name));
    int count = 0;
    for (std::string line; std::getline(source, line);)
        count += line.find_first_not_of(" \t") != std::string::npos &&
                 line.find("SPDX-") == std::string::npos;
    return count;
}

class Examples : public ::testing::Test {
protected:
    std::vector<Line> integrate(std::string const& frames, double kelvin, int steps) {
        auto const path = folder_.write("dimers.extxyz", frames);
        return lines_of("'" ATHANOR_CUSTOM_INTEGRATOR "' '" + path.string() + "' " +
                        std::to_string(kelvin) + " " + std::to_string(steps));
    }
    TemporaryFolder folder_;
};

TEST_F(Examples, AnIntegratorTakesFewerThanSixtyLinesAndAHookFewerThanThirty) {
    EXPECT_GT(code_lines("custom_integrator.cpp"), 0);
    EXPECT_LT(code_lines("custom_integrator.cpp"), 60);
    EXPECT_GT(code_lines("custom_hook.cpp"), 0);
    EXPECT_LT(code_lines("custom_hook.cpp"), 30);
}

TEST_F(Examples, AModelAndASinkTakeFewerThanEightyLines) {
    for (std::string const name : {"custom_model.cpp", "custom_sink.cpp"}) {
        EXPECT_GT(code_lines(name), 0) << name;
        EXPECT_LT(code_lines(name), 80) << name;
    }
}

TEST_F(Examples, TheExtendingPageShowsModelAndSinkAsTheyAre) {
    std::string const page = text_of("../extending.md");
    for (std::string const name : {"custom_model.cpp", "custom_sink.cpp"}) {
        std::string const source = text_of(name);
        std::string const program = source.substr(source.find("Apache-2.0\n") + 11);
        EXPECT_NE(page.find("```cpp\n" + program + "```\n"), std::string::npos) << name;
    }
}

TEST_F(Examples, TheArchitecturePageShowsThemAsTheyAre) {
    std::string const page = text_of("../architecture.md");
    for (std::string const name : {"custom_integrator.cpp", "custom_hook.cpp"}) {
        std::string const source = text_of(name);
        std::string const program = source.substr(source.find("Apache-2.0\n") + 11);
        EXPECT_NE(page.find("```cpp\n" + program + "```\n"), std::string::npos) << name;
    }
}

// Without noise each atom moves dt/(γm) F a step, so that a stretch x of the bond becomes
// x (1 - 2 k dt/(γm)), as long as the well is a parabola: U = -ε + k x²/2 (1 - 7 x/bond + ...).
TEST_F(Examples, AColdOverdampedBondRelaxesExponentially) {
    double const stretch = 1e-3;
    double const mobility = 10.0 / fs_per_time / (0.01 * fs_per_time);
    double const kept = 1.0 - 2.0 * stiffness * mobility / mass;
    for (int const steps : {1, 10, 50}) {
        auto const lines = integrate(dimers(3, stretch), 0.0, steps);
        double const x = stretch * std::pow(kept, steps);
        ASSERT_EQ(lines.size(), 3U);
        for (Line const& line : lines)
            EXPECT_NEAR((line.value + epsilon) / (0.5 * stiffness * x * x), 1.0,
                        2 * 7.0 * stretch / bond);
    }
}

// <U> = ∫ U exp(-U/kT) r² dr / ∫ exp(-U/kT) r² dr over the well; at 2 K no bond breaks.
TEST_F(Examples, AWarmOverdampedBondHasTheEnergyOfBoltzmann) {
    int const count = 5000;
    double const thermal = 2.0 * boltzmann;
    double weight = 0.0, mean = 0.0, square = 0.0;
    for (double r = 0.9 * bond; r < 1.2 * bond; r += 1e-4 * bond) {
        double const s6 = std::pow(sigma / r, 6.0);
        double const u = 4.0 * epsilon * (s6 * s6 - s6) + epsilon;
        double const w = r * r * std::exp(-u / thermal);
        weight += w, mean += w * u, square += w * u * u;
    }
    mean /= weight;
    double const deviation = std::sqrt(square / weight - mean * mean);

    auto const lines = integrate(dimers(count, 0.0), 2.0, 400);

    ASSERT_EQ(lines.size(), static_cast<std::size_t>(count));
    double sum = 0.0;
    for (Line const& line : lines) sum += line.value + epsilon;
    EXPECT_NEAR(sum / count, mean, 4.0 * deviation / std::sqrt(count));
}

TEST_F(Examples, TheNoiseOfASampleDoesNotDependOnItsBatchMates) {
    auto const all = integrate(dimers(200, 0.0), 2.0, 20);
    auto const one = integrate(dimers(1, 0.0), 2.0, 20);

    ASSERT_EQ(all.size(), 200U);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].name, "d0");
    EXPECT_EQ(
        std::count_if(all.begin(), all.end(),
                      [&](Line const& l) { return l.name == "d0" && l.value == one[0].value; }),
        1);
}

// A bond at rest swings as cos(ωt), ω² = 2k/m; anharmonic terms are of the order of 7 x/bond.
TEST_F(Examples, TheHookSeesABondSwing) {
    double const stretch = 1e-3;
    auto const path = folder_.write("dimers.extxyz", dimers(2, stretch));

    auto const lines = lines_of("'" ATHANOR_CUSTOM_HOOK "' '" + path.string() + "'");

    ASSERT_EQ(lines.size(), 200U);
    double const omega = std::sqrt(2.0 * stiffness / mass) / fs_per_time;
    for (std::size_t k = 0; k < lines.size(); ++k) {
        double const fs = 10.0 * static_cast<double>(k / 2) + 1.0;
        EXPECT_EQ(lines[k].name, k % 2 == 0 ? "d0" : "d1");
        EXPECT_NEAR(lines[k].value, bond + stretch * std::cos(omega * fs),
                    2 * 7.0 * stretch * stretch / bond);
    }
}

// Relaxed clusters in which every pair touches have -D a bond, up to what reaches beyond: nothing.
TEST_F(Examples, MorseClustersRelaxToOneDepthPerBond) {
    double const depth = 0.0123;
    std::string const frames = dimers(3, 0.2) +
                               "3\nProperties=species:S:1:pos:R:3 pbc=\"F F F\" name=triangle\n"
                               "Ar 0 0 0\nAr 3.9 0.1 0\nAr 1.8 3.3 0.2\n"
                               "4\nProperties=species:S:1:pos:R:3 pbc=\"F F F\" name=tetrahedron\n"
                               "Ar 0 0 0\nAr 3.9 0 0.1\nAr 1.9 3.3 0\nAr 1.8 1.1 3.2\n";
    auto const path = folder_.write("clusters.extxyz", frames);

    auto const lines = lines_of("'" ATHANOR_CUSTOM_MODEL "' '" + path.string() + "'");

    ASSERT_EQ(lines.size(), 5U);
    for (Line const& line : lines) {
        double const bonds = line.name == "tetrahedron" ? 6 : line.name == "triangle" ? 3 : 1;
        EXPECT_NEAR(line.value, -bonds * depth, 1e-12) << line.name;
    }
}

// One cell of length L along x: the atom sees its own images, at L, 2L ... on both sides.
TEST_F(Examples, MorseCountsPeriodicImages) {
    double const depth = 0.0123, steepness = 1.7, bond_length = 3.76, length = 5.0;
    auto const path = folder_.write("chain.extxyz",
                                    "1\nLattice=\"5 0 0 0 20 0 0 0 20\" "
                                    "Properties=species:S:1:pos:R:3 pbc=\"T F F\" name=chain\n"
                                    "Ar 0 0 0\n");

    auto const lines = lines_of("'" ATHANOR_CUSTOM_MODEL "' '" + path.string() + "'");

    double expected = 0.0;
    for (double r = length; r < 12.0; r += length) {
        double const x = std::exp(-steepness * (r - bond_length));
        expected += depth * (x * x - 2.0 * x);
    }
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NEAR(lines[0].value, expected, 1e-15);
}

TEST_F(Examples, JsonLinesHoldEverySampleOnceWithAllItsNumbers) {
    auto const path = folder_.write("dimers.extxyz", dimers(100, 0.0));
    std::string const rows = (folder_ / "rows.jsonl").string();

    lines_of("'" ATHANOR_CUSTOM_SINK "' '" + path.string() + "' '" + rows + "'");

    std::istringstream text(folder_.read("rows.jsonl"));
    std::vector<int> seen(100);
    for (std::string line; std::getline(text, line);) {
        auto const row = nlohmann::json::parse(line);
        ++seen.at(row["id"].get<std::size_t>());
        EXPECT_EQ(row["positions"].size(), 6U);
        EXPECT_NEAR(row["energy"].get<double>(), -epsilon, 1e-12);  // at rest in the well
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 100);
}

TEST_F(Examples, AFullDiskEndsTheProgramWithTheExitCodeOfStorage) {
    auto const path = folder_.write("dimers.extxyz", dimers(3, 0.0));
    std::string const command =
        "'" ATHANOR_CUSTOM_SINK "' '" + path.string() + "' /dev/full 2>/dev/null";

    int const status = std::system(command.c_str());

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 6);
}

}  // namespace
}  // namespace athanor::test
