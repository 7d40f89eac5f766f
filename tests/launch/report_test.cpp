// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The parts of a report by themselves: text, numbers, statistics, drawings. The page as a whole
/// is looked at in a browser, see report_in_browser.py.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/report/chart.hpp"
#include "launch/report/html_table.hpp"
#include "launch/report/markup.hpp"
#include "launch/report/page.hpp"
#include "launch/report/read_rows.hpp"
#include "launch/report/run_figures.hpp"
#include "launch/report/statistics.hpp"
#include "launch/report/tally.hpp"
#include "runtime/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

double const nan = std::numeric_limits<double>::quiet_NaN();

std::size_t count_of(std::string const& what, std::string const& text) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
    return count;
}

TEST(ReportMarkup, TextOfUsersCannotLeaveItsPlace) {
    EXPECT_EQ(escape_markup("<b a='x' c=\"y\">&amp;"),
              "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;amp;");
    EXPECT_EQ(escape_markup("Å µs 日本 😀"), "Å µs 日本 😀");
}

TEST(ReportMarkup, BytesThatAreNoUtf8AndControlCharactersAreReplaced) {
    EXPECT_EQ(escape_markup("a\xFF"
                            "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(escape_markup("\xC3"), "\xEF\xBF\xBD");                  // cut off
    EXPECT_EQ(escape_markup("\xC0\xBC"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // '<' in two bytes
    EXPECT_EQ(escape_markup(std::string("\0\x1B\x7F", 3)), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(escape_markup("\t\n"), "\t\n");
}

TEST(ReportMarkup, NumbersAreShort) {
    EXPECT_EQ(short_number(0.0), "0");
    EXPECT_EQ(short_number(0.25), "0.25");
    EXPECT_EQ(short_number(12.345), "12.3");
    EXPECT_EQ(short_number(-1250.0), "-1.25 k");
    EXPECT_EQ(short_number(999.4), "999");
    EXPECT_EQ(short_number(999.6), "1 k");
    EXPECT_EQ(short_number(3e6), "3 M");
    EXPECT_EQ(short_number(2.5e-5), "2.5e-05");
    EXPECT_EQ(short_number(nan), "-");
}

TEST(ReportMarkup, PowersOfTenFarFromOneHaveExponents) {
    EXPECT_EQ(power_of_ten(-3), "0.001");
    EXPECT_EQ(power_of_ten(0), "1");
    EXPECT_EQ(power_of_ten(2), "100");
    EXPECT_EQ(power_of_ten(-12), "10⁻¹²");
    EXPECT_EQ(power_of_ten(6), "10⁶");
}

TEST(ReportStatistics, PercentilesLieBetweenNeighbours) {
    EXPECT_EQ(percentile({7.0}, 0.9), 7.0);
    EXPECT_EQ(percentile({1.0, 2.0, 3.0, 4.0, 5.0}, 0.5), 3.0);
    EXPECT_DOUBLE_EQ(percentile({0.0, 10.0}, 0.25), 2.5);
    EXPECT_EQ(percentile({0.0, 10.0}, 1.0), 10.0);
}

TEST(ReportStatistics, BandsAreThoseOfEachStep) {
    std::vector<std::pair<std::int64_t, double>> points;
    for (int sample = 0; sample <= 10; ++sample) {
        points.emplace_back(20, 100.0 + sample);
        points.emplace_back(10, sample);
        points.emplace_back(10, nan);
    }

    auto const bands = percentiles_by_step(points, 60);

    EXPECT_THAT(bands.step, ElementsAre(10.0, 20.0));
    EXPECT_THAT(bands.p10, ElementsAre(1.0, 101.0));
    EXPECT_THAT(bands.p25, ElementsAre(2.5, 102.5));
    EXPECT_THAT(bands.p50, ElementsAre(5.0, 105.0));
    EXPECT_THAT(bands.p75, ElementsAre(7.5, 107.5));
    EXPECT_THAT(bands.p90, ElementsAre(9.0, 109.0));
}

TEST(ReportStatistics, ManyStepsGoTogether) {
    std::vector<std::pair<std::int64_t, double>> points;
    for (int step = 0; step < 1000; ++step) points.emplace_back(step, step);

    auto const bands = percentiles_by_step(points, 10);

    ASSERT_EQ(bands.step.size(), 10U);
    EXPECT_EQ(bands.step[0], 49.5);
    EXPECT_EQ(bands.p50[9], 949.5);
}

TEST(ReportStatistics, StepsThatOnlyAFewSamplesReachHaveNoBands) {
    std::vector<std::pair<std::int64_t, double>> points{{30, 7.0}, {30, 8.0}};
    for (int sample = 0; sample < 3; ++sample) points.emplace_back(10, sample);

    EXPECT_THAT(percentiles_by_step(points, 60, 3).step, ElementsAre(10.0));
    EXPECT_THAT(percentiles_by_step(points, 60, 2).step, ElementsAre(10.0, 30.0));
}

TEST(ReportStatistics, HistogramsHaveRoundBinsThatHoldEveryValue) {
    auto const narrow = histogram_of({3, 5, 5, 7}, 10);
    EXPECT_EQ(narrow.begin, 3.0);
    EXPECT_EQ(narrow.width, 1.0);
    EXPECT_THAT(narrow.counts, ElementsAre(1, 0, 2, 0, 1));

    auto const wide = histogram_of({53, 74, 74, 696}, 40);
    EXPECT_EQ(wide.begin, 40.0);
    EXPECT_EQ(wide.width, 20.0);  // 10 would take 65 bins
    EXPECT_EQ(wide.counts.size(), 33U);
    EXPECT_EQ(wide.counts[0], 1);
    EXPECT_EQ(wide.counts[1], 2);
    EXPECT_EQ(wide.counts[32], 1);

    EXPECT_TRUE(histogram_of({}, 40).counts.empty());
    EXPECT_THAT(histogram_of({0}, 40).counts, ElementsAre(1));
}

TEST(ReportChart, TicksAreRoundAndInside) {
    EXPECT_THAT(round_ticks(0.0, 10.0, 5), ElementsAre(0.0, 2.0, 4.0, 6.0, 8.0, 10.0));
    EXPECT_THAT(round_ticks(-0.3, 0.9, 3), ElementsAre(0.0, 0.5));
    EXPECT_THAT(round_ticks(-30.0, 30.0, 3), ElementsAre(-20.0, 0.0, 20.0));
}

TEST(ReportChart, AxesTakeAnyValues) {
    EXPECT_EQ(axis_over("x", {{0.0, 100.0}}, true).low, 0.0);
    EXPECT_EQ(axis_over("x", {{0.0, 100.0}}, true).high, 104.0);
    for (auto const& values : std::vector<std::vector<double>>{
             {}, {nan}, {5.0}, {0.0}, {-3.0, -3.0}, {1e300, -1e300}, {1e-300}}) {
        ChartAxis const linear = axis_over("x", {values}, false);
        EXPECT_LT(linear.low, linear.high);
        EXPECT_TRUE(std::isfinite(linear.low) && std::isfinite(linear.high));
        ChartAxis const logarithmic = log_axis_over("x", {values});
        EXPECT_LT(0.0, logarithmic.low);
        EXPECT_LT(logarithmic.low, logarithmic.high);
    }
    ChartAxis const forces = log_axis_over("x", {{0.003, 0.4, 0.0, -1.0}});
    EXPECT_DOUBLE_EQ(forces.low, 0.001);
    EXPECT_DOUBLE_EQ(forces.high, 1.0);
}

TEST(ReportChart, ALineStandsWhereItsNumbersSay) {
    Chart chart("t", {"x", 0.0, 10.0}, {"y", 0.0, 1.0});

    chart.line({0.0, 5.0, 10.0}, {0.0, 0.5, 1.0}, 2);

    // Of 440 by 270: 62 to the left, 12 to the right, 10 above, 46 below.
    EXPECT_THAT(chart.figure(),
                HasSubstr("<path class=\"line s2\" d=\"M62.0 224.0L245.0 117.0L428.0 10.0\"/>"));
}

TEST(ReportChart, WhatCannotBeDrawnInterruptsALine) {
    Chart linear("t", {"x", 0.0, 4.0}, {"y", 0.0, 1.0});
    linear.line({0.0, 1.0, 2.0, 3.0, 4.0}, {1.0, 1.0, nan, 1.0, 1.0}, 0);
    EXPECT_THAT(linear.figure(), HasSubstr("d=\"M62.0 10.0L153.5 10.0M336.5 10.0L428.0 10.0\""));

    Chart logarithmic("t", {"x", 0.0, 2.0}, {"y", 0.01, 1.0, true});
    logarithmic.line({0.0, 1.0, 2.0}, {0.1, 0.0, 0.1}, 0);
    EXPECT_THAT(logarithmic.figure(), HasSubstr("d=\"M62.0 117.0M428.0 117.0\""));
}

TEST(ReportChart, ABandGoesThereAndBack) {
    Chart chart("t", {"x", 0.0, 1.0}, {"y", 0.0, 1.0});
    chart.band({0.0, 1.0}, {0.0, 0.0}, {0.5, 1.0}, 1, 0.25);
    EXPECT_THAT(chart.figure(), HasSubstr("<path class=\"f1\" opacity=\"0.25\" d=\"M62.0 117.0"
                                          "L428.0 10.0L428.0 224.0L62.0 224.0Z\"/>"));
}

TEST(ReportChart, TitlesNamesAndTipsAreEscapedAndAxesHaveTheirLabels) {
    Chart chart("<t>", {"time [s]", 0.0, 1.0}, {"force [eV/Å]", 0.0, 1.0});
    chart.name(0, "<script>");
    chart.bar(0.0, 0.5, 1.0, 0, "\"<tip>");

    std::string const figure = chart.figure();

    EXPECT_THAT(figure, HasSubstr("<figcaption>&lt;t&gt;</figcaption>"));
    EXPECT_THAT(figure, HasSubstr("&lt;script&gt;"));
    EXPECT_THAT(figure, HasSubstr("<title>&quot;&lt;tip&gt;</title>"));
    EXPECT_THAT(figure, HasSubstr(">time [s]</text>"));
    EXPECT_THAT(figure, HasSubstr(">force [eV/Å]</text>"));
    EXPECT_THAT(figure, Not(HasSubstr("<script")));
}

TEST(ReportTable, ShowsSoManyRowsAndSaysHowManyMoreThereAre) {
    HtmlTable table({"a", "b"});
    for (std::size_t k = 0; k < HtmlTable::most_rows + 3; ++k) table.add({"<x>", "1"});

    std::string const html = table.html();

    EXPECT_EQ(count_of("<tr>", html), 1 + HtmlTable::most_rows);
    EXPECT_EQ(count_of("<td>&lt;x&gt;</td>", html), HtmlTable::most_rows);
    EXPECT_THAT(html, HasSubstr("3 more are not shown."));
}

TEST(ReportRows, LogsAreReadColumnByColumnUpToABound) {
    TemporaryFolder folder;
    auto const path = folder.write("relax.csv",
                                   "step,graph_idx,system_id,name,status,energy,fmax,temperature\n"
                                   "5,0,3,\"a, \"\"b\"\"\",0,-1.5,0.25,12\n"
                                   "6,0,3,short\n"
                                   "10,0,3,x,0,nan,inf,12\n");
    StageRecords stage;
    CampaignRecords records;
    read_log_rows(path, stage, {}, records);

    ASSERT_EQ(stage.observations.size(), 2U);
    EXPECT_EQ(stage.observations[0].sample, 3);
    EXPECT_EQ(stage.observations[0].step, 5);
    EXPECT_EQ(stage.observations[0].energy, -1.5);
    EXPECT_EQ(stage.observations[0].fmax, 0.25);
    EXPECT_EQ(stage.observations[0].temperature, 12.0);
    EXPECT_TRUE(std::isnan(stage.observations[1].energy));
    EXPECT_EQ(records.names.at(3), "a, \"b\"");
    EXPECT_TRUE(records.notes.empty());

    StageRecords beginning;
    read_log_rows(path, beginning, {.log_bytes = 70}, records);
    EXPECT_EQ(beginning.observations.size(), 1U);
    ASSERT_EQ(records.notes.size(), 1U);
    EXPECT_THAT(records.notes[0], HasSubstr("relax.csv: the first 0 MiB are read"));

    StageRecords none;
    EXPECT_THROW(read_log_rows(folder.write("x.csv", "a,b\n1,2\n"), none, {}, records), InputError);
}

TEST(ReportRows, TheSameStepOfASampleIsOneObservation) {
    StageRecords stage;
    stage.observations = {{.sample = 2, .step = 5, .fmax = 0.5},
                          {.sample = 1, .step = 9, .energy = 1.0},
                          {.sample = 2, .step = 5, .energy = 3.0, .at_end = true}};

    merge_observations(stage);

    ASSERT_EQ(stage.observations.size(), 2U);
    EXPECT_EQ(stage.observations[0].sample, 1);
    EXPECT_EQ(stage.observations[1].energy, 3.0);
    EXPECT_EQ(stage.observations[1].fmax, 0.5);
    EXPECT_FALSE(stage.observations[1].at_end);
}

TEST(ReportRows, QuarantineSaysWhoWhereAndWhy) {
    TemporaryFolder folder;
    auto const path = folder.write(
        "q.extxyz",
        "1\nProperties=species:S:1:pos:R:3 name=\"<a>\" system_id=7 stage=1 stage_step=40 "
        "reason=\"forces are \\\"nan\\\"\"\nAr 0 0 0\n2\ntorn");
    folder.write("q.extxyz.rejects.txt", "# sample 9 \"b c\"\n# no atoms\nraw\n");
    CampaignRecords records;

    read_quarantine_rows(path, records);

    ASSERT_EQ(records.quarantine.size(), 3U);
    EXPECT_EQ(records.quarantine[0].sample, 7);
    EXPECT_EQ(records.quarantine[0].name, "<a>");
    EXPECT_EQ(records.quarantine[0].stage, 1);
    EXPECT_EQ(records.quarantine[0].step, 40);
    EXPECT_EQ(records.quarantine[0].reason, "forces are \"nan\"");
    EXPECT_EQ(records.quarantine[2].sample, 9);
    EXPECT_EQ(records.quarantine[2].name, "b c");
    EXPECT_EQ(records.quarantine[2].reason, "no atoms");
}

TEST(ReportPage, WithoutAnythingItStillSaysWhatIsMissing) {
    CampaignRecords records;
    records.title = "<nothing>";
    records.missing = {"out/\"x\".zarr: there is no store"};

    std::string const page = report_page(records);

    EXPECT_THAT(page, HasSubstr("<h1>&lt;nothing&gt;</h1>"));
    EXPECT_THAT(page, HasSubstr("What is missing"));
    EXPECT_THAT(page, HasSubstr("out/&quot;x&quot;.zarr: there is no store"));
    EXPECT_EQ(verdict_of(records), "0 finished, 0 failed. How long it took is not known.");
}

TEST(ReportPage, WithoutMetricsNobodyKnowsWhetherItIsDone) {
    CampaignRecords records;
    records.finished = 17;

    std::string const html = report_page(records);

    EXPECT_THAT(html, HasSubstr("Whether it is done is not known."));
    EXPECT_THAT(html, Not(HasSubstr("All done.")));
}

TEST(ReportTally, OfARunThatWentOnCountsWhatWasThereBefore) {
    CampaignRecords records;
    records.config.emplace();
    records.config->pipeline.elements = {
        ElementSpec{.stages = {StageSpec{.name = "relax"}}},
        ElementSpec{.stages = {StageSpec{.name = "md"}}, .replicas = 2}};
    records.metrics.emplace();
    records.metrics->frames = 20;
    records.metrics->quarantined = 1;
    records.metrics->finished_before = 5;
    records.metrics->quarantined_before = 2;
    for (std::int64_t const out : {13, 7, 4})
        records.metrics->instances.push_back({.samples_out = out});

    CampaignTally const tally = tally_of(records);

    EXPECT_EQ(tally.total, 20);
    EXPECT_EQ(tally.finished, 5 + 7 + 4);
    EXPECT_EQ(tally.failed, 3);
    EXPECT_EQ(tally.unfinished(), 1);
}

TEST(ReportPage, StandsAlone) {
    CampaignRecords records;
    records.metrics.emplace();
    records.metrics->instances.push_back({.name = "md", .seconds_of = {{"forces", 1.0}}});
    std::string const page = report_page(records);

    for (char const* outside : {"http:", "https:", "<script", "src=", "@import", "url("})
        EXPECT_THAT(page, Not(HasSubstr(outside))) << outside;
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
    EXPECT_THAT(page, HasSubstr("<meta name=\"viewport\""));
}

/// Three points: at the start, and after a second and three.
MetricsRecord with_instances(int count) {
    MetricsRecord metrics;
    metrics.seconds = {0.0, 1.0, 3.0};
    metrics.wall_seconds = 3.0;
    for (int r = 0; r < count; ++r) {
        InstanceRecord one;
        one.name = "md" + (r == 0 ? std::string("[0]") : "[" + std::to_string(r) + "]");
        one.seconds_of = {{"forces", 2.0}, {"wait", 1.0 + r}};
        one.timeline = {{0, 4, 2}, {0, 1, 0.5}, {0, 0, 0.5}, {0, 0, 0}, {0, 100, 50}};
        metrics.instances.push_back(one);
    }
    return metrics;
}

TEST(ReportRunFigures, EveryInstanceHasALineAndAboveEightTheyGoTogether) {
    std::string const two = figures_of_time(with_instances(2));
    EXPECT_EQ(count_of("<figure>", two), 2U + 2U);
    EXPECT_THAT(two, HasSubstr("What md[1] did"));

    std::string const many = figures_of_time(with_instances(9));
    EXPECT_EQ(count_of("<figure>", many), 2U + 1U);
    EXPECT_THAT(many, HasSubstr("What md did"));

    EXPECT_EQ(figures_of_time(MetricsRecord{}), "");
}

TEST(ReportRunFigures, PartsAreSharesOfTheirSum) {
    std::string const bars = figure_of_parts(with_instances(1));
    EXPECT_THAT(bars, HasSubstr("flex:0.6667\" title=\"forces: 2.00 s, 67 %\""));
    EXPECT_THAT(bars, HasSubstr("flex:0.3333\" title=\"wait: 1.00 s, 33 %\""));

    std::string const spread = table_of_parts(with_instances(3));
    EXPECT_THAT(spread, HasSubstr("<td>wait</td><td>1.00</td><td>2.00</td><td>3.00</td>"));
}

}  // namespace
}  // namespace athanor::test
