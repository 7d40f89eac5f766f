// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/check_hooks.hpp"

#include <string>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/biased_potential.hpp"
#include "stages/hooks/center_of_mass_bias.hpp"
#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/distance_bias.hpp"
#include "stages/hooks/wall_bias.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/memory_sink.hpp"

namespace athanor {
namespace {

/// What the stage says about its hooks when it is built; "" when it takes them.
std::string fault_of(DynamicsSpec const& dynamics, test::Hooks hooks) {
    test::HarmonicModel model;
    try {
        test::StageRunner run(
            model,
            test::sub_stages(test::hooked(test::sub_stage(0, dynamics, 1), std::move(hooks))),
            {1, 1, 0});
    } catch (ConfigError const& error) {
        return error.what();
    }
    return "";
}

std::shared_ptr<Hook> biased(std::unique_ptr<Bias> bias) {
    return std::make_shared<BiasedPotential>(std::move(bias));
}
std::shared_ptr<Hook> center_of_mass() {
    return biased(
        std::make_unique<CenterOfMassBias>(CenterOfMassBiasOptions{.spring_constant = 1.0}));
}
std::shared_ptr<Hook> wall() {
    return biased(std::make_unique<WallBias>(WallBiasOptions{.spring_constant = 1.0}));
}
std::shared_ptr<Hook> distance() {
    return biased(std::make_unique<DistanceBias>(DistanceBiasOptions{.spring_constant = 1.0}));
}
std::shared_ptr<Hook> wrap() { return std::make_shared<WrapPeriodic>(WrapPeriodicOptions{}); }

TEST(CheckHooks, ABiasIsRefusedWhereTheCellMovesByTheStress) {
    EXPECT_EQ(fault_of(NptOptions{}, {distance()}),
              "stage \"stage-0\": its hook biased_potential adds forces that have no stress, by "
              "which npt moves the cell; take it out, or give a dynamics that keeps the cell");
    for (DynamicsSpec const& dynamics :
         {DynamicsSpec(NphOptions{}), DynamicsSpec(FireVariableCellOptions{}),
          DynamicsSpec(Fire2VariableCellOptions{})})
        EXPECT_NE(fault_of(dynamics, {distance()}), "");
    for (DynamicsSpec const& dynamics :
         {DynamicsSpec(NveOptions{}), DynamicsSpec(NvtLangevinOptions{}),
          DynamicsSpec(FireOptions{}), DynamicsSpec(LbfgsOptions{})})
        EXPECT_EQ(fault_of(dynamics, {distance()}), "");
}

TEST(CheckHooks, WrappingIsRefusedBesideABiasThatWouldJump) {
    for (auto const& hooks : {test::Hooks{center_of_mass(), wrap()}, test::Hooks{wrap(), wall()}})
        EXPECT_EQ(fault_of(NveOptions{}, hooks),
                  "stage \"stage-0\": its hook wrap_periodic moves atoms by lattice vectors, at "
                  "which its hook biased_potential would jump; take one of the two out");
    EXPECT_EQ(fault_of(NveOptions{}, {distance(), wrap()}), "");
    EXPECT_EQ(fault_of(NveOptions{}, {center_of_mass(), wall()}), "");
}

TEST(CheckHooks, AHookThatWouldNeverFireIsRefused) {
    test::MemorySink sink;
    EXPECT_EQ(fault_of(NveOptions{}, {std::make_shared<ConvergedSnapshot>(sink)}),
              "stage \"stage-0\": its hook converged_snapshot would never fire, for nothing "
              "converges there; take it out");
}

}  // namespace
}  // namespace athanor
