// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two chains: {a + b} | c, and d.
PipelineSpec two_chains() {
    PipelineSpec pipeline;
    pipeline.elements.resize(3);
    pipeline.elements[0].stages.resize(2);
    pipeline.elements[1].stages.resize(1);
    pipeline.elements[2].stages.resize(1);
    pipeline.elements[2].chain = 1;
    return pipeline;
}

TEST(CampaignLedger, AStateCountsOnlyWithAllRowsOfItsWay) {
    CampaignLedger ledger(two_chains());
    ledger.add_row({5, 0, 1, RowKind::frame}, 0);
    ledger.add_row({5, 0, 11, RowKind::frame}, 1);
    ledger.add_row({5, 1, 1, RowKind::frame}, 2);
    ledger.add_row({5, 1, 21, RowKind::frame}, 3);
    ledger.add_row({5, 3, 1, RowKind::frame}, 0);  // of the other chain
    ledger.add_row({6, 0, 1, RowKind::frame}, 0);
    ledger.seal();

    EXPECT_TRUE(ledger.has_rows(SampleId{5}, {1, 20, false}, 3));
    // Four rows were written by then, and one of them is lost.
    EXPECT_FALSE(ledger.has_rows(SampleId{5}, {1, 20, false}, 4));
    EXPECT_TRUE(ledger.has_rows(SampleId{5}, {1, 21, false}, 4));
    EXPECT_TRUE(ledger.has_rows(SampleId{5}, {1, -1, false}, 2));
    EXPECT_FALSE(ledger.has_rows(SampleId{5}, {1, -1, false}, 3));
    EXPECT_TRUE(ledger.has_rows(SampleId{5}, {3, 1, true}, 1));
    EXPECT_FALSE(ledger.has_rows(SampleId{5}, {3, 1, true}, 2));
    EXPECT_TRUE(ledger.has_rows(SampleId{7}, {0, 5, false}, 0));
}

TEST(CampaignLedger, ASampleIsFinishedInAChainWhenItsOutputAndItsRowsAreThere) {
    CampaignLedger ledger(two_chains());
    ledger.add_row({1, 2, 9, RowKind::graduated}, 1);
    ledger.add_row({1, 1, 4, RowKind::frame}, 0);
    ledger.add_row({2, 2, 9, RowKind::graduated}, 1);  // its row is lost
    ledger.add_row({3, 3, 9, RowKind::graduated}, 0);
    ledger.seal();

    EXPECT_THAT(ledger.finished(0), ElementsAre(1));
    EXPECT_THAT(ledger.finished(1), ElementsAre(3));
    EXPECT_THROW(ledger.add_row({1, 4, 0, RowKind::frame}, 0), StorageError);
    EXPECT_THAT(CampaignLedger(two_chains()).finished(0), IsEmpty());
}

TEST(SamplePosition, LaterOnesAreGreater) {
    Sample sample = lone_atom(1, 0.0);
    auto const at = [&sample](std::int32_t stage, std::int64_t step, Outcome outcome) {
        sample.values<std::int32_t>(Fields::stage)[0] = stage;
        sample.values<std::int64_t>(Fields::stage_step)[0] = step;
        sample.values<std::uint8_t>(Fields::outcome)[0] = static_cast<std::uint8_t>(outcome);
        return position_of(sample);
    };
    std::vector<SamplePosition> const ascending{
        at(0, 0, Outcome::running), at(0, 3, Outcome::running),      at(0, 7, Outcome::converged),
        at(1, 0, Outcome::running), at(1, 0, Outcome::budget_spent), at(1, 1, Outcome::running)};
    EXPECT_TRUE(std::is_sorted(ascending.begin(), ascending.end()));
    EXPECT_LT(ascending[3].step, 0);
}

}  // namespace
}  // namespace athanor::test
