// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/batch.hpp"

#include <map>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/samples.hpp"

namespace athanor {
namespace {

using test::random_sample;
using test::rich_schema;
using test::same_bits;

TEST(Batch, AppendThenExtractGivesEveryFieldBack) {
    Batch batch(rich_schema(), {4, 100, 20});
    Sample const sample = random_sample(rich_schema(), 7, 13, 5, 1);

    SystemIndex const s = batch.append(sample);

    EXPECT_TRUE(same_bits(batch.extract(s), sample));
    EXPECT_EQ(batch.sample_id(s), SampleId{7});
    EXPECT_EQ(batch.used_atoms(), 13);
    EXPECT_EQ(batch.used_edges(), 5);
}

TEST(Batch, ValuesAreTheRowsOfOneSystemAsNumbers) {
    Batch batch(rich_schema(), {4, 100, 20});
    Sample const second = random_sample(rich_schema(), 8, 3, 2, 2);
    batch.append(random_sample(rich_schema(), 7, 13, 5, 1));
    SystemIndex const s = batch.append(second);
    FieldIndex const bond = *batch.schema().find("bond");

    auto const ours = std::as_const(batch).values<std::int64_t>(bond, s);
    auto const theirs = second.values<std::int64_t>(bond);
    batch.values<double>(Fields::cell, s)[8] = 4.5;

    ASSERT_EQ(ours.size(), 4U);
    EXPECT_TRUE(std::equal(ours.begin(), ours.end(), theirs.begin()));
    EXPECT_EQ(batch.values<double>(Fields::positions, s).size(), 9U);
    EXPECT_EQ(batch.extract(s).values<double>(Fields::cell)[8], 4.5);
}

TEST(Batch, EdgesOfASystemAreTakenAnewAndNoOtherSystemNotices) {
    auto const schema = rich_schema();
    FieldIndex const bond = *schema->find("bond");
    Batch batch(schema, {3, 30, 9});
    std::vector<Sample> samples;
    for (int k = 0; k < 3; ++k) samples.push_back(random_sample(schema, k, 4 + k, 2, 10 + k));
    for (Sample const& sample : samples) batch.append(sample);

    batch.resize_edges(SystemIndex{1}, 0);
    EXPECT_EQ(batch.used_edges(), 4);
    batch.resize_edges(SystemIndex{1}, 5);  // more than stand in a row: the others move

    ASSERT_EQ(batch.edge_count(SystemIndex{1}), 5);
    EXPECT_EQ(batch.used_edges(), 9);
    for (std::int64_t const value : batch.values<std::int64_t>(bond, SystemIndex{1}))
        EXPECT_EQ(value, 0);
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{0}), samples[0]));
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{2}), samples[2]));
    batch.remove(SystemIndex{0});
    EXPECT_EQ(batch.used_edges(), 7);
    EXPECT_DEATH(batch.resize_edges(SystemIndex{0}, 8), "expected: edges");
}

TEST(Batch, RemovingTheMiddleSampleMovesOnlyTheLastSystemsRow) {
    auto const schema = rich_schema();
    Batch batch(schema, {3, 30, 9});
    std::vector<Sample> samples;
    for (int k = 0; k < 3; ++k) samples.push_back(random_sample(schema, k, 4 + k, k, 10 + k));
    for (Sample const& sample : samples) batch.append(sample);
    int const last_atoms = batch.atom_begin(SystemIndex{2});

    batch.remove(SystemIndex{1});

    ASSERT_EQ(batch.system_count(), 2);
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{0}), samples[0]));
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{1}), samples[2]));
    EXPECT_EQ(batch.atom_begin(SystemIndex{1}), last_atoms) << "atoms stay where they are";
    EXPECT_EQ(batch.used_atoms(), 4 + 6);
}

TEST(Batch, CompactingClosesTheGapInEveryColumn) {
    auto const schema = rich_schema();
    Batch batch(schema, {4, 40, 12});
    std::vector<Sample> samples;
    for (int k = 0; k < 4; ++k) samples.push_back(random_sample(schema, k, 5 + 2 * k, 3, 20 + k));
    for (Sample const& sample : samples) batch.append(sample);
    batch.remove(SystemIndex{0});

    batch.compact();

    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{0}), samples[3]));
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{1}), samples[1]));
    EXPECT_TRUE(same_bits(batch.extract(SystemIndex{2}), samples[2]));
    EXPECT_EQ(batch.atom_begin(SystemIndex{1}), 0);
}

TEST(Batch, ASampleThatFitsInTotalButInNoHoleStillFits) {
    auto const schema = test::plain_schema();
    Batch batch(schema, {4, 12, 0});
    for (int k = 0; k < 4; ++k) batch.append(random_sample(schema, k, 3, 0, k));
    batch.remove(SystemIndex{0});
    batch.remove(SystemIndex{1});  // holes of 3 atoms that do not touch
    Sample const large = random_sample(schema, 9, 6, 0, 9);

    ASSERT_TRUE(batch.fits(6, 0));
    SystemIndex const s = batch.append(large);

    EXPECT_TRUE(same_bits(batch.extract(s), large));
    EXPECT_FALSE(batch.fits(1, 0));
}

TEST(Batch, RandomArrivalsAndDeparturesNeverChangeAnotherSample) {
    auto const schema = rich_schema();
    for (unsigned seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        Batch batch(schema, {8, 60, 25});
        std::map<std::int64_t, Sample> expected;
        for (int turn = 0; turn < 300; ++turn) {
            int const atoms = static_cast<int>(random() % 20);
            int const edges = static_cast<int>(random() % 6);
            if (random() % 2 == 0 && batch.fits(atoms, edges)) {
                Sample sample = random_sample(schema, turn, atoms, edges, random());
                batch.append(sample);
                expected.emplace(turn, std::move(sample));
            } else if (!batch.empty()) {
                SystemIndex const s{static_cast<int>(random() % batch.system_count())};
                expected.erase(batch.sample_id(s).value());
                batch.remove(s);
            }
            if (random() % 40 == 0) batch.compact();
        }
        ASSERT_EQ(static_cast<std::size_t>(batch.system_count()), expected.size());
        for (int s = 0; s < batch.system_count(); ++s) {
            Sample const got = batch.extract(SystemIndex{s});
            EXPECT_TRUE(same_bits(got, expected.at(got.id().value())));
        }
    }
}

TEST(Batch, MovingABatchMovesItsSamples) {
    auto const schema = test::plain_schema();
    Batch first(schema, {2, 10, 0});
    Sample const sample = random_sample(schema, 3, 4, 0, 3);
    first.append(sample);

    Batch second = std::move(first);
    first = Batch(schema, {1, 1, 0});

    EXPECT_TRUE(same_bits(second.extract(SystemIndex{0}), sample));
    EXPECT_TRUE(first.empty());
}

TEST(ExtentAllocator, GivesTheLowestRunAndJoinsNeighbours) {
    ExtentAllocator rows(10);
    int const a = *rows.take(3);
    int const b = *rows.take(3);
    int const c = *rows.take(4);
    EXPECT_EQ(rows.take(1), std::nullopt);

    rows.give(a, 3);
    rows.give(c, 4);
    EXPECT_EQ(rows.hole_count(), 2);
    rows.give(b, 3);

    EXPECT_EQ(rows.hole_count(), 1);
    EXPECT_TRUE(rows.has_run(10));
}

TEST(ExtentAllocator, ClosesTheWindowInWhichFewestRowsAreTaken) {
    ExtentAllocator rows(20);
    for (int k = 0; k < 20; ++k) static_cast<void>(rows.take(1));
    for (int const free : {1, 2, 5, 9, 10, 13, 17, 18}) rows.give(free, 1);
    // Holes: 1-2, 5, 9-10, 13, 17-18.
    auto const window = rows.cheapest_window(3);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->begin, 1);  // two rows between 1-2 and 5; 9-13 has as many
    EXPECT_EQ(window->count, 5);
    EXPECT_EQ(rows.cheapest_window(9), std::nullopt);

    rows.close_up(*window);

    EXPECT_EQ(rows.free_rows(), 8);
    EXPECT_EQ(rows.hole_count(), 4);
    EXPECT_EQ(rows.take(3), 3);
    auto const all = rows.cheapest_window(5);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->begin, 9);
    EXPECT_EQ(all->count, 10);
}

TEST(ExtentAllocator, FindsTheCheapestOfAllWindows) {
    std::mt19937_64 random(4);
    for (int trial = 0; trial < 300; ++trial) {
        constexpr int capacity = 40;
        ExtentAllocator rows(capacity);
        std::vector<int> prefix(capacity + 1, 0);  // of taken rows
        std::vector<bool> free(capacity, false);
        for (int k = 0; k < capacity; ++k) static_cast<void>(rows.take(1));
        for (int k = 0; k < capacity; ++k) {
            free[k] = random() % 3 == 0;
            if (free[k]) rows.give(k, 1);
            prefix[k + 1] = prefix[k] + (free[k] ? 0 : 1);
        }
        int const count = 1 + static_cast<int>(random() % 16);
        if (rows.has_run(count)) continue;
        int fewest = capacity + 1;
        for (int begin = 0; begin < capacity; ++begin)
            for (int end = begin + 1; end <= capacity; ++end)
                if (int const taken = prefix[end] - prefix[begin]; end - begin - taken >= count)
                    fewest = std::min(fewest, taken);

        auto const window = rows.cheapest_window(count);

        ASSERT_EQ(window.has_value(), fewest <= capacity) << trial;
        if (!window) continue;
        int const taken = prefix[window->begin + window->count] - prefix[window->begin];
        EXPECT_EQ(taken, fewest) << trial;
        rows.close_up(*window);
        EXPECT_TRUE(rows.has_run(count)) << trial;
        EXPECT_EQ(rows.free_rows(), capacity - prefix[capacity]) << trial;
    }
}

TEST(BatchDeathTest, AppendingWhatDoesNotFitIsTheCallersMistake) {
    Batch batch(test::plain_schema(), {1, 2, 0});

    EXPECT_DEATH(batch.append(random_sample(test::plain_schema(), 0, 3, 0, 0)), "expected: fits");
}

}  // namespace
}  // namespace athanor
