// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launch/campaign_plan.hpp"
#include "launch/channel_figures.hpp"
#include "launch/final_table.hpp"
#include "launch/rank_facts.hpp"
#include "launch/sink_figures.hpp"
#include "launch/timeline.hpp"

namespace athanor {

/// Everything that the tables at the end of a run show, for programs.
struct RunFigures {
    std::vector<StageSummary> stages;      ///< by instance, as Placement has them
    std::vector<ChannelFigures> channels;  ///< by channel
    std::vector<SinkFigures> sinks;        ///< by sink, then by rank
    std::vector<double> peak_mebibytes;    ///< by rank
    std::vector<RankFacts> ranks;          ///< by rank
    std::optional<Timeline> timeline;      ///< by instance
    double wall_seconds = 0;
    std::int64_t quarantined = 0;
};

/// All of it as one JSON object on one line, {"event": "summary", ...}: the last line of
/// `--progress json`. docs/guide.md, "Watching a run", lists the members.
[[nodiscard]] std::string summary_line(RunFigures const& figures, CampaignPlan const& plan,
                                       Placement const& placement);

/// Before a run, rather than at its end: finds out whether metrics can be written to `path`, and
/// removes those of an earlier run, which say nothing about what is stored from now on.
/// Throws: StorageError.
void prepare_metrics(std::filesystem::path const& path);

/// Writes them as JSON, under a temporary name that becomes `path` when it is complete.
/// Throws: StorageError.
void write_metrics(std::filesystem::path const& path, RunFigures const& figures,
                   CampaignPlan const& plan, Placement const& placement);

}  // namespace athanor
