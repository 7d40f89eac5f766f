// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Memory is that of the bounds, not of the input: ten times as many structures through the same
/// batches and slots.
#include <array>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

constexpr int atoms = 13;

/// A cube of argon atoms on a grid, `count` times.
std::string clusters(int count) {
    std::string one = std::to_string(atoms) + "\nProperties=species:S:1:pos:R:3\n";
    for (int a = 0; a < atoms; ++a)
        one += "Ar " + std::to_string(3.9 * (a % 3)) + " " + std::to_string(3.9 * (a / 3 % 3)) +
               " " + std::to_string(3.9 * (a / 9)) + "\n";
    std::string text;
    for (int k = 0; k < count; ++k) text += one;
    return text;
}

/// Peak memory of both ranks in bytes. The first relaxes, the second writes what is done.
std::array<double, 2> peak_memory(int samples) {
    ProgramFolder folder;
    folder.write("in.extxyz", clusters(samples));
    auto config = small_campaign("in.extxyz");
    config["sampler"] = {{"max_systems", 64}, {"max_atoms", 64 * atoms}};
    config["buffers"] = {{"systems", 16}, {"atoms", 16 * atoms}, {"slots", 2}};
    config["pipeline"][0]["max_steps"] = 3;
    config["pipeline"][1]["steps"] = 2;
    for (auto& stage : config["pipeline"]) stage.erase("hooks");
    config["sinks"].erase("trajectory");
    // A compressor takes and gives back its workspace for every chunk. What the C library then does
    // not give back to the system says nothing about the program.
    config["sinks"]["done"]["codec"] = "none";
    // How full the queue of a writing thread is, up to its bound, depends on what else runs.
    config["sinks"]["done"]["threads"] = 0;
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.mpirun(2, "run c.json --progress plain");

    EXPECT_EQ(result.code, 0) << result.text;
    std::array<double, 2> bytes{};
    for (std::size_t rank : {0U, 1U}) {
        std::smatch match;
        std::regex const line("peak memory rank " + std::to_string(rank) + ": ([0-9.]+) MiB");
        EXPECT_TRUE(std::regex_search(result.text, match, line)) << result.text;
        if (!match.empty()) bytes[rank] = 1048576.0 * std::stod(match[1]);
    }
    return bytes;
}

TEST(PeakMemory, IsThatOfTheBoundsNotOfTheInput) {
    int const few = 2000, many = 10 * few;

    auto const small = peak_memory(few);
    auto const large = peak_memory(many);

    // A sample that somebody kept would take as much as its columns: positions, velocities and
    // forces, number and mass of 13 atoms are 1144 bytes. The rank that writes keeps the keys of
    // its rows, to write none twice: 30 bytes a row at most, and as much again while the table
    // grows.
    double const columns = atoms * (9 * sizeof(double) + 2 * sizeof(double));
    double const keys = 60.0, noise = 1.5 * 1048576.0;
    double const more = many - few;
    ASSERT_GT(small[0], noise) << "a figure that means something";
    ASSERT_LT(noise + keys * more, 0.15 * more * columns) << "the test must be able to see it";
    EXPECT_LT(large[0] - small[0], noise);
    EXPECT_LT(large[1] - small[1], keys * more + noise);
}

}  // namespace
}  // namespace athanor::test
