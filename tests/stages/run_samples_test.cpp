// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/run_samples.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::sub_stage;
using test::sub_stages;

std::vector<Sample> lines_of_atoms(int count) {
    std::vector<Sample> samples;
    for (int k = 0; k < count; ++k)
        samples.push_back(test::line_of_atoms(test::plain_schema(), k, 1 + k % 5, 0.3));
    return samples;
}

TEST(RunSamples, GivesTheBitsOfAStageDrivenByHand) {
    test::HarmonicModel model;
    auto const samples = lines_of_atoms(20);
    test::StageRunner by_hand(
        model, sub_stages(sub_stage(0, NveOptions{1.0}, 3), sub_stage(1, FireOptions{}, 4)),
        {20, 100, 0});
    for (Sample const& sample : samples) by_hand.add(sample);
    by_hand.run();
    test::ListSource source(samples);
    test::MemorySink sink;

    run_samples(source,
                sub_stages(sub_stage(7, NveOptions{1.0}, 3), sub_stage(7, FireOptions{}, 4)), model,
                sink, {.capacity = {3, 12, 0}, .seed = 7});

    auto const expected = by_hand.samples();
    ASSERT_EQ(sink.rows.size(), expected.size());
    for (auto const& row : sink.rows)
        for (FieldIndex const field : {Fields::positions, Fields::forces, Fields::energy,
                                       Fields::stage, Fields::stage_step, Fields::total_steps}) {
            auto const ours = row.sample.bytes(field);
            auto const theirs = expected.at(row.sample.id().value()).bytes(field);
            EXPECT_TRUE(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end()));
        }
    EXPECT_GT(sink.flushes, 0);
}

TEST(RunSamples, AFailedOrOversizedSampleEndsTheRunUnlessSomebodyTakesIt) {
    test::HarmonicModel model;
    auto samples = lines_of_atoms(4);
    samples[1].values<double>(Fields::positions)[0] = std::nan("");
    samples.push_back(test::line_of_atoms(test::plain_schema(), 4, 30, 0.3));
    std::vector<std::pair<std::string, std::string>> failed;
    RunSamplesOptions options{.capacity = {3, 12, 0}};
    test::MemorySink sink, other;
    test::ListSource source(samples), again(samples);

    EXPECT_THROW(run_samples(source, sub_stage(0, NveOptions{1.0}, 2), model, other, options),
                 CampaignError);
    options.on_failed = [&failed](std::string const& name, std::string const& reason) {
        failed.emplace_back(name, reason);
    };
    run_samples(again, sub_stage(0, NveOptions{1.0}, 2), model, sink, options);

    EXPECT_EQ(sink.rows.size(), 3U);
    std::sort(failed.begin(), failed.end());
    ASSERT_EQ(failed.size(), 2U);
    EXPECT_EQ(failed[0],
              std::make_pair(std::string("cluster-1"), std::string("a position is not finite")));
    EXPECT_EQ(failed[1].first, "cluster-4");
    EXPECT_NE(failed[1].second.find("30 atoms are more than the 12"), std::string::npos);
}

}  // namespace
}  // namespace athanor
