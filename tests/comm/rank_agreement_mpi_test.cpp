// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "comm/rank_agreement.hpp"
#include "runtime/error.hpp"

namespace athanor::test {
namespace {

MpiEnvironment& environment() {
    static int argc = 0;
    static char** argv = nullptr;
    static MpiEnvironment shared(argc, argv);  // MPI runs already: it is used and left running
    return shared;
}

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RankAgreement : public ::testing::Test {
protected:
    void SetUp() override {
        if (size_ == 1) GTEST_SKIP() << "one rank agrees with itself";
    }
    int const rank_ = environment().rank().value();
    int const size_ = environment().size();
};

TEST_F(RankAgreement, AnotherVersionIsRefusedWithTheRankThatHasIt) {
    AgreedFacts const facts{{"version of athanor", "0.1.0"},
                            {"version of the wire format", rank_ == size_ - 1 ? "2" : "1"}};
    std::string said = "nothing thrown";
    try {
        expect_same_on_all_ranks(environment(), facts, "start the same build on all ranks");
    } catch (ConfigError const& error) {
        said = error.what();
        EXPECT_EQ(error.exit_code(), 2);
    }

    if (rank_ > 0)
        EXPECT_EQ(said, "");
    else
        EXPECT_THAT(said, MatchesRegex("rank " + std::to_string(size_ - 1) +
                                       " \\(host [^ ]+\\) has the version of the wire format 2, "
                                       "rank 0 \\(host [^ ]+\\) has 1; start the same build on "
                                       "all ranks"));
}

TEST_F(RankAgreement, FactsThatOnlySomeRanksKnowAreRefusedAndEqualOnesPass) {
    AgreedFacts facts{{"version of athanor", "0.1.0"}};
    EXPECT_NO_THROW(expect_same_on_all_ranks(environment(), facts, "advice"));
    if (rank_ == size_ - 1) facts.emplace_back("later fact", "x");
    EXPECT_THROW(expect_same_on_all_ranks(environment(), facts, "advice"), ConfigError);
    if (rank_ == size_ - 1) facts = {};
    EXPECT_THROW(expect_same_on_all_ranks(environment(), facts, "advice"), ConfigError);
}

TEST_F(RankAgreement, EveryRankThatDiffersIsNamed) {
    AgreedFacts const facts{{"version of athanor", rank_ == 0 ? "0.1.0" : "0.1.9"}};
    std::string said;
    try {
        expect_same_on_all_ranks(environment(), facts, "advice");
    } catch (ConfigError const& error) {
        said = error.what();
    }

    for (int rank = 1; rank < size_ && rank_ == 0; ++rank)
        EXPECT_THAT(said, HasSubstr("rank " + std::to_string(rank) + " (host "));
}

TEST_F(RankAgreement, ARankThatCannotSayAgreesWithEveryOther) {
    AgreedFacts const facts{{"revision of athanor", rank_ == size_ - 1 ? "" : "abc"}};
    EXPECT_NO_THROW(expect_same_on_all_ranks(environment(), facts, "advice"));
}

}  // namespace
}  // namespace athanor::test
