// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples that fail, in the store of the output as in the quarantine file.
#include "launch/quarantine_ledger.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/config.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t touching = 1, exploding = 3, unknown_species = 4;

/// Two that come to their end, and of those that do not one at admission, one in its first step,
/// one for its species, and one that is no sample.
std::string input() {
    return golden_input("lj3") + "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr 0 0 1e-7\n" +
           "1\nProperties=species:S:1:pos:R:3\nAr 0 nan 0\n" +
           "2\nname=\"a pair\" tag=0.1\nAr 0 0 0\nAr 0 0 0.5\n" +
           "1\nProperties=species:S:1:pos:R:3\nXe 0 0 0\n" + golden_input("lj13");
}

nlohmann::json campaign() {
    auto campaign = small_campaign("in.extxyz");
    campaign["checkpoint"] = {{"path", "out/checkpoint"}};
    campaign["pipeline"][0] = nlohmann::json::parse(
        R"({"name": "free", "dynamics": {"type": "nve", "timestep_fs": 2.0}, "steps": 20,
            "hooks": [{"type": "snapshot", "frequency": 1, "sink": "trajectory"},
                      {"type": "energy_drift_monitor", "threshold": 1.0, "action": "raise"}]})");
    return campaign;
}

/// The rows of failed samples of a store, by system_id.
std::map<std::int64_t, Sample> failed_rows(std::filesystem::path const& store) {
    std::map<std::int64_t, Sample> rows;
    for (auto& [key, sample] : rows_of_store(store, Masked::too))
        if (key.kind == RowKind::quarantined) rows.emplace(key.system_id, sample);
    return rows;
}

class QuarantineLedger : public ::testing::Test {
protected:
    QuarantineLedger() {
        folder_.write("in.extxyz", input());
        folder_.write("c.json", campaign().dump());
    }
    [[nodiscard]] std::filesystem::path done() const { return folder_.path() / "out/done.zarr"; }
    ProgramFolder folder_;
};

TEST_F(QuarantineLedger, HasTheSamplesThatFailedWithTheirLastGoodStateHiddenFromReaders) {
    ASSERT_EQ(folder_.athanor("run c.json --progress off").code, 5);

    ZarrReader reader(done().string());
    EXPECT_EQ(reader.sample_count(), 5);
    EXPECT_EQ(reader.active_count(), 2);
    auto const keys = reader.ledger_keys();
    auto const outcomes = reader.ledger_outcomes();
    for (std::size_t row = 0; row < keys.size(); ++row) {
        bool const failed = keys[row].kind == RowKind::quarantined;
        EXPECT_EQ(failed, !reader.is_active(static_cast<std::int64_t>(row)));
        EXPECT_EQ(failed, outcomes[row] == static_cast<std::uint8_t>(Outcome::failed));
    }
    auto const rows = failed_rows(done());
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_THAT(rows.at(touching).text(), HasSubstr("apart, nearer than any two atoms"));
    EXPECT_THAT(rows.at(unknown_species).text(), HasSubstr("no parameters for Xe"));
    EXPECT_TRUE(std::isnan(rows.at(unknown_species).values<double>(Fields::energy)[0]));
    // It fails when its step is done, so that the snapshot of that step is its last good state.
    Sample const& pair = rows.at(exploding);
    Sample const snapshot =
        rows_of_store(folder_.path() / "out/trajectory.zarr").at({exploding, 0, 1, RowKind::frame});
    EXPECT_EQ(pair.name(), "a pair");
    EXPECT_THAT(pair.text(), HasSubstr("reason=\"energy_drift_monitor: the energy"));
    for (FieldIndex const field :
         {Fields::positions, Fields::velocities, Fields::forces, Fields::energy, Fields::cell})
        EXPECT_TRUE(std::ranges::equal(pair.values<double>(field), snapshot.values<double>(field)));
    EXPECT_EQ(pair.values<double>(*pair.schema().find("tag"))[0], 0.1);
    ProgramResult const checked =
        folder_.shell("'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT
                      "/check_store.py' out/done.zarr --all-chunks --unique "
                      "system_id,ledger_stage,ledger_step,ledger_kind");
    EXPECT_EQ(checked.code, 0) << checked.text;
}

TEST_F(QuarantineLedger, IsTheSameOnSeveralRanksAfterAResumeAndARetryAndInShards) {
    ASSERT_EQ(folder_.athanor("run c.json --progress off").code, 5);
    auto const expected = rows_of_store(done(), Masked::too);

    EXPECT_EQ(folder_.athanor("resume c.json --progress off").code, 5);
    expect_same_rows(expected, rows_of_store(done(), Masked::too));
    EXPECT_EQ(folder_.athanor("resume c.json --retry-quarantine --progress off").code, 5);
    expect_same_rows(expected, rows_of_store(done(), Masked::too));
    EXPECT_EQ(folder_.mpirun(2, "run c.json --overwrite --progress off").code, 5);
    expect_same_rows(expected, rows_of_store(done(), Masked::too));
    for (char const* shard : {"0/2", "1/2"})
        EXPECT_EQ(folder_.athanor("run c.json --progress off --shard " + std::string(shard)).code,
                  5);
    ProgramResult const merged = folder_.athanor("merge c.json --shards 2 --overwrite");
    EXPECT_EQ(merged.code, 0) << merged.text;
    expect_same_rows(expected, rows_of_store(done(), Masked::too));
    EXPECT_EQ(ZarrReader(done().string()).active_count(), 2);
}

TEST_F(QuarantineLedger, IsShownByInspectAndConvertedOnlyWhenAskedFor) {
    ASSERT_EQ(folder_.athanor("run c.json --progress off").code, 5);

    ProgramResult const inspected = folder_.athanor("inspect out/done.zarr");
    EXPECT_EQ(inspected.code, 0) << inspected.text;
    EXPECT_THAT(inspected.text, HasSubstr("rows    2, and 3 of failed samples, masked"));
    EXPECT_THAT(inspected.text, HasSubstr("quarantined        failed     3        3  0 to 1"));
    auto const found = nlohmann::json::parse(folder_.athanor("inspect out/done.zarr --json").text);
    EXPECT_EQ(found["active"], 2);
    EXPECT_EQ(found["quarantined"], 3);
    EXPECT_EQ(found["kinds"]["quarantined"], 3);
    for (auto const& [select, rows] : {std::pair("", 2),
                                       {"--select stage=0", 0},
                                       {"--select outcome=failed", 3},
                                       {"--select 'kind=quarantined,sample=3'", 1},
                                       {"--select 'kind=graduated|quarantined'", 5}}) {
        ProgramResult const result =
            folder_.athanor("convert out/done.zarr o.extxyz --overwrite " + std::string(select));
        EXPECT_THAT(result.text, HasSubstr("o.extxyz: " + std::to_string(rows) + " of 2 rows"));
    }
}

TEST_F(QuarantineLedger, TakesWhatARunThatWasKilledBeforeItsEndLeftInTheFile) {
    ASSERT_EQ(folder_.athanor("run c.json --progress off").code, 5);
    auto const expected = rows_of_store(done(), Masked::too);
    // As a kill before the end leaves it: results without the failed ones, which are in the file.
    ASSERT_EQ(folder_
                  .shell("athanor convert out/done.zarr results.zarr && rm -r out/done.zarr && "
                         "mv results.zarr out/done.zarr")
                  .code,
              0);
    Config const config = load_config((folder_.path() / "c.json").string(), {});
    SchemaPtr const schema = ZarrReader(done().string()).schema();
    ASSERT_TRUE(failed_rows(done()).empty());

    EXPECT_EQ(record_quarantine(config, schema), 3);
    EXPECT_EQ(record_quarantine(config, schema), 0);

    expect_same_rows(expected, rows_of_store(done(), Masked::too));
}

}  // namespace
}  // namespace athanor::test
