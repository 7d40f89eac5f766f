// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/placement.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// One stage per element, named a, b, c ...
PipelineSpec pipeline_of(std::vector<int> const& replicas, std::vector<int> const& chains = {}) {
    PipelineSpec pipeline;
    for (std::size_t e = 0; e < replicas.size(); ++e) {
        StageSpec stage;
        stage.name = std::string(1, static_cast<char>('a' + e));
        ElementSpec element{{stage}};
        element.replicas = replicas[e];
        if (!chains.empty()) element.chain = chains[e];
        pipeline.elements.push_back(element);
    }
    return pipeline;
}

std::vector<int> ranks_of(Placement const& placement) {
    std::vector<int> ranks;
    for (Instance const& instance : placement.instances()) ranks.push_back(instance.rank.value());
    return ranks;
}

TEST(Placement, OnOneNodeInstancesStandInTheOrderOfThePipeline) {
    Placement const placement(pipeline_of({1, 3, 2}), 6);
    EXPECT_THAT(ranks_of(placement), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(placement.instances()[2], (Instance{1, 1, Rank{2}}));
    EXPECT_THAT(placement.ranks_of_element(1), ElementsAre(Rank{1}, Rank{2}, Rank{3}));
}

TEST(Placement, OneRankRunsEverything) {
    Placement const placement(pipeline_of({1, 3, 2}), 1);
    EXPECT_THAT(ranks_of(placement), ElementsAre(0, 0, 0, 0, 0, 0));
    EXPECT_EQ(placement.instances_of(Rank{0}).size(), 6u);
    EXPECT_EQ(placement.edges().size(), 9u);
}

TEST(Placement, AWrongNumberOfRanksIsRefusedWithTheRightOne) {
    for (int const ranks : {2, 5, 7}) try {
            Placement(pipeline_of({1, 3, 2}), ranks);
            FAIL();
        } catch (ConfigError const& error) {
            EXPECT_THAT(error.what(), HasSubstr("start 6 ranks, or 1"));
        }
}

TEST(Placement, EveryInstanceSendsToEveryOneOfTheNextElement) {
    Placement const placement(pipeline_of({2, 1, 3}), 6);
    EXPECT_THAT(placement.edges(),
                ElementsAre(InstanceEdge{0, 2}, InstanceEdge{1, 2}, InstanceEdge{2, 3},
                            InstanceEdge{2, 4}, InstanceEdge{2, 5}));
    EXPECT_THAT(placement.edges_to(2), ElementsAre(0, 1));
    EXPECT_THAT(placement.edges_from(2), ElementsAre(2, 3, 4));
    EXPECT_THAT(placement.edges_from(3), ElementsAre());
}

TEST(Placement, IndependentPipelinesExchangeNothing) {
    Placement const placement(pipeline_of({1, 1, 2, 1}, {0, 0, 1, 1}), 5);
    EXPECT_THAT(placement.edges(),
                ElementsAre(InstanceEdge{0, 1}, InstanceEdge{2, 4}, InstanceEdge{3, 4}));
}

TEST(Placement, ReplicasOfNeighbouringStagesShareANode) {
    for (int const width : {2, 3, 4}) {
        std::vector<int> nodes;  // two ranks each, so that a | b stand together
        for (int rank = 0; rank < 2 * width; ++rank) nodes.push_back(rank / 2);
        Placement const placement(pipeline_of({width, width}), nodes);
        for (int replica = 0; replica < width; ++replica)
            EXPECT_EQ(nodes[placement.ranks_of_element(0)[replica].value()],
                      nodes[placement.ranks_of_element(1)[replica].value()])
                << "replica " << replica << " of " << width;
    }
}

TEST(Placement, RanksThatAreDealtOutOverNodesAreTakenNodeByNode) {
    // mpirun --map-by node: ranks 0, 2 on one node, 1, 3 on the other.
    Placement const placement(pipeline_of({2, 2}), std::vector<int>{0, 1, 0, 1});
    EXPECT_THAT(placement.ranks_of_element(0), ElementsAre(Rank{0}, Rank{1}));
    EXPECT_THAT(placement.ranks_of_element(1), ElementsAre(Rank{2}, Rank{3}));
}

TEST(Placement, EveryRankHasOneInstanceWhateverTheNodes) {
    PipelineSpec const pipeline = pipeline_of({3, 1, 2, 2});
    for (int const per_node : {1, 2, 3, 5, 8}) {
        std::vector<int> nodes;
        for (int rank = 0; rank < 8; ++rank) nodes.push_back(rank / per_node);
        auto ranks = ranks_of(Placement(pipeline, nodes));
        std::ranges::sort(ranks);
        EXPECT_THAT(ranks, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7)) << per_node;
    }
}

TEST(Placement, AProducerPrefersAConsumerOnItsNodeAndNotThatOfItsTwin) {
    Placement const placement(pipeline_of({2, 2}), std::vector<int>{0, 0, 1, 1});
    for (int const producer : {0, 1}) {
        int const first = placement.edges_from(producer)[0];
        int const consumer = placement.edges()[first].to;
        EXPECT_EQ(placement.instances()[consumer].replica, placement.instances()[producer].replica);
    }
    Placement const one_node(pipeline_of({2, 4}), 6);
    EXPECT_THAT(one_node.edges_from(1), ElementsAre(6, 7, 4, 5));
}

TEST(Placement, ExplicitRanksAreKept) {
    PipelineSpec pipeline = pipeline_of({2, 1});
    pipeline.elements[0].ranks = {2, 0};
    pipeline.elements[1].ranks = {1};
    Placement const placement(pipeline, std::vector<int>{0, 1, 2});
    EXPECT_THAT(ranks_of(placement), ElementsAre(2, 0, 1));
    EXPECT_THAT(ranks_of(Placement(pipeline, 1)), ElementsAre(0, 0, 0));
}

TEST(Placement, InstancesOfReplicatedElementsHaveANumberInTheirName) {
    PipelineSpec const pipeline = pipeline_of({1, 2});
    Placement const placement(pipeline, 3);
    EXPECT_EQ(instance_name(pipeline, placement.instances()[0]), "a");
    EXPECT_EQ(instance_name(pipeline, placement.instances()[2]), "b[1]");
}

}  // namespace
}  // namespace athanor
