// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The figures of a run for programs: the file of --metrics, and the lines of --progress json.
#include "launch/metrics_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launch/rank_facts.hpp"
#include "runtime/error.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using Json = nlohmann::json;

TEST(RankFacts, TravelAsText) {
    RankFacts const facts = rank_facts_from(to_text({"node 7", "a processor", 3}));
    EXPECT_EQ(facts.host, "node 7");
    EXPECT_EQ(facts.processor, "a processor");
    EXPECT_EQ(facts.threads, 3);
    EXPECT_EQ(rank_facts_from("nonsense").host, "");
    EXPECT_FALSE(facts_of_this_rank(1).host.empty());
}

class MetricsFile : public ::testing::Test {
protected:
    MetricsFile() {
        folder_.write("input.xyz", mixed_input());
        Json campaign = small_campaign("input.xyz");
        campaign["metrics"] = {{"path", "out/metrics.json"}, {"interval_seconds", 0.02}};
        folder_.write("campaign.json", campaign.dump());
    }
    Json read(std::string const& name) {
        std::ifstream file(folder_.path() / name);
        return Json::parse(file);
    }
    ProgramFolder folder_;
};

/// What any run of the campaign must say about itself, by itself.
void expect_sound(Json const& metrics, int ranks) {
    EXPECT_EQ(metrics["frames"], mixed_names.size());
    EXPECT_EQ(metrics["hosts"].size(), static_cast<std::size_t>(ranks));
    EXPECT_EQ(metrics["resumed"], nullptr);
    EXPECT_EQ(metrics["config"]["seed"], 11);
    ASSERT_EQ(metrics["stages"].size(), 2U);
    for (Json const& stage : metrics["stages"]) {
        double sum = 0.0;
        for (Json const& part : stage["seconds_of"]) sum += part.get<double>();
        EXPECT_NEAR(sum, stage["seconds"], 0.05 * sum + 0.01);  // "other" is what is missing
        EXPECT_EQ(stage["samples_in"], stage["samples_out"]);
        EXPECT_EQ(stage["samples_out"].get<int>(),
                  stage["converged"].get<int>() + stage["budget_spent"].get<int>());
    }
    Json const& forces = metrics["seconds_over_stages"]["forces"];
    EXPECT_NEAR(forces["avg"], (forces["min"].get<double>() + forces["max"].get<double>()) / 2,
                1e-12);
    Json const& timeline = metrics["timeline"];
    std::size_t const points = timeline["seconds"].size();
    ASSERT_GE(points, 2U);
    EXPECT_EQ(timeline["seconds"][0], 0.0);
    EXPECT_EQ(timeline["seconds"].back(), metrics["wall_seconds"]);
    ASSERT_EQ(timeline["stages"].size(), 2U);
    for (std::size_t s = 0; s < 2; ++s) {
        Json const& stage = timeline["stages"][s];
        for (auto const& [key, column] : stage.items()) {
            if (key == "name") continue;
            EXPECT_EQ(column.size(), points) << key;
        }
        EXPECT_EQ(stage["name"], metrics["stages"][s]["name"]);
        EXPECT_EQ(stage["samples_out"].back(), metrics["stages"][s]["samples_out"]);
        for (std::size_t k = 0; k < points; ++k)
            EXPECT_LE(stage["working"][k].get<double>() +
                          stage["waiting_for_input"][k].get<double>() +
                          stage["waiting_for_room"][k].get<double>(),
                      1.0 + 1e-9);
    }
}

TEST_F(MetricsFile, TheConfigurationNamesItAndOneProcessOrRanksFillIt) {
    ProgramResult const one = folder_.athanor("run campaign.json --progress none");
    ASSERT_EQ(one.code, 0) << one.text;
    EXPECT_EQ(one.text, "");
    Json const alone = read("out/metrics.json");
    expect_sound(alone, 1);

    ProgramResult const two =
        folder_.mpirun(2, "run campaign.json --progress none --overwrite --metrics two.json");
    ASSERT_EQ(two.code, 0) << two.text;
    Json const ranks = read("two.json");
    expect_sound(ranks, 2);
    EXPECT_EQ(ranks["physics"], alone["physics"]);
    EXPECT_EQ(read("out/metrics.json")["started"], alone["started"]);  // the option went before it
}

TEST_F(MetricsFile, OfAnEarlierRunGoesAndWhatCannotBeWrittenIsSaidBeforeTheStart) {
    std::filesystem::create_directory(folder_.path() / "old");
    folder_.write("old/m.json", "{}");

    prepare_metrics(folder_.path() / "old/m.json");
    prepare_metrics(folder_.path() / "new/folder/m.json");

    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "old"));
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "new/folder"));
    EXPECT_THROW(prepare_metrics(folder_.path() / "old"), StorageError);
    EXPECT_THROW(prepare_metrics("/proc/nowhere/m.json"), StorageError);
}

TEST_F(MetricsFile, ProgressForProgramsIsJsonAloneAndEndsWithTheFigures) {
    ProgramResult const run = folder_.athanor("run campaign.json --progress json");
    ASSERT_EQ(run.code, 0) << run.text;

    std::vector<Json> lines;
    std::istringstream text(run.text);
    for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));

    ASSERT_GE(lines.size(), 2U);
    EXPECT_EQ(lines.back()["event"], "summary");
    Json const& last = lines[lines.size() - 2];
    EXPECT_EQ(last["event"], "progress");
    EXPECT_EQ(last["samples_done"], last["samples_total"]);
    Json summary = lines.back();
    summary.erase("event");
    EXPECT_EQ(summary["stages"], read("out/metrics.json")["stages"]);
    expect_sound(summary, 1);
}

}  // namespace
}  // namespace athanor::test
