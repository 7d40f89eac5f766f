// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "comm/mpi_watch.hpp"
#include "tests/comm/ring.hpp"

namespace athanor::test {
namespace {

using Kind = RankFailure::Kind;

MpiEnvironment& environment() {
    static int argc = 0;
    static char** argv = nullptr;
    static MpiEnvironment shared(argc, argv);  // MPI runs already: it is used and left running
    return shared;
}

/// In place of ending the process: remembers what the watch would end it with.
class Ends {
public:
    void operator()(RankFailure const& failure) {
        std::lock_guard const lock(mutex_);
        if (!first_) first_ = failure;
    }
    [[nodiscard]] std::optional<RankFailure> first() const {
        std::lock_guard const lock(mutex_);
        return first_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<RankFailure> first_;
};

MpiWatch::Options options(Ends& ends, double timeout, double interval = 0.0) {
    return {Seconds(timeout), [&ends](RankFailure const& failure) { ends(failure); },
            Seconds(interval)};
}

void sleep_for(double seconds) { std::this_thread::sleep_for(Seconds(seconds)); }

class MpiWatchTest : public ::testing::Test {
protected:
    MpiWatchTest() {
        if (size_ == 1) return;
        static_cast<void>(environment().max(0));  // all begin together
    }
    void SetUp() override {
        if (size_ == 1) GTEST_SKIP() << "one rank watches nobody";
    }
    int const rank_ = environment().rank().value();
    int const size_ = environment().size();
    Rank const last_{environment().size() - 1};
    Ends ends_;
};

TEST(MpiWatch, OneRankAloneHasNoWatch) {
    if (environment().size() > 1) GTEST_SKIP() << "for one rank";
    Ends ends;
    MpiWatch watch(environment(), options(ends, 1.0));

    watch.report({.reason = "nobody hears it"});

    EXPECT_FALSE(watch.works());
    EXPECT_FALSE(watch.failure());
}

TEST_F(MpiWatchTest, RanksThatWaitOrComputeForSeveralTimeoutsAreNotSilent) {
    MpiWatch watch(environment(), options(ends_, 1.0));
    ASSERT_TRUE(watch.works());
    auto const nothing_moves = [] { return std::optional<std::uint64_t>(7); };
    auto const nothing_to_watch = [] { return std::optional<std::uint64_t>(); };

    if (rank_ == 0) {  // one long step
        watch.watch_loop(nothing_moves);
        std::atomic<std::uint64_t> sum{0};
        auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(3500);
        while (std::chrono::steady_clock::now() < end) sum.fetch_add(1);
    } else {  // waits for input
        watch.watch_loop(nothing_to_watch);
        sleep_for(3.5);
    }
    watch.watch_loop({});

    EXPECT_FALSE(watch.failure());
    static_cast<void>(environment().max(0));
    EXPECT_FALSE(ends_.first());
}

TEST_F(MpiWatchTest, ARankWithoutHeartbeatsIsNamedByAllOthers) {
    // The last rank sends its first heartbeat and then none: the double of a stopped process.
    MpiWatch watch(environment(), options(ends_, 1.0, rank_ == last_.value() ? 1e6 : 0.0));

    ASSERT_TRUE(eventually([&] { return watch.failure().has_value(); }));
    RankFailure const failure = *watch.failure();

    EXPECT_EQ(failure.kind, Kind::silent);
    EXPECT_EQ(failure.rank, last_);
    EXPECT_EQ(failure.exit_code, 4);
    EXPECT_GE(failure.seconds, 1.0);
    EXPECT_LE(failure.seconds, 1.5) << "whoever looks so late blames nobody";
    EXPECT_NE(failure.reported_by, last_);
    EXPECT_FALSE(watch.host_of(last_).empty());
    watch.closed();
    EXPECT_TRUE(eventually([&] { return ends_.first().has_value(); }));
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, AFailureReachesEveryRankWithItsReasonAndCode) {
    MpiWatch watch(environment(), options(ends_, 60.0));
    if (rank_ == last_.value())
        watch.report({.rank = last_, .exit_code = 6, .reason = "disk full"});

    ASSERT_TRUE(eventually([&] { return watch.failure().has_value(); }));

    EXPECT_EQ(watch.failure()->kind, Kind::failed);
    EXPECT_EQ(watch.failure()->rank, last_);
    EXPECT_EQ(watch.failure()->exit_code, 6);
    EXPECT_EQ(watch.failure()->reason, "disk full");
    watch.closed();
    ASSERT_TRUE(eventually([&] { return ends_.first().has_value(); }));
    EXPECT_EQ(ends_.first()->exit_code, 6);
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, OfSeveralFailuresAtOnceAllAgreeOnThatOfTheLowestRankThatToldIt) {
    MpiWatch watch(environment(), options(ends_, 60.0));
    static_cast<void>(environment().max(0));  // all report at about the same time

    watch.report({.rank = Rank{rank_}, .exit_code = 10 + rank_, .reason = "mine"});
    // A rank that had heard of another's failure before has told nothing.
    int const told = watch.failure()->reported_by == Rank{rank_} ? rank_ : last_.value() + 1;
    watch.closed();
    ASSERT_TRUE(eventually([&] { return ends_.first().has_value(); }));

    int const lowest = -environment().max(-told);
    ASSERT_LE(lowest, last_.value());
    EXPECT_EQ(ends_.first()->exit_code, 10 + lowest);
    EXPECT_EQ(ends_.first()->reported_by, Rank{lowest});
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, TheEndWaitsUntilTheSlowestHasClosedItsFiles) {
    MpiWatch watch(environment(), options(ends_, 60.0));
    if (rank_ == 0) watch.report({.reason = "a long reason " + std::string(5000, 'x')});
    ASSERT_TRUE(eventually([&] { return watch.failure().has_value(); }));
    EXPECT_EQ(watch.failure()->reason.substr(0, 14), "a long reason ");

    if (rank_ == last_.value()) {
        sleep_for(1.0);
        EXPECT_FALSE(ends_.first()) << "this rank has not closed its files";
    }
    watch.closed();

    EXPECT_TRUE(eventually([&] { return ends_.first().has_value(); }));
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, TheEndComesThoughARankNeverCloses) {
    MpiWatch watch(environment(), options(ends_, 60.0));
    if (rank_ == 0) watch.report({.reason = "stop"});
    auto const begin = std::chrono::steady_clock::now();

    if (rank_ != last_.value()) watch.closed();
    ASSERT_TRUE(eventually([&] { return ends_.first().has_value(); }));

    EXPECT_GE(std::chrono::steady_clock::now() - begin, MpiWatch::grace / 2);
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, ALoopThatStandsStillInsideACallIsReported) {
    MpiWatch watch(environment(), options(ends_, 1.0));
    static_cast<void>(environment().max(0));
    if (rank_ == last_.value()) watch.watch_loop([] { return std::optional<std::uint64_t>(7); });

    // Sleeping, unlike eventually(), uses no processor: as a call that does not come back.
    for (int turn = 0; turn < 600 && !watch.failure(); ++turn) sleep_for(0.1);

    ASSERT_TRUE(watch.failure());
    EXPECT_EQ(watch.failure()->kind, Kind::stuck);
    EXPECT_EQ(watch.failure()->rank, last_);
    EXPECT_EQ(watch.failure()->reported_by, last_);
    watch.watch_loop({});
    watch.closed();
    EXPECT_TRUE(eventually([&] { return ends_.first().has_value(); }));
    static_cast<void>(environment().max(0));
}

TEST_F(MpiWatchTest, TenWatchesInARowHearNothingOfEachOther) {
    for (int turn = 0; turn < 10; ++turn) {
        MpiWatch watch(environment(), options(ends_, 2.0, 0.001));
        sleep_for(0.05 * ((rank_ + turn) % 3));
        EXPECT_FALSE(watch.failure());
    }
    EXPECT_FALSE(ends_.first());
}

}  // namespace
}  // namespace athanor::test
