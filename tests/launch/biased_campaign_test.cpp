// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// biased_potential and the log of max_force_clamp, from JSON to store.
#include <cmath>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string dimer(double distance) {
    return "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr " + std::to_string(distance) + " 0 0\n";
}

/// Windows of umbrella sampling: each dimer is held at the distance that it comes with, while it
/// relaxes and while it moves.
nlohmann::json umbrella_windows() {
    auto config = small_campaign("in.extxyz");
    auto const bias = nlohmann::json::parse(R"({"type": "biased_potential",
        "bias": {"type": "distance", "spring_constant": 20.0, "atoms": [0, 1]}})");
    for (auto& stage : config["pipeline"]) stage["hooks"].push_back(bias);
    return config;
}

double distance_of(Sample const& sample) {
    auto const r = sample.values<double>(Fields::positions);
    return std::hypot(r[3] - r[0], r[4] - r[1], r[5] - r[2]);
}

TEST(BiasedCampaign, EachFrameIsItsOwnUmbrellaWindowWithTheSameBitsOnOneAndTwoRanks) {
    ProgramFolder folder;
    std::vector<double> const windows{3.6, 4.0, 4.5, 5.0, 6.0};
    std::string input;
    for (double const distance : windows) input += dimer(distance);
    folder.write("in.extxyz", input);
    folder.write("c.json", umbrella_windows().dump());

    ProgramResult const one = folder.athanor("run c.json --progress off");
    ASSERT_EQ(one.code, 0) << one.text;
    auto const done = rows_of_store(folder.path() / "out/done.zarr");
    ProgramResult const two = folder.mpirun(2, "run c.json --progress off --overwrite");
    ASSERT_EQ(two.code, 0) << two.text;

    expect_same_rows(done, rows_of_store(folder.path() / "out/done.zarr"));
    ASSERT_EQ(done.size(), windows.size());
    // A spring of 20 eV/Å² at 30 K: the width is sqrt(kT/k) = 0.011 Å; the model pulls with less
    // than 0.1 eV/Å in every window, that is by less than 0.005 Å.
    for (auto const& [key, sample] : done)
        EXPECT_NEAR(distance_of(sample), windows[static_cast<std::size_t>(key.system_id)], 0.06);
}

/// Every bias with and without what it remembers, at once.
TEST(BiasedCampaign, ADeviceGivesTheRowsOfTheProcessor) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.6) + dimer(4.2) + dimer(5.5));
    auto config = umbrella_windows();
    for (char const* const bias :
         {R"({"type": "wall", "spring_constant": 0.5, "axis": "x", "position": 2.0,
              "side": "below"})",
          R"({"type": "center_of_mass", "spring_constant": 1.0})",
          R"({"type": "center_of_mass", "spring_constant": 0.1, "center": [0.1, 0, 0.2],
              "indices": [1]})",
          R"({"type": "distance", "spring_constant": 0.2, "atoms": [1, 0], "distance": 4.0})"})
        for (auto& stage : config["pipeline"])
            stage["hooks"].push_back(
                {{"type", "biased_potential"}, {"bias", nlohmann::json::parse(bias)}});
    folder.write("cpu.json", at(config, "cpu").dump());
    folder.write("device.json", at(config, "device").dump());
    ProgramResult const host = folder.athanor("run cpu.json --device cpu --progress off");
    ASSERT_EQ(host.code, 0) << host.text;

    ProgramResult const device = folder.athanor("run device.json --device emulated --progress off");

    ASSERT_EQ(device.code, 0) << device.text;
    expect_same_stores(folder, "cpu", "device");
}

TEST(BiasedCampaign, ASampleWithoutTheAtomGoesToQuarantine) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.6) + "1\nProperties=species:S:1:pos:R:3\nAr 0 0 0\n");
    folder.write("c.json", umbrella_windows().dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 5) << result.text;
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1U);
    EXPECT_THAT(folder.read("out/quarantine.extxyz"),
                HasSubstr("biased_potential: index 1, but the sample has 1 atoms, from 0"));
}

TEST(BiasedCampaign, ABiasUnderConstantPressureIsRefusedBeforeTheStart) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.6));
    auto config = umbrella_windows();
    config["pipeline"][1]["dynamics"] = {{"type", "npt"}};
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 2) << result.text;
    EXPECT_THAT(result.text, HasSubstr("c.json#/pipeline/1/hooks/1: a bias has no stress"));
}

TEST(BiasedCampaign, AClampThatLogsTellsOfItsSampleAndOfTheSumOnADeviceToo) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.0) + dimer(3.8));  // 24ε/r (2s¹² - s⁶) = 0.57 eV/Å at first
    auto config = small_campaign("in.extxyz");
    config["pipeline"][0]["hooks"].push_back(
        {{"type", "max_force_clamp"}, {"max_force", 0.1}, {"log_clamps", true}});
    config["pipeline"][1]["hooks"].push_back(
        {{"type", "energy_drift_monitor"}, {"threshold", 1e-9}, {"frequency", 4}});
    folder.write("c.json", config.dump());
    std::set<std::string> said[2];
    for (int const device : {0, 1}) {
        ProgramResult const result =
            folder.athanor(std::string("run c.json --overwrite --progress off --device ") +
                           (device == 0 ? "cpu" : "emulated"));

        EXPECT_EQ(result.code, 0) << result.text;
        EXPECT_THAT(result.text,
                    HasSubstr("athanor: warning: max_force_clamp: stage 0, sample 0 (\""));
        EXPECT_THAT(result.text, Not(HasSubstr("max_force_clamp: stage 0, sample 1")));
        EXPECT_THAT(result.text,
                    ::testing::ContainsRegex("max_force_clamp: stage 0: [0-9]+ forces of "
                                             "1 samples were longer than 0.1 eV/Å"));
        std::istringstream lines(result.text);
        for (std::string line; std::getline(lines, line);)
            if (line.find("warning: ") != std::string::npos) said[device].insert(line);
    }
    EXPECT_EQ(said[0], said[1]);
    EXPECT_EQ(said[0].size(), 4U);  // of a force, of the sum, and of the drift of both
}

}  // namespace
}  // namespace athanor::test
