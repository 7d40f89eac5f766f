// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Ten thousand samples of very uneven sizes and lengths of run through one stage.
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "stages/stage_loop.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"
#include "tests/support/uneven_samples.hpp"

namespace athanor {
namespace {

using test::MemorySink;
using test::UnevenSource;

constexpr int sample_count = 10000;
constexpr int most_atoms = 2048;

/// Each sample is done after a number of steps of its own, a tenth of the source's.
SubStage uneven_stage(UnevenSource const& source) {
    SubStage sub = test::sub_stage(0, NvtLangevinOptions{2.0, 30.0, 0.01});
    sub.initial_temperature_kelvin = 30.0;
    sub.predicates = {[&source](Batch const& batch, SystemIndex system) {
        auto const done = batch.column<std::int64_t>(Fields::stage_step)[system.value()];
        return 10 * done >= source.steps_of(batch.sample_id(system));
    }};
    return sub;
}

std::map<std::int64_t, Sample> run_through(UnevenSource& source, SampleSource& from,
                                           BatchCapacity capacity, StageMetrics& metrics) {
    LennardJones model = test::switched_argon(5.0);
    FusedStage stage(source.schema(), test::sub_stages(uneven_stage(source)), model, {capacity, 3},
                     metrics, {});
    SizeAwareSampler sampler(from, {.bounds = capacity});
    MemorySink sink;
    StagePorts ports;
    ports.sampler = &sampler;
    ports.sinks = {&sink};
    ports.quarantine = [](Batch const&, SystemIndex, std::string const& reason) {
        ADD_FAILURE() << reason;
    };
    StageLoop(stage, ports, metrics).run();
    std::map<std::int64_t, Sample> ends;
    for (auto& row : sink.rows)
        EXPECT_TRUE(ends.emplace(row.sample.id().value(), std::move(row.sample)).second);
    return ends;
}

TEST(InFlight, TenThousandUnevenSamplesComeOutOnceFromABatchThatStaysFull) {
    UnevenSource source(sample_count);
    StageMetrics metrics;

    auto const ends = run_through(source, source, {most_atoms, most_atoms, 0}, metrics);

    EXPECT_EQ(ends.size(), static_cast<std::size_t>(sample_count));
    EXPECT_GE(metrics.fill(), 0.95);
    RecordProperty("fill_percent", static_cast<int>(100.0 * metrics.fill()));
    for (auto const& [id, sample] : ends)
        EXPECT_EQ(sample.values<std::int64_t>(Fields::stage_step)[0],
                  (source.steps_of(SampleId{id}) + 9) / 10);
    // Every five-hundredth of them alone.
    UnevenSource again(sample_count);
    for (int k = 0; k < sample_count; ++k) {
        auto sample = again.next();
        if (k % 500 != 0) continue;
        std::vector<Sample> one;
        one.push_back(std::move(*sample));
        test::ListSource from(std::move(one));
        StageMetrics ignored;
        auto const alone = run_through(again, from, {1, 500, 0}, ignored);
        EXPECT_TRUE(test::same_bits(alone.at(k), ends.at(k))) << "sample " << k;
    }
}

}  // namespace
}  // namespace athanor
