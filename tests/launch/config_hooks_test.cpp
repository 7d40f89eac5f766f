// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

/// The example with these hooks in its molecular dynamics.
Json with_hooks(char const* hooks) {
    return with(relax_then_md(), "/pipeline/1/hooks", Json::parse(hooks));
}

std::string const hook_0 = "campaign.json#/pipeline/1/hooks/0";

/// What one biased_potential with this bias is read as.
HookSpec hook_of(std::string const& bias) {
    Json document = relax_then_md();
    document["pipeline"][1]["hooks"] = {
        {{"type", "biased_potential"}, {"bias", Json::parse(bias)}}};
    return parse(document).pipeline.elements[1].stages[0].hooks.at(0);
}
std::string error_of_bias(std::string const& bias) {
    return error_of(
        with_hooks((R"([{"type": "biased_potential", "bias": )" + bias + "}]").c_str()));
}

TEST(ConfigHooks, BiasedPotentialReadsEachBias) {
    EXPECT_EQ(hook_of(R"({"type": "center_of_mass", "spring_constant": 0.5})"),
              HookSpec(BiasedPotentialSpec{CenterOfMassBiasOptions{0.5, {}, {}}}));
    EXPECT_EQ(hook_of(R"({"type": "center_of_mass", "spring_constant": 0.5,
                          "center": [1, -2.5, 3], "indices": [4, 0]})"),
              HookSpec(BiasedPotentialSpec{CenterOfMassBiasOptions{0.5, {{1, -2.5, 3}}, {4, 0}}}));
    EXPECT_EQ(hook_of(R"({"type": "distance", "spring_constant": 2, "atoms": [3, 1]})"),
              HookSpec(BiasedPotentialSpec{DistanceBiasOptions{2.0, {3, 1}, {}}}));
    EXPECT_EQ(
        hook_of(R"({"type": "distance", "spring_constant": 2, "atoms": [0, 1], "distance": 0})"),
        HookSpec(BiasedPotentialSpec{DistanceBiasOptions{2.0, {0, 1}, 0.0}}));
    EXPECT_EQ(hook_of(R"({"type": "wall", "spring_constant": 1, "axis": "y", "position": -4.5,
                          "side": "above"})"),
              HookSpec(BiasedPotentialSpec{WallBiasOptions{1.0, WallBiasOptions::Axis::y, -4.5,
                                                           WallBiasOptions::Side::above}}));
}

TEST(ConfigHooks, ABiasSaysWhatItLacks) {
    EXPECT_EQ(error_of(with_hooks(R"([{"type": "biased_potential"}])")),
              hook_0 +
                  "/bias: missing; give an object {...} (what is added to the energy of the "
                  "model)");
    EXPECT_EQ(error_of_bias(R"({"type": "angle"})"),
              hook_0 + "/bias/type: \"angle\" is no bias; give center_of_mass, distance or wall");
    EXPECT_EQ(error_of_bias(R"({"type": "center_of_mass"})"),
              hook_0 + "/bias/spring_constant: missing; give eV/Å² above 0 (k of E = k/2 d²)");
    EXPECT_EQ(
        error_of_bias(R"({"type": "center_of_mass", "spring_constant": 1, "center": [0, 1]})"),
        hook_0 + "/bias/center: a list of 2; a place is a list of 3, [x, y, z]");
    EXPECT_EQ(error_of_bias(R"({"type": "distance", "spring_constant": 1, "atoms": [0, 1, 2]})"),
              hook_0 + "/bias/atoms: a list of 3; a distance is between 2 atoms, [i, j]");
    EXPECT_EQ(error_of_bias(R"({"type": "distance", "spring_constant": 1, "atoms": [2, 2]})"),
              hook_0 + "/bias/atoms: atom 2 twice; give two different ones");
    EXPECT_THAT(error_of_bias(R"({"type": "wall", "spring_constant": 0, "axis": "w"})"),
                ::testing::AllOf(HasSubstr("/bias/spring_constant: 0 is no spring constant"),
                                 HasSubstr("/bias/axis: \"w\" is no axis; give x, y or z"),
                                 HasSubstr("/bias/position: missing"),
                                 HasSubstr("/bias/side: missing; give below or above")));
}

TEST(ConfigHooks, ABiasIsRefusedWhereTheCellMovesByTheStress) {
    Json const hooks = Json::parse(R"([{"type": "neighbor_list"}, {"type": "biased_potential",
        "bias": {"type": "distance", "spring_constant": 1, "atoms": [0, 1]}}])");
    for (char const* type : {"npt", "nph"}) {
        Json document = with(relax_then_md(), "/pipeline/1/hooks", hooks);
        document["pipeline"][1]["dynamics"] = {{"type", type}};
        EXPECT_EQ(error_of(document),
                  "campaign.json#/pipeline/1/hooks/1: a bias has no stress, by which the dynamics "
                  "of this stage moves the cell; take it out, or give a dynamics that keeps the "
                  "cell");
    }
    for (char const* type : {"fire_variable_cell", "fire2_variable_cell"}) {
        Json document = with(relax_then_md(), "/pipeline/0/hooks", hooks);
        document["pipeline"][0]["dynamics"] = {{"type", type}};
        EXPECT_THAT(error_of(document), HasSubstr("#/pipeline/0/hooks/1: a bias has no stress"));
    }
}

TEST(ConfigHooks, WrappingIsRefusedBesideABiasThatWouldJump) {
    char const* const hooks = R"([{"type": "wrap_periodic"}, {"type": "biased_potential",
        "bias": {"type": "center_of_mass", "spring_constant": 1}}])";

    EXPECT_EQ(error_of(with_hooks(hooks)),
              "campaign.json#/pipeline/1/hooks/1: the wrap_periodic of /pipeline/1/hooks/0 moves "
              "atoms by lattice vectors, at which the biased_potential on center_of_mass would "
              "jump; take one of the two out");
    EXPECT_EQ(error_of(with(with_hooks(hooks), "/pipeline/1/hooks/1/bias",
                            Json::parse(R"({"type": "distance", "spring_constant": 1,
                                            "atoms": [0, 1]})"))),
              "");
}

TEST(ConfigHooks, AlignCellStandsBeforeABiasOnPlaces) {
    char const* const hooks = R"([{"type": "biased_potential",
        "bias": {"type": "center_of_mass", "spring_constant": 1}}, {"type": "align_cell"}])";

    EXPECT_EQ(error_of(with_hooks(hooks)),
              "campaign.json#/pipeline/1/hooks/1: it turns atoms whose places a biased_potential "
              "before it has looked at; put align_cell before it");
}

TEST(ConfigHooks, TwoHooksDoNotWriteTheSameRows) {
    Json const once =
        Json::parse(R"([{"type": "snapshot", "sink": "trajectory", "frequency": 10}])");
    Json const twice = Json::parse(R"([{"type": "snapshot", "sink": "trajectory", "frequency": 10},
        {"type": "converged_snapshot", "sink": "trajectory"},
        {"type": "snapshot", "sink": "trajectory", "frequency": 25}])");
    char const* const advice =
        "writes into \"trajectory\" already; keep one of the two, or give them two sinks";

    EXPECT_EQ(error_of(with(relax_then_md(), "/pipeline/0/hooks", twice)),
              std::string("campaign.json#/pipeline/0/hooks/2: would write rows that "
                          "/pipeline/0/hooks/0 ") +
                  advice);
    Json fused = relax_then_md();
    for (Json& stage : fused["pipeline"]) stage["hooks"] = Json::array();
    fused["pipeline"] = {{{"fuse", fused["pipeline"]}, {"hooks", once}}};
    EXPECT_EQ(error_of(fused), "");
    EXPECT_EQ(error_of(with(fused, "/pipeline/0/fuse/1/hooks", once)),
              std::string("campaign.json#/pipeline/0/fuse/1/hooks/0: would write rows that "
                          "/pipeline/0/hooks/0 ") +
                  advice);
}

TEST(ConfigHooks, MaxForceClampCanLog) {
    Config const config =
        parse(with_hooks(R"([{"type": "max_force_clamp", "max_force": 2, "log_clamps": true}])"));

    EXPECT_EQ(config.pipeline.elements[1].stages[0].hooks.at(0),
              HookSpec(MaxForceClampOptions{.max_force = 2.0, .log_clamps = true}));
}

}  // namespace
}  // namespace athanor::test
