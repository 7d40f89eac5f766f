// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Rows with edges: what they are does not depend on batch, skin, room or fusing.
#include "stages/edge_columns.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "runtime/error.hpp"
#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/snapshot.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "stages/run_samples.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/brute_force_edges.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {
namespace {

constexpr double cutoff = 8.5;  // of reference_argon()
constexpr int plenty = 200000;  // edges

std::vector<Sample> golden_samples() {
    std::vector<Sample> samples;
    for (char const* name : {"ar32", "ar_triclinic", "ar_slab", "ar_tiny", "ar_tiny_prim", "lj13",
                             "ar_one", "ar_unwrapped"})
        samples.push_back(read_golden_sample(name, static_cast<std::int64_t>(samples.size())));
    return samples;
}

/// Three steps of dynamics with a row of each, edges and all.
SubStage storing(int id, Sink& sink, double skin = 2.0) {
    SubStage sub = sub_stage(id, NvtLangevinOptions{4.0, 40.0, 0.01}, 3);
    sub.initial_temperature_kelvin = 40.0;
    sub.skin = skin;
    sub.store_edges = true;
    sub.hooks = {std::make_shared<WrapPeriodic>(WrapPeriodicOptions{}),
                 std::make_shared<Snapshot>(sink, SnapshotOptions{1, true})};
    return sub;
}

struct Rows {
    MemorySink frames, finished;
    std::map<std::string, std::string> failed;
};

/// Runs `samples` through `sub`, whose snapshots go to run.frames.
template <class MakeStages>
void run(Rows& to, std::vector<Sample> samples, BatchCapacity capacity, MakeStages const& stages) {
    LennardJones model = reference_argon();
    ListSource source(std::move(samples));
    run_samples(source, stages(to.frames), model, to.finished,
                {.capacity = capacity,
                 .seed = 7,
                 .on_failed = [&to](std::string const& name, std::string const& reason) {
                     to.failed.emplace(name, reason);
                 }});
}

using Key = std::tuple<std::int64_t, int, std::int64_t, RowKind>;

/// Rows by sample, stage, step and kind.
std::map<Key, Sample> by_key(MemorySink const& sink) {
    std::map<Key, Sample> rows;
    for (auto const& row : sink.rows)
        EXPECT_TRUE(
            rows.emplace(
                    Key{row.sample.id().value(), row.sample.values<std::int32_t>(Fields::stage)[0],
                        row.sample.values<std::int64_t>(Fields::stage_step)[0], row.kind},
                    row.sample)
                .second);
    return rows;
}

void expect_same_edges(Rows const& a, Rows const& b) {
    for (auto sink : {&Rows::frames, &Rows::finished}) {
        auto const ours = by_key(a.*sink), theirs = by_key(b.*sink);
        ASSERT_EQ(ours.size(), theirs.size());
        for (auto const& [key, sample] : ours) {
            ASSERT_TRUE(theirs.count(key));
            EXPECT_EQ(edges_of(sample), edges_of(theirs.at(key)));
        }
    }
}

auto one_stage(double skin) {
    return [skin](Sink& frames) { return sub_stages(storing(0, frames, skin)); };
}

TEST(EdgeColumns, RowsHaveTheEdgesOfTheirOwnPositions) {
    Rows all;
    run(all, golden_samples(), {64, 8192, plenty}, one_stage(2.0));

    EXPECT_EQ(all.frames.rows.size(), 8U * 4U);  // admission and three steps
    EXPECT_EQ(all.finished.rows.size(), 8U);
    for (MemorySink const* sink : {&all.frames, &all.finished})
        for (auto const& row : sink->rows)
            EXPECT_EQ(edges_of(row.sample), brute_force_edges(row.sample, cutoff))
                << row.sample.name();
}

TEST(EdgeColumns, NeitherBatchMatesNorSkinNorRoomChangeTheEdges) {
    Rows all, little_room, other_skin, no_skin;
    run(all, golden_samples(), {64, 8192, plenty}, one_stage(2.0));
    // The largest sample, ar_tiny's cutoff spans many images, alone fills the room.
    std::size_t most = 0;
    for (auto const& row : all.frames.rows) most = std::max(most, edges_of(row.sample).size());
    run(little_room, golden_samples(), {5, 8192, static_cast<int>(most)}, one_stage(2.0));
    run(other_skin, golden_samples(), {3, 8192, plenty}, one_stage(0.7));
    run(no_skin, golden_samples(), {64, 8192, plenty}, one_stage(0.0));
    Rows alone;
    for (Sample const& sample : golden_samples())
        run(alone, {sample}, {1, 100, plenty}, one_stage(2.0));

    for (Rows const* other : {&little_room, &other_skin, &no_skin, &alone}) {
        EXPECT_TRUE(other->failed.empty());
        expect_same_edges(all, *other);
    }
}

TEST(EdgeColumns, FusedAndPipelinedStagesWriteTheSameEdges) {
    LennardJones model = reference_argon();
    auto const relaxing = [](int id, Sink& sink) {
        SubStage sub = sub_stage(id, FireOptions{}, 4, {Criterion{}});
        sub.store_edges = true;
        sub.hooks = {std::make_shared<Snapshot>(sink, SnapshotOptions{2, false}),
                     std::make_shared<ConvergedSnapshot>(sink)};
        return sub;
    };
    Rows fused, pipelined;
    run(fused, golden_samples(), {4, 8192, plenty},
        [&](Sink& frames) { return sub_stages(relaxing(0, frames), storing(1, frames)); });
    // The same two stages on their own, the second fed with what the first lets go.
    StageRunner first(model, sub_stages(relaxing(0, pipelined.frames)), {64, 8192, plenty});
    for (Sample const& sample : golden_samples()) first.add(sample);
    first.run();
    EXPECT_EQ(first.stage.batch().used_edges(), 0) << "no edges travel";
    StageRunner second(model, sub_stages(storing(1, pipelined.frames)), {64, 8192, plenty});
    for (auto const& [id, sample] : first.samples()) second.add(sample);
    second.run();
    for (int s = 0; s < second.stage.batch().system_count(); ++s) {
        std::vector<SystemIndex> const one{SystemIndex{s}};
        ASSERT_EQ(second.stage.fill_edges(one), 1U);
        pipelined.finished.write(second.stage.batch(), one, RowKind::graduated);
        second.stage.clear_edges(one);
    }

    expect_same_edges(fused, pipelined);
}

TEST(EdgeColumns, OnlyAStageThatAsksHasThem) {
    LennardJones model = reference_argon();
    MemorySink with, without;
    SubStage silent = storing(1, without);
    silent.store_edges = false;
    StageRunner runner(model, sub_stages(storing(0, with), std::move(silent)), {8, 999, plenty});
    runner.add(read_golden_sample("ar32"));

    runner.run();

    ASSERT_EQ(with.rows.size(), 4U);
    ASSERT_EQ(without.rows.size(), 4U);
    EXPECT_GT(with.rows.back().sample.edge_count(), 0);
    for (auto const& row : without.rows) EXPECT_EQ(row.sample.edge_count(), 0);
    EXPECT_EQ(runner.stage.batch().used_edges(), 0);
}

TEST(EdgeColumns, ASampleWithMoreEdgesThanABatchHoldsFailsAndTheOthersGoOn) {
    std::vector<Sample> const samples{read_golden_sample("lj13", 0), read_golden_sample("ar32", 1),
                                      read_golden_sample("lj3", 2)};
    Rows some;
    run(some, samples, {64, 8192, 13 * 12}, one_stage(2.0));

    ASSERT_EQ(some.failed.size(), 1U);
    EXPECT_EQ(some.failed.begin()->first, samples[1].name());
    EXPECT_THAT(some.failed.begin()->second,
                ::testing::MatchesRegex(
                    "snapshot: its [0-9]+ edges are more than the 156 that a batch holds; raise "
                    "/sampler/max_edges to [0-9]+ or more, or leave out store_edges"));
    EXPECT_EQ(some.finished.rows.size(), 2U);
}

TEST(EdgeColumns, AFinishedSampleWithTooManyEdgesFailsBeforeItIsWritten) {
    std::vector<Sample> const samples{read_golden_sample("lj13", 0), read_golden_sample("ar32", 1)};
    Rows some;
    run(some, samples, {64, 8192, 13 * 12}, [](Sink& frames) {
        auto stages = sub_stages(storing(0, frames));
        stages[0].hooks.clear();
        return stages;
    });

    ASSERT_EQ(some.failed.count(samples[1].name()), 1U);
    EXPECT_THAT(some.failed.at(samples[1].name()), ::testing::StartsWith("its "));
    EXPECT_EQ(some.finished.rows.size(), 1U);
}

/// Counts edges and keeps nothing.
class CountingSink final : public Sink {
public:
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind) override {
        for (SystemIndex const system : systems) edges += batch.edge_count(system);
    }
    void flush() override {}
    void close() override {}
    [[nodiscard]] std::int64_t rows_written() const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "counting sink"; }

    std::int64_t edges = 0;
};

TEST(EdgeColumns, FillingAllocatesNothingOnceTheBuffersHaveFoundTheirSizes) {
    int const threads = thread_count();
    set_thread_count(
        1);  // each thread has buffers of its own, and finds their sizes when its turn comes
    CountingSink sink;
    LennardJones model = reference_argon();
    StageRunner runner(model, sub_stages(storing(0, sink)), {2, 200, plenty});
    runner.add(read_golden_sample("ar32", 0));
    runner.add(read_golden_sample("ar_slab", 1));
    std::vector<SystemIndex> const both{SystemIndex{0}, SystemIndex{1}};
    runner.step();
    auto const write = [&] {
        ASSERT_EQ(runner.stage.fill_edges(both), 2U);
        sink.write(runner.stage.batch(), both, RowKind::frame);
        runner.stage.clear_edges(both);
    };
    write();
    long const before = allocation_count();
    std::int64_t const edges = sink.edges;

    for (int k = 0; k < 20; ++k) write();

    EXPECT_EQ(allocation_count() - before, 0);
    EXPECT_GT(sink.edges, edges);
    set_thread_count(threads);
}

TEST(EdgeColumns, EdgesThatASampleBroughtAreReplaced) {
    auto const schema = std::make_shared<Schema const>(EdgeColumns::fields());
    Sample const plain = read_golden_sample("lj13");
    Sample brought(schema, SampleId{0}, "brought", plain.atom_count(), 7);
    for (int f = 0; f < Fields::count; ++f) {
        auto const from = plain.bytes(FieldIndex{f});
        std::copy(from.begin(), from.end(), brought.bytes(FieldIndex{f}).begin());
    }
    LennardJones model = reference_argon();
    ListSource source({brought});
    MemorySink frames, finished;

    run_samples(source, storing(0, frames), model, finished,
                {.capacity = {2, 100, 13 * 12}, .schema = schema});

    ASSERT_EQ(frames.rows.size(), 4U);
    for (auto const& row : frames.rows)
        EXPECT_EQ(edges_of(row.sample), brute_force_edges(row.sample, cutoff));
}

}  // namespace
}  // namespace athanor::test
