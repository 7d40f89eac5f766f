// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

/// A configuration with something of everything.
Json rich() {
    Json document = relax_then_md();
    document["seed"] = 18446744073709551615U;
    document["precision"] = "mixed";
    document["metrics"] = {{"path", "metrics.json"}, {"interval_seconds", 0.25}};
    document["model"]["pairs"] = Json::parse(R"({"Kr-Ar": {"epsilon": 0.1, "sigma": 3.3}})");
    document["model"]["switch_width"] = 0.1 + 0.2;  // 0.30000000000000004 must come back as it is
    document["pipeline"][0]["converge"] = Json::parse(
        R"([{"threshold": 0.02}, {"field": "energy", "reduce": "max", "threshold": 1}])");
    document["pipeline"][1]["initial_temperature_kelvin"] = 40;
    document["pipeline"][1]["degrees_of_freedom"] = "3N";
    document["pipeline"][1]["hooks"].push_back(
        {{"type", "neighbor_list"}, {"skin", 0.7}, {"store_edges", true}});
    document["pipeline"][1]["hooks"].push_back(
        {{"type", "max_force_clamp"}, {"max_force", 3.5}, {"log_clamps", true}});
    document["pipeline"][1]["hooks"].push_back({{"type", "wrap_periodic"}, {"frequency", 3}});
    document["pipeline"][1]["hooks"].push_back({{"type", "freeze_atoms"}, {"indices", {2, 0}}});
    document["pipeline"][0]["hooks"] = {{{"type", "freeze_atoms"}, {"category", 5}}};
    document["pipeline"][1]["hooks"].push_back(
        {{"type", "nan_detector"}, {"fields", {"velocities"}}, {"action", "stop"}});
    document["pipeline"][1]["hooks"].push_back({{"type", "energy_drift_monitor"},
                                                {"threshold", 0.1},
                                                {"metric", "absolute"},
                                                {"action", "raise"},
                                                {"include_kinetic", false}});
    document["pipeline"][1]["hooks"].push_back({{"type", "profiler"},
                                                {"path", "md.trace.json"},
                                                {"frequency", 10},
                                                {"ranges", "step"},
                                                {"nvtx", false},
                                                {"max_events", 77}});
    document["pipeline"][1]["hooks"].push_back({{"type", "logging"}, {"path", "md.csv"}});
    document["pipeline"][0]["hooks"].push_back(Json::parse(R"({"type": "align_cell"})"));
    std::swap(document["pipeline"][0]["hooks"][0], document["pipeline"][0]["hooks"][1]);
    for (char const* bias :
         {R"({"type": "center_of_mass", "spring_constant": 0.2})",
          R"({"type": "center_of_mass", "spring_constant": 0.3, "center": [0.1, -2, 3e5],
              "indices": [4, 1]})",
          R"({"type": "distance", "spring_constant": 0.4, "atoms": [3, 0]})",
          R"({"type": "distance", "spring_constant": 0.5, "atoms": [0, 3], "distance": 4.2})",
          R"({"type": "wall", "spring_constant": 0.6, "axis": "y", "position": -1.5,
              "side": "above"})"})
        document["pipeline"][0]["hooks"].push_back(
            {{"type", "biased_potential"}, {"bias", Json::parse(bias)}});
    document["pipeline"].push_back(Json::parse(R"({"fuse": [
        {"name": "a", "dynamics": {"type": "single_point"}},
        {"name": "b", "dynamics": {"type": "nve", "timestep_fs": 0.3}, "steps": 3},
        {"name": "d", "dynamics": {"type": "demo", "timestep_fs": 0.4}, "steps": 3},
        {"name": "p", "dynamics": {"type": "npt", "temperature_kelvin": 11, "pressure_gpa": 0.1,
         "barostat_time_fs": 900, "thermostat_time_fs": 52, "chain_length": 2, "yoshida_order": 1,
         "pressure_coupling": "triclinic"}, "steps": 3, "initial_temperature_kelvin": 12},
        {"name": "q", "dynamics": {"type": "nph", "pressure_ev_per_a3": -0.001,
         "pressure_coupling": "anisotropic"}, "steps": 3},
        {"name": "h", "dynamics": {"type": "nvt_nose_hoover", "temperature_kelvin": 11,
         "thermostat_time_fs": 51, "chain_length": 4, "yoshida_order": 5}, "steps": 3,
         "initial_temperature_kelvin": 12},
        {"name": "c", "dynamics": {"type": "fire"}, "converge": {"fmax": 1},
         "hooks": [{"type": "converged_snapshot", "sink": "memory"}]},
        {"name": "g", "dynamics": {"type": "fire2", "timestep_fs": 0.4, "delay_steps": 7},
         "converge": {"fmax": 1}, "max_steps": 9},
        {"name": "e", "dynamics": {"type": "lbfgs", "max_step": 0.1, "history": 4},
         "max_steps": 3},
        {"name": "f", "dynamics": {"type": "fire_variable_cell", "pressure_gpa": 0.1},
         "max_steps": 3},
        {"name": "again_1", "dynamics": {"type": "fire2_variable_cell", "pressure_gpa": -0.2},
         "converge": [{"threshold": 0.01},
                      {"field": "residual_stress", "reduce": "max_abs", "threshold": 1e-5}]}],
        "order": "documented",
        "hooks": [{"type": "snapshot", "sink": "memory", "frequency": 6},
                  {"type": "max_force_clamp", "max_force": 2.5}]})"));
    document["sampler"]["order"] = "input";
    document["sampler"]["window"] = 9;
    document["sampler"]["refill_frequency"] = 4;
    document["sampler"]["max_bytes"] = 123456789;
    document["sinks"]["memory"] = {{"type", "host_memory"}, {"capacity", 5}};
    document["sinks"]["buffer"] = {{"type", "device_buffer"}, {"capacity", 5}, {"atoms", 60}};
    document["sinks"]["text"] = {{"type", "extxyz"}, {"path", "t.extxyz"}};
    return document;
}

TEST(ConfigDump, ComesBackAsTheSameConfig) {
    Json automatic = smallest();
    automatic["sampler"] = {{"batch", "auto"}};
    for (Json const& document : {relax_then_md(), smallest(), rich(), automatic}) {
        Config const config = parse(document);

        std::string const text = to_json(config);

        EXPECT_EQ(parse_config(text, "dump", "/elsewhere"), config);
        EXPECT_EQ(to_json(parse_config(text, "dump", "/elsewhere")), text);
        EXPECT_EQ(text.find('\n'), std::string::npos);
    }
}

TEST(PhysicsHash, FollowsWhatDecidesATrajectory) {
    std::uint64_t const hash = physics_hash(parse(rich()));

    for (auto const& [pointer, value] :
         std::vector<std::pair<char const*, Json>>{{"/seed", 8},
                                                   {"/precision", "double"},
                                                   {"/model/cutoff", 8.0},
                                                   {"/model/species/Ar/sigma", 3.41},
                                                   {"/pipeline/0/max_steps", 501},
                                                   {"/pipeline/0/converge/0/threshold", 0.03},
                                                   {"/pipeline/1/dynamics/friction_per_fs", 0.02},
                                                   {"/pipeline/1/hooks/1/skin", 0.8},
                                                   {"/pipeline/1/hooks/2/max_force", 4.0},
                                                   {"/pipeline/0/hooks/5/bias/distance", 4.3},
                                                   {"/pipeline/2/order", "standard"},
                                                   {"/pipeline/2/hooks/1/max_force", 2.6}})
        EXPECT_NE(physics_hash(parse(with(rich(), pointer, value))), hash) << pointer;
}

TEST(PhysicsHash, DoesNotFollowWhereAndHowSamplesAreMovedAndStored) {
    std::uint64_t const hash = physics_hash(parse(rich()));

    for (auto const& [pointer, value] :
         std::vector<std::pair<char const*, Json>>{{"/sampler/max_systems", 2},
                                                   {"/sampler/order", "largest_first"},
                                                   {"/pipeline/2/hooks/0/frequency", 7},
                                                   {"/buffers/slots", 5},
                                                   {"/buffers/mode", "sync"},
                                                   {"/input/path", "other.extxyz"},
                                                   {"/sinks/done/level", 9},
                                                   {"/pipeline/1/hooks/0/frequency", 7},
                                                   {"/pipeline/1/hooks/2/log_clamps", false},
                                                   {"/pipeline/1/hooks/1/store_edges", false},
                                                   {"/pipeline/1/hooks/7/frequency", 7},
                                                   {"/pipeline/1/hooks/8/path", "other.csv"},
                                                   {"/pipeline/0/name", "other"}})
        EXPECT_EQ(physics_hash(parse(with(rich(), pointer, value))), hash) << pointer;
}

TEST(PhysicsHash, OfDoublePrecisionIsThatOfCampaignsThatSayNothingOfIt) {
    Config const config = parse(with(relax_then_md(), "/precision", "double"));

    EXPECT_EQ(physics_hash(config), physics_hash(parse(relax_then_md())));
    EXPECT_EQ(physics_json(config).find("precision"), std::string::npos);
}

TEST(PhysicsHash, DoesNotFollowWhatIsFused) {
    Json piped = relax_then_md(), fused = relax_then_md();
    fused["pipeline"] = Json::array({Json{{"fuse", piped["pipeline"]}}});

    EXPECT_EQ(physics_hash(parse(piped)), physics_hash(parse(fused)));
}

}  // namespace
}  // namespace athanor::test
