// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(Json const& document) {
    try {
        static_cast<void>(parse(document));
    } catch (ConfigError const& error) {
        return error.what();
    }
    return "no error";
}

/// relax, then md, whose samples may overflow into "wait".
Json replicated() {
    Json document = relax_then_md();
    document["sinks"]["wait"] = {{"type", "host_memory"}, {"capacity", 5}};
    document["pipeline"][0]["replicas"] = 2;
    document["pipeline"][1]["replicas"] = 3;
    return document;
}

TEST(ConfigTopology, ReplicasRanksAndOverflowAreRead) {
    Json document = replicated();
    document["pipeline"][0]["ranks"] = {4, 0};
    document["pipeline"][1]["ranks"] = {1, 2, 3};
    document["pipeline"][1]["overflow"] = {"wait"};
    auto const elements = parse(document).pipeline.elements;
    EXPECT_EQ(elements[0].replicas, 2);
    EXPECT_THAT(elements[0].ranks, ElementsAre(4, 0));
    EXPECT_EQ(elements[1].replicas, 3);
    EXPECT_THAT(elements[1].overflow, ElementsAre("wait"));
}

TEST(ConfigTopology, AListOfRanksSaysHowManyReplicasThereAre) {
    Json document = relax_then_md();
    document["pipeline"][0]["ranks"] = {0};
    document["pipeline"][1]["ranks"] = {2, 1};
    EXPECT_EQ(parse(document).pipeline.elements[1].replicas, 2);
}

TEST(ConfigTopology, TheyStandBesideFuseAndNotInsideIt) {
    Json document = replicated();
    Json const stages = document["pipeline"];
    document["pipeline"] = Json::array({{{"fuse", stages}, {"replicas", 2}}});
    EXPECT_THAT(error_of(document), HasSubstr("/pipeline/0/fuse/0/replicas: stages that are fused "
                                              "stand on one rank; give it beside \"fuse\""));
    for (auto& stage : document["pipeline"][0]["fuse"]) stage.erase("replicas");
    EXPECT_EQ(parse(document).pipeline.elements[0].replicas, 2);
}

TEST(ConfigTopology, WritingItOutAndReadingItBackGivesTheSame) {
    Json document = replicated();
    document["pipeline"][1]["overflow"] = {"wait"};
    document["pipeline"][0]["ranks"] = {4, 0};
    document["pipeline"][1]["ranks"] = {1, 2, 3};
    Config const config = parse(document);
    EXPECT_EQ(parse(Json::parse(to_json(config))), config);
}

TEST(ConfigTopology, ResultsDoNotDependOnWhereStagesRun) {
    Json document = replicated();
    document["pipeline"][1]["overflow"] = {"wait"};
    EXPECT_EQ(physics_hash(parse(document)), physics_hash(parse(relax_then_md())));
}

TEST(ConfigTopology, ImpossibleOnesAreRefusedWithTheirPlace) {
    struct Case {
        char const* patch;
        char const* message;
    };
    for (auto const& [patch, message] : {
             Case{R"([{"op": "add", "path": "/pipeline/0/replicas", "value": 0}])",
                  "/pipeline/0/replicas: 0 is no number of replicas"},
             Case{R"([{"op": "add", "path": "/pipeline/0/ranks", "value": [0, 1]}])",
                  "/pipeline/1/ranks: missing; others say their ranks"},
             Case{R"([{"op": "add", "path": "/pipeline/0/ranks", "value": [0, 1, 2]}])",
                  "/pipeline/0/ranks: 3 ranks for 2 replicas; give one for each"},
             Case{R"([{"op": "add", "path": "/pipeline/0/replicas", "value": 1},
                      {"op": "add", "path": "/pipeline/0/ranks", "value": [0, 1]}])",
                  "/pipeline/0/ranks: 2 ranks for 1 replica; give one for each, or leave "
                  "\"replicas\" out"},
             Case{R"([{"op": "add", "path": "/pipeline/0/ranks", "value": [0, 5]},
                      {"op": "add", "path": "/pipeline/1/ranks", "value": [1, 2, 3]}])",
                  "rank 5 in a job of 5 instances; give each of 0 to 4 once"},
             Case{R"([{"op": "add", "path": "/pipeline/0/ranks", "value": [0, 1]},
                      {"op": "add", "path": "/pipeline/1/ranks", "value": [1, 2, 3]}])",
                  "/pipeline/1/ranks: rank 1 stands in"},
             Case{R"([{"op": "add", "path": "/pipeline/1/overflow", "value": ["weit"]}])",
                  "/pipeline/1/overflow/0: \"weit\" is no host_memory or device_buffer sink"},
             Case{
                 R"([{"op": "add", "path": "/pipeline/1/overflow", "value": ["done"]}])",
                 "\"done\" is no host_memory or device_buffer sink, which alone give samples back"},
             Case{R"([{"op": "add", "path": "/pipeline/1/overflow", "value": ["buffer"]},
                      {"op": "add", "path": "/buffers", "value": {"edges": 500}},
                      {"op": "add", "path": "/sinks/buffer",
                       "value": {"type": "device_buffer", "capacity": 5, "atoms": 90}}])",
                  "/pipeline/1/overflow/0: \"buffer\" has no room for the edges"},
             Case{R"([{"op": "add", "path": "/pipeline/1/overflow", "value": ["wait", "wait"]}])",
                  "/pipeline/1/overflow/1: \"wait\" stands twice"},
             Case{R"([{"op": "add", "path": "/pipeline/0/overflow", "value": ["wait"]}])",
                  "the first element reads the input when it has room"},
             Case{R"([{"op": "add", "path": "/pipeline/1/hooks/-",
                       "value": {"type": "logging", "path": "md.csv"}}])",
                  "/pipeline/1/hooks/1/path: \"md.csv\" would be written by 3 replicas at once"},
         })
        EXPECT_THAT(error_of(replicated().patch(Json::parse(patch))), HasSubstr(message)) << patch;
}

TEST(ConfigTopology, IndependentPipelinesAreReadOneAfterTheOther) {
    Json document = relax_then_md();
    Json const first = document["pipeline"];
    document.erase("pipeline");
    document["sinks"]["other"] = {{"type", "host_memory"}};
    Json const single = {{"name", "alone"}, {"dynamics", {{"type", "single_point"}}}};
    document["pipelines"] = {{{"pipeline", first}},
                             {{"pipeline", {single}}, {"output", {"other"}}}};
    Config const config = parse(document);
    ASSERT_EQ(config.pipeline.elements.size(), 3u);
    EXPECT_EQ(config.pipeline.chain_count(), 2);
    EXPECT_TRUE(config.pipeline.ends_chain(1));
    EXPECT_TRUE(config.pipeline.starts_chain(2));
    EXPECT_THAT(config.outputs, ElementsAre(ElementsAre("done"), ElementsAre("other")));
    EXPECT_EQ(parse(Json::parse(to_json(config))), config);

    document["pipelines"][0]["output"] = {"done"};
    document.erase("output");
    EXPECT_EQ(parse(document).outputs, config.outputs);
    document["pipelines"][0].erase("output");
    EXPECT_THAT(error_of(document), HasSubstr("/output: missing"));
    document["output"] = {"done"};
    document["pipeline"] = first;
    EXPECT_THAT(error_of(document), HasSubstr("/pipeline: stands beside \"pipelines\""));
    document.erase("pipeline");
    document.erase("pipelines");
    EXPECT_THAT(error_of(document), HasSubstr("/pipeline: missing; give a list"));
}

TEST(ConfigTopology, MomentumIsCountedAnewInEachPipeline) {
    Json document = relax_then_md();
    Json const relax = document["pipeline"][0], md = document["pipeline"][1];
    document.erase("pipeline");
    document["pipelines"] = {{{"pipeline", {relax}}}, {{"pipeline", {md}}}};
    EXPECT_THAT(momentum_stays_zero(parse(document).pipeline), ElementsAre(false, false));
}

}  // namespace
}  // namespace athanor::test
