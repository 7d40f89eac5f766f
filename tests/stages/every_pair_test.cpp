// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Every pair of dynamics fused, pipelined, and one sample alone.
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/all_dynamics.hpp"
#include "tests/support/lj.hpp"

namespace athanor {
namespace {

using test::same_bits;
using test::StageRunner;
using test::sub_stages;

/// A pair of dynamics, first | second.
using Pair = std::pair<DynamicsSpec, DynamicsSpec>;

/// What both dynamics can run: constant pressure needs periodic samples.
std::vector<Sample> samples_for(Pair const& pair) {
    std::vector<Sample> samples = test::mixed_samples();
    for (DynamicsSpec const& spec : {pair.first, pair.second})
        if (make_dynamics(spec)->needs_finite_stress())
            std::erase_if(samples, [](Sample const& sample) {
                return sample.values<std::uint8_t>(Fields::pbc)[0] == 0;
            });
    return samples;
}

class EveryPair : public ::testing::TestWithParam<Pair> {};

TEST_P(EveryPair, FusedEqualsPipelinedEqualsOneSampleAloneBitForBit) {
    auto const& [first, second] = GetParam();
    LennardJones model = test::reference_argon();
    BatchCapacity const room{5, 160, 0};
    auto const samples = samples_for(GetParam());

    StageRunner fused(
        model, sub_stages(test::stage_of_kind(0, first), test::stage_of_kind(1, second)), room);
    for (Sample const& sample : samples) fused.add(sample);
    fused.run();
    auto const fused_end = fused.samples();

    StageRunner one(model, sub_stages(test::stage_of_kind(0, first)), room);
    for (Sample const& sample : samples) one.add(sample);
    one.run();
    StageRunner two(model, sub_stages(test::stage_of_kind(1, second)), room);
    for (auto const& [id, sample] : one.samples()) two.add(sample);
    two.run();
    auto const pipelined_end = two.samples();

    ASSERT_EQ(fused_end.size(), samples.size());
    for (Sample const& sample : samples) {
        SCOPED_TRACE(sample.id().value());
        StageRunner alone(model,
                          sub_stages(test::stage_of_kind(0, first), test::stage_of_kind(1, second)),
                          {1, 108, 0});
        alone.add(sample);
        alone.run();
        Sample const expected = alone.samples().at(sample.id().value());
        Sample const in_fused = fused_end.at(sample.id().value());
        Sample const in_pipeline = pipelined_end.at(sample.id().value());
        EXPECT_TRUE(same_bits(in_fused, expected));
        for (FieldIndex field :
             {Fields::positions, Fields::velocities, Fields::forces, Fields::energy, Fields::stage,
              Fields::cell, Fields::stage_step, Fields::total_steps, Fields::outcome}) {
            auto const a = in_pipeline.bytes(field);
            auto const b = expected.bytes(field);
            EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << field.value();
        }
    }
}

std::vector<Pair> all_pairs() {
    auto const kinds = test::all_dynamics();
    std::vector<Pair> pairs;
    for (auto const& first : kinds)
        for (auto const& second : kinds) pairs.emplace_back(first, second);
    return pairs;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryPair, ::testing::ValuesIn(all_pairs()));

}  // namespace
}  // namespace athanor
