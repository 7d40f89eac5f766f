// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/share_out.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/for_each_atom.hpp"
#include "kernels/measured_loop.hpp"
#include "tests/support/eager_threads.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

TEST(ShareOut, EveryIndexIsVisitedOnceWhateverTheThreads) {
    for (int const threads : {1, 2, 3, 4})
        for (int const count : {0, 1, 2, 3, 100}) {
            EagerThreads const eager(threads);
            std::vector<int> visits(static_cast<std::size_t>(count), 0);

            share_out(count, 1.0, [&](int first, int last) {
                for (int k = first; k < last; ++k) ++visits[static_cast<std::size_t>(k)];
            });
            share_out_each(count, 1.0, [&](int k) { ++visits[static_cast<std::size_t>(k)]; });

            EXPECT_EQ(visits, std::vector<int>(static_cast<std::size_t>(count), 2));
        }
}

TEST(ShareOut, LittleWorkStaysOnOneThread) {
    set_thread_count(2);
    fork_watch(20000.0) = ForkWatch{};
    int runs = 0;

    share_out(100, 199.0, [&](int, int) { ++runs; });
    EXPECT_EQ(runs, 1) << "19.9 microseconds";
    std::atomic<int> shared = 0;
    share_out(100, 200.0, [&](int, int) { ++shared; });

    EXPECT_EQ(shared.load(), thread_count());
    set_thread_count(1);
}

TEST(ForkWatch, AfterAForkThatTookTooLongLoopsWaitAndLongerEachTime) {
    ForkWatch watch;
    auto const loops_on_one_thread = [&] {
        int loops = 0;
        while (!watch.may_fork()) ++loops;
        return loops;
    };

    watch.took(299.0, 100.0);
    EXPECT_EQ(loops_on_one_thread(), 0) << "three times the work is what it may take";
    std::vector<int> waits;
    for (int k = 0; k < 8; ++k) {
        watch.took(300.0, 100.0);
        waits.push_back(loops_on_one_thread());
    }
    EXPECT_EQ(waits, (std::vector<int>{32, 64, 128, 256, 512, 1024, 1024, 1024}));
    watch.took(50.0, 100.0);
    watch.took(300.0, 100.0);
    EXPECT_EQ(loops_on_one_thread(), 512) << "a good fork halves the wait";
}

TEST(ShareOut, OneThreadIsKeptToAndNestedLoopsDoNotFork) {
    EagerThreads const eager(3);
    std::array<int, 3> inner{};
    int runs = 0;

    parallel_for_systems(3, [&](int k) {
        share_out(100, 1e6, [&](int, int) { ++inner[static_cast<std::size_t>(k)]; });
    });
    {
        OneThread const stay;
        share_out(100, 1e6, [&](int, int) { ++runs; });
    }

    EXPECT_EQ(inner, (std::array<int, 3>{1, 1, 1}));
    EXPECT_EQ(runs, 1);
}

TEST(ShareOut, TheLargestPartIsThatOfAllAndNoNumberIsNotLost) {
    for (int const threads : {1, 2, 3, 4}) {
        EagerThreads const eager(threads);
        for (int at = 0; at < 10; ++at) {
            std::vector<double> values(10, 1.0);
            auto const largest = [&] {
                return largest_part(10, 1.0, [&](int first, int last) {
                    double most = 0.0;
                    for (int k = first; k < last; ++k) {
                        double const value = values[static_cast<std::size_t>(k)];
                        most = value <= most ? most : value;
                        if (std::isnan(value)) break;
                    }
                    return most;
                });
            };

            values[static_cast<std::size_t>(at)] = 2.0;
            EXPECT_EQ(largest(), 2.0) << at;
            values[static_cast<std::size_t>(at)] = std::nan("");
            EXPECT_TRUE(std::isnan(largest())) << at;
        }
        EXPECT_EQ(largest_part(0, 1.0, [](int, int) { return 0.0; }), 0.0);
    }
}

/// One large system among small ones, small ones alone, and a large one alone.
TEST(ForEachSystem, EverySystemAndAtomIsVisitedOnceWhateverTheSizes) {
    auto const schema = plain_schema();
    Sample const large = argon_crystal(schema, 0, 4, 0.0, 1), small = cluster(schema, 1, {0, 0, 0});
    for (auto const& samples : std::vector<std::vector<Sample>>{
             {small, large, small, small}, {small, small, small}, {large}, {large, large}}) {
        Batch batch = make_batch(samples);
        BatchView const view = batch.view();
        std::vector<SystemIndex> systems;
        for (int s = 0; s < batch.system_count(); ++s) systems.push_back(SystemIndex{s});
        for (int const threads : {1, 2, 3, 4}) {
            EagerThreads const eager(threads);
            std::vector<int> visits(systems.size(), 0);
            std::vector<int> atoms(static_cast<std::size_t>(batch.used_atoms()), 0);

            for_each_system(view, systems, 1.0,
                            [&](int k) { ++visits[static_cast<std::size_t>(k)]; });
            for_each_atom(view, systems, [&](int row) { ++atoms[static_cast<std::size_t>(row)]; });

            EXPECT_EQ(visits, std::vector<int>(systems.size(), 1)) << threads;
            EXPECT_EQ(atoms, std::vector<int>(atoms.size(), 1)) << threads;
        }
    }
}

TEST(ForEachSystem, LargeSystemsAreLeftToLoopsOverTheirAtoms) {
    auto const schema = plain_schema();
    Sample const large = argon_crystal(schema, 0, 4, 0.0, 1), small = cluster(schema, 1, {0, 0, 0});
    Batch batch = make_batch({small, large, small});
    std::vector<SystemIndex> const systems{SystemIndex{0}, SystemIndex{1}, SystemIndex{2}};
    EagerThreads const eager(2);
    std::array<int, 3> threads{};

    for_each_system(batch.view(), systems, 1.0,
                    [&](int k) { threads[static_cast<std::size_t>(k)] = thread_count(); });

    EXPECT_EQ(threads, (std::array<int, 3>{1, 2, 1}));
}

TEST(MeasuredLoop, VisitsEveryIndexOnceInEveryWayThatItLooksAt) {
    for (int const threads : {1, 2, 3}) {
        EagerThreads const eager(threads);
        MeasuredLoop loop;
        std::vector<int> visits(20, 0);

        for (int call = 0; call < 30; ++call)  // 18 until it has looked at every way
            loop.run(20, 1e5, [&](int k) { ++visits[static_cast<std::size_t>(k)]; });

        EXPECT_EQ(visits, std::vector<int>(20, 30));
    }
}

}  // namespace
}  // namespace athanor::test
