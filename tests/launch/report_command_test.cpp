// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// `athanor report` over campaigns that are whole, in part, moved, or damaged.
#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launch/report/page.hpp"
#include "launch/report/read_rows.hpp"
#include "launch/report/tally.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

int const frames = static_cast<int>(mixed_names.size());
std::string const all_done =
    std::to_string(frames) + " samples: " + std::to_string(frames) + " finished, 0 failed; ";

/// A whole page in the message of a failure would help nobody.
bool says(std::string const& page, std::string const& text) {
    return page.find(text) != std::string::npos;
}

/// One folder with a campaign that has run, with metrics and logs; tests read it alone.
class Report : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = std::make_unique<ProgramFolder>();
        folder_->write("input.xyz", mixed_input());
        nlohmann::json campaign = small_campaign("input.xyz");
        campaign["metrics"] = {{"path", "out/metrics.json"}, {"interval_seconds", 0.02}};
        for (auto& stage : campaign["pipeline"])
            stage["hooks"].push_back(
                {{"type", "logging"}, {"path", "out/{stage}.csv"}, {"frequency", 5}});
        folder_->write("campaign.json", campaign.dump());
        campaign["sinks"]["done"]["url"] = "out/never.zarr";
        campaign["pipeline"][0]["hooks"].back()["path"] = "out/never.csv";
        campaign["metrics"]["path"] = "out/never.json";
        folder_->write("other.json", campaign.dump());
        ProgramResult const run = folder_->athanor("run campaign.json --progress none");
        ASSERT_EQ(run.code, 0) << run.text;
    }
    static void TearDownTestSuite() { folder_.reset(); }

    static std::string page(std::string const& name) {
        std::ifstream file(folder_->path() / name);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }
    static std::string place(std::string const& name) { return (folder_->path() / name).string(); }
    static CampaignRecords records_of(std::vector<std::string> const& names) {
        ReportSources sources;
        for (std::string const& name : names) sources.places.push_back(place(name));
        return read_campaign(sources);
    }
    static inline std::unique_ptr<ProgramFolder> folder_;
};

TEST_F(Report, OfAConfigurationHasEverything) {
    ProgramResult const made = folder_->athanor("report campaign.json");

    ASSERT_EQ(made.code, 0) << made.text;
    EXPECT_THAT(made.text, AllOf(StartsWith(all_done), Not(HasSubstr("missing")),
                                 HasSubstr("written: report.html")));
    std::string const html = page("report.html");
    for (char const* part :
         {"Steps to converge in relax", "Energy in md", "Largest force in relax",
          "Temperature in md", "Samples in the batch", "What md did", "Where the time went",
          "configuration SHA-256", "physics hash", "The configuration"})
        EXPECT_TRUE(says(html, part)) << part;
    EXPECT_FALSE(says(html, "What is missing"));
}

TEST_F(Report, StoresMetricsAndConfigurationTellTheSame) {
    CampaignRecords const from_config = records_of({"campaign.json"});
    CampaignRecords const from_metrics = records_of({"out/metrics.json"});
    CampaignRecords const from_stores = records_of({"out/done.zarr", "out/trajectory.zarr"});

    for (CampaignRecords const* records : {&from_config, &from_metrics, &from_stores}) {
        EXPECT_TRUE(records->missing.empty());
        EXPECT_EQ(tally_of(*records).finished, frames);
        EXPECT_EQ(tally_of(*records).total, frames);
        ASSERT_EQ(records->stages.size(), 2U);
        EXPECT_EQ(records->stages[1].observations.size(),
                  from_config.stages[1].observations.size());
        EXPECT_EQ(records->stages[0].converged, from_config.stages[0].converged);
        EXPECT_EQ(physics_hash(*records->config), physics_hash(*from_config.config));
    }
    // Steps 0, 1, 6, 11, 16 of the snapshots, of which the log has four, and 20 of the output.
    EXPECT_EQ(from_config.stages[1].observations.size(), 6U * mixed_names.size());
}

TEST_F(Report, AStoreThatIsElsewhereSpeaksForItself) {
    ASSERT_EQ(folder_
                  ->shell("mkdir -p away && cp -r out/done.zarr away && cd away && "
                          "athanor report done.zarr/ --output page.html")
                  .code,
              0);
    EXPECT_TRUE(says(page("away/page.html"), "<h1>done.zarr</h1>"));
}

TEST_F(Report, SaysWhatIsMissingAndGoesOn) {
    ProgramResult const made = folder_->athanor("report other.json --output other.html");

    ASSERT_EQ(made.code, 0) << made.text;
    std::string const html = page("other.html");
    EXPECT_TRUE(says(html, "What is missing"));
    EXPECT_TRUE(says(html, "out/never.zarr: there is no store"));
    EXPECT_TRUE(says(html, "out/never.csv: there is no log"));
    EXPECT_TRUE(says(html, "out/never.json: there are no metrics"));
    EXPECT_TRUE(says(html, "Energy in md"));  // from the store that is there
}

TEST_F(Report, SettingsAreThoseOfTheRunAlsoWhenTheConfigurationHasChanged) {
    std::string const now = place("campaign.json");
    nlohmann::json changed = nlohmann::json::parse(std::ifstream(now));
    changed["seed"] = 12;
    folder_->write("changed.json", changed.dump());

    CampaignRecords const records = records_of({"changed.json"});

    ASSERT_EQ(records.missing.size(), 1U);
    EXPECT_THAT(records.missing[0], HasSubstr("were not those of the configuration"));
    EXPECT_TRUE(says(report_page(records), "<dt>seed</dt><dd>11</dd>"));
}

TEST_F(Report, DamageIsMissingToo) {
    ASSERT_EQ(folder_
                  ->shell("mkdir -p hurt && cp -r out campaign.json input.xyz hurt && cd hurt && "
                          "echo '{\"stages\": 3' > out/metrics.json && "
                          "echo nonsense > out/md.csv && "
                          "rm -r out/trajectory.zarr/core/energy")
                  .code,
              0);

    ProgramResult const made = folder_->shell("cd hurt && athanor report campaign.json");

    EXPECT_EQ(made.code, 0);
    EXPECT_THAT(made.text,
                AllOf(HasSubstr("missing: "), HasSubstr("metrics.json: is damaged"),
                      HasSubstr("md.csv: is no log of a stage"), HasSubstr("trajectory.zarr")));
}

TEST_F(Report, RefusesWhatIsNoCampaign) {
    EXPECT_EQ(folder_->athanor("report").code, 2);
    EXPECT_EQ(folder_->athanor("report nothing.json").code, 2);
    EXPECT_EQ(folder_->athanor("report nothing.zarr").code, 3);
    EXPECT_EQ(folder_->athanor("report campaign.json --output no/such/folder/page.html").code, 6);
    ProgramResult const same = folder_->athanor("report campaign.json --output campaign.json");
    EXPECT_EQ(same.code, 2);
    EXPECT_THAT(same.text, HasSubstr("is what the report is made from"));
}

struct ReadRows {
    std::set<std::int64_t> samples;
    std::size_t rows = 0, rows_of_dynamics = 0;
    std::vector<std::string> notes;
};

ReadRows read_rows(std::string const& place, std::int64_t most) {
    CampaignRecords records;
    read_store_rows(place, {.rows = most, .atoms = 20'000'000}, records);
    ReadRows read;
    read.notes = records.notes;
    for (Observation const& one : records.stages.at(1).observations)
        read.samples.insert(one.sample);
    for (StageRecords const& stage : records.stages) read.rows += stage.observations.size();
    read.rows_of_dynamics = records.stages.at(1).observations.size();
    return read;
}

/// That there are some samples but not all, each with all of its rows.
void expect_whole_histories(ReadRows const& read, std::size_t most, std::size_t of_samples) {
    EXPECT_LE(read.rows, most);
    EXPECT_LT(read.samples.size(), of_samples);
    EXPECT_GT(read.samples.size(), 1U);
    // Five rows each: the initial one and those at 1, 6, 11, 16.
    EXPECT_EQ(read.rows_of_dynamics, 5 * read.samples.size());
    ASSERT_EQ(read.notes.size(), 1U);
    EXPECT_THAT(read.notes[0],
                HasSubstr(fmt::format("of {} of {} samples", read.samples.size(), of_samples)));
}

TEST_F(Report, OfALargeStoreTakesWholeHistoriesOfSomeSamples) {
    expect_whole_histories(read_rows(place("out/trajectory.zarr"), 20), 20, mixed_names.size());
}

TEST_F(Report, TakesTheSameSamplesOfAStoreWithFewerRowsASample) {
    ReadRows const trajectory = read_rows(place("out/trajectory.zarr"), 20);
    auto const count = static_cast<std::int64_t>(trajectory.samples.size());
    ReadRows const done = read_rows(place("out/done.zarr"), count);
    ReadRows const more = read_rows(place("out/done.zarr"), count + 1);

    EXPECT_EQ(done.samples, trajectory.samples);
    EXPECT_EQ(more.samples.size(), done.samples.size() + 1);
    EXPECT_TRUE(std::ranges::includes(more.samples, done.samples));
}

/// The ids of a shard have a common divisor, or none of them has it.
TEST_F(Report, OfAnyShardTakesSomeSamplesAsOfAWhole) {
    for (char const* shard : {"0", "1"}) {
        SCOPED_TRACE(shard);
        auto const run =
            folder_->athanor(fmt::format("run campaign.json --progress none --shard {}/2", shard));
        ASSERT_EQ(run.code, 0) << run.text;

        expect_whole_histories(
            read_rows(place(fmt::format("out/trajectory.shard-{}-of-2.zarr", shard)), 18), 18,
            mixed_names.size() / 2);
    }
}

TEST_F(Report, OfASampleThatIsItselfTooLongTakesRowsSpreadOverIt) {
    ReadRows const read = read_rows(place("out/trajectory.zarr"), 3);

    EXPECT_EQ(read.samples.size(), 1U);
    EXPECT_LE(read.rows, 3U);
    EXPECT_GT(read.rows_of_dynamics, 1U);
}

TEST_F(Report, OfALargeStoreReadsForcesInWindowsSpreadOverIt) {
    CampaignRecords records;
    read_store_rows(place("out/trajectory.zarr"), {.atoms = 100}, records);

    std::size_t with_forces = 0, with_energies = 0, rows = 0;
    for (StageRecords const& stage : records.stages)
        for (Observation const& one : stage.observations) {
            with_forces += std::isfinite(one.fmax);
            with_energies += std::isfinite(one.energy);
            ++rows;
        }
    EXPECT_EQ(with_energies, rows);
    EXPECT_LT(with_forces, rows);
    EXPECT_GT(with_forces, 0U);
    ASSERT_EQ(records.notes.size(), 1U);
    EXPECT_THAT(records.notes[0], HasSubstr("forces of"));
}

}  // namespace
}  // namespace athanor::test
