// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Lists of large systems, shared out over their atoms: the bits of one thread.
#include <random>

#include <gtest/gtest.h>

#include "tests/kernels/model_fixture.hpp"
#include "tests/support/eager_threads.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

/// All that a model sees of a list.
struct ListBits {
    explicit ListBits(SystemNeighbors const& list)
        : begin(list.row_begin, list.row_begin + list.atom_count + 1),
          neighbors(list.neighbors, list.neighbors + begin.back()),
          owner(list.image_owner, list.image_owner + list.image_count),
          shift(list.image_shift, list.image_shift + 3 * list.image_count),
          positions(list.positions, list.positions + 4 * (list.atom_count + list.image_count)) {}
    bool operator==(ListBits const&) const = default;

    std::vector<std::int64_t> begin;
    std::vector<std::int32_t> neighbors, owner, shift;
    std::vector<double> positions;
};

/// The short and the full lists of `samples` at every step of a walk that renews short lists and
/// makes new ones, on so many threads, and the number of those that were new.
struct Walk {
    std::vector<ListBits> lists;
    std::int64_t rebuilds = 0;
};
Walk walk(std::vector<Sample> const& samples, int threads,
          NeighborSearch search = NeighborSearch::automatic) {
    EagerThreads const eager(threads);
    Evaluation ours(samples, argon_options(6.0), 0.4, search);
    std::mt19937 engine(3);
    Walk walk;
    for (int step = 0; step < 10; ++step) {
        auto const brief = ours.list().update(ours.batch().view(), ours.systems());
        for (SystemIndex const s : ours.systems()) {
            walk.lists.emplace_back(brief[static_cast<std::size_t>(s.value())]);
            walk.lists.emplace_back(ours.list().full(s));
            for (double& x : ours.positions(s.value()))
                x += 2e-11 * (static_cast<double>(engine()) - 2147483648.0);
        }
    }
    for (SystemIndex const s : ours.systems()) walk.rebuilds += ours.list().rebuild_count(s);
    return walk;
}

TEST(SharedList, OneLargeSystemHasTheListsOfOneThread) {
    std::vector<Sample> const crystal{argon_crystal(plain_schema(), 0, 9, 0.1, 1)};
    Walk const one = walk(crystal, 1);
    EXPECT_GE(one.rebuilds, 2);
    EXPECT_LT(one.rebuilds, 10) << "in some steps the short list alone is new";

    for (int const threads : {2, 3, 4}) {
        Walk const shared = walk(crystal, threads);

        EXPECT_EQ(shared.rebuilds, one.rebuilds);
        EXPECT_TRUE(shared.lists == one.lists) << threads;
    }
}

TEST(SharedList, ALargeSystemAmongSmallOnesHasTheListsOfOneThread) {
    auto const schema = plain_schema();
    std::vector<Sample> samples{argon_crystal(schema, 0, 1, 0.1, 1),
                                argon_crystal(schema, 1, 6, 0.1, 2),
                                cluster(schema, 2, {0, 0, 0, 4, 0, 0}), cluster(schema, 3, {})};
    samples[1].values<double>(Fields::cell)[3] = 4.0;          // sheared
    samples[1].values<double>(Fields::positions)[5] += 200.0;  // cells away
    Walk const one = walk(samples, 1);

    for (int const threads : {2, 3, 4})
        EXPECT_TRUE(walk(samples, threads).lists == one.lists) << threads;
}

TEST(SharedList, SearchingDirectlyIsSharedOutWithEqualLists) {
    std::vector<Sample> const crystal{argon_crystal(plain_schema(), 0, 4, 0.1, 1)};
    Walk const binned = walk(crystal, 1, NeighborSearch::binned);

    for (int const threads : {1, 3})
        EXPECT_TRUE(walk(crystal, threads, NeighborSearch::direct).lists == binned.lists);
}

TEST(SharedList, AnAtomWithoutAPlaceIsFoundInEveryPart) {
    for (std::size_t const atom : {0U, 100U, 255U}) {
        Sample crystal = argon_crystal(plain_schema(), 0, 4, 0.1, 1);
        crystal.values<double>(Fields::positions)[3 * atom] =
            std::numeric_limits<double>::quiet_NaN();
        EagerThreads const eager(3);
        Evaluation ours({crystal}, argon_options());

        ours.compute();

        EXPECT_TRUE(std::isnan(ours.energy())) << atom;
    }
}

TEST(SharedList, TheNearestPairIsThatOfOneThread) {
    Sample crystal = argon_crystal(plain_schema(), 0, 4, 0.0, 1);
    auto const r = crystal.values<double>(Fields::positions);
    for (std::size_t const atom : {30U, 130U, 230U})  // three pairs as near as each other
        for (std::size_t x = 0; x < 3; ++x) r[3 * atom + x] = r[3 * atom - 3 + x];
    for (int const threads : {1, 2, 3, 4}) {
        EagerThreads const eager(threads);
        Evaluation ours({crystal}, argon_options());
        auto const lists = ours.list().update(ours.batch().view(), ours.systems());

        auto const pair = find_close_pair(lists[0]);

        ASSERT_TRUE(pair) << threads;
        EXPECT_EQ(pair->first, 29) << threads;
        EXPECT_EQ(pair->second, 30) << threads;
    }
}

}  // namespace
}  // namespace athanor::test
