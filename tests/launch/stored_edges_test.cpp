// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns that store edges, read back by our own reader and by zarr-python.
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"
#include "tests/support/brute_force_edges.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

std::string structures() {
    std::string all;
    for (char const* name : {"ar32", "lj13", "ar_slab", "ar_triclinic", "ar_tiny", "ar_wire"}) {
        std::ifstream const file(golden_path(std::string("inputs/") + name + ".xyz"));
        std::stringstream text;
        text << file.rdbuf();
        all += text.str();
    }
    return all;
}

/// The small campaign with edges in the rows of the stages in `storing`, written into `folder`.
nlohmann::json storing_campaign(std::string const& folder, std::vector<int> const& storing) {
    auto config = small_campaign("in.extxyz");
    for (int const stage : storing)
        config["pipeline"][stage]["hooks"].push_back(
            {{"type", "neighbor_list"}, {"skin", 1.0}, {"store_edges", true}});
    config["sinks"]["trajectory"]["url"] = folder + "/trajectory.zarr";
    config["sinks"]["done"]["url"] = folder + "/done.zarr";
    config["quarantine"] = folder + "/quarantine.extxyz";
    return config;
}

class StoredEdges : public ::testing::Test {
protected:
    void SetUp() override { folder_.write("in.extxyz", structures()); }
    [[nodiscard]] ProgramResult run(nlohmann::json const& config, int ranks = 1) const {
        folder_.write("c.json", config.dump());
        return ranks == 1 ? folder_.athanor("run c.json --progress off")
                          : folder_.mpirun(ranks, "run c.json --progress off");
    }
    [[nodiscard]] auto rows(std::string const& store) const {
        return rows_of_store(folder_.path() / store);
    }
    ProgramFolder folder_;
};

TEST_F(StoredEdges, OneProcessAndTwoRanksStoreThePairsWithinTheCutoff) {
    ProgramResult const one = run(storing_campaign("one", {0, 1}));
    ProgramResult const two = run(storing_campaign("two", {0, 1}), 2);
    auto alone = storing_campaign("alone", {0, 1});
    alone["sampler"] = {{"max_systems", 1}, {"max_atoms", 100}, {"max_edges", 20000}};
    ProgramResult const single = run(alone);

    ASSERT_EQ(one.code, 0) << one.text;
    ASSERT_EQ(two.code, 0) << two.text;
    ASSERT_EQ(single.code, 0) << single.text;
    for (char const* store : {"/trajectory.zarr", "/done.zarr"}) {
        auto const expected = rows(std::string("one") + store);
        EXPECT_GE(expected.size(), 6U);
        for (auto const& [key, sample] : expected)
            EXPECT_EQ(edges_of(sample), brute_force_edges(sample, 8.5)) << sample.name();
        expect_same_rows(expected, rows(std::string("two") + store));
        expect_same_rows(expected, rows(std::string("alone") + store));
    }
}

TEST_F(StoredEdges, ZarrPythonFindsTheSamePairs) {
    if (std::string(ATHANOR_PYTHON).empty()) GTEST_SKIP() << "ATHANOR_PYTHON is not set";
    auto config = storing_campaign("out", {0, 1});
    config["input"]["select"] = "2:";
    ASSERT_EQ(run(config, 2).code, 0);
    for (std::string const store : {"out/trajectory.zarr", "out/done.zarr"}) {
        ProgramResult const layout =
            folder_.shell("'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT "/check_store.py' " + store +
                          " --all-chunks --require neighbor_list --require neighbor_list_shifts "
                          "--unique system_id,ledger_stage,ledger_step,ledger_kind");
        ProgramResult const edges = folder_.shell(
            "'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT "/check_edges.py' " + store + " 8.5");

        EXPECT_EQ(layout.code, 0) << layout.text;
        EXPECT_EQ(edges.code, 0) << edges.text;
    }
}

TEST_F(StoredEdges, RowsOfAStageThatDoesNotAskHaveNone) {
    ASSERT_EQ(run(storing_campaign("first", {0})).code, 0);
    ASSERT_EQ(run(storing_campaign("none", {})).code, 0);

    for (auto const& [key, sample] : rows("first/trajectory.zarr"))
        EXPECT_EQ(sample.edge_count() > 0, key.stage == 0);
    for (auto const& [key, sample] : rows("first/done.zarr")) EXPECT_EQ(sample.edge_count(), 0);
    for (auto const& [key, sample] : rows("none/done.zarr"))
        EXPECT_FALSE(sample.schema().find("neighbor_list"));
}

TEST_F(StoredEdges, ASampleWithTooManyIsSetAsideWithTheKeyToRaise) {
    // The sampler estimates at the mean density, where the slab of atoms passes with its vacuum; in
    // the slab itself there are more pairs than that.
    auto config = storing_campaign("tight", {1});
    config["input"]["select"] = "2";
    config["sampler"]["max_edges"] = 3000;
    ProgramResult const result = run(config);

    EXPECT_EQ(result.code, 5) << result.text;
    EXPECT_THAT(folder_.read("tight/quarantine.extxyz"),
                HasSubstr("edges are more than the 3000 that a batch holds; raise "
                          "/sampler/max_edges to "));
}

TEST_F(StoredEdges, ASampleEstimatedToHaveTooManyIsRefusedForItsEdges) {
    auto config = storing_campaign("out", {1});
    config["input"]["select"] = "0";
    config["sampler"]["max_edges"] = 100;
    config["oversized"] = "quarantine";

    ProgramResult const result = run(config);

    EXPECT_EQ(result.code, 5) << result.text;
    EXPECT_THAT(folder_.read("out/quarantine.extxyz"),
                HasSubstr("estimated from its density, are more than the 100 of "
                          "/sampler/max_edges; raise it"));
}

TEST_F(StoredEdges, AFieldOfTheInputWithTheNameOfOneIsRefused) {
    folder_.write("in.extxyz", "1\nProperties=species:S:1:pos:R:3 neighbor_list=5\nAr 0 0 0\n");

    ProgramResult const result = run(storing_campaign("out", {1}));

    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.text, HasSubstr("in.extxyz: its frames have a \"neighbor_list\", which is "
                                       "what store_edges writes; rename it there"));
}

TEST_F(StoredEdges, ValidateTellsTheRoomThatTheyTake) {
    folder_.write("c.json", storing_campaign("out", {1}).dump());

    ProgramResult const result = folder_.athanor("validate c.json");

    EXPECT_EQ(result.code, 0) << result.text;
    EXPECT_THAT(result.text, HasSubstr("md stores them, room for "));
}

}  // namespace
}  // namespace athanor::test
