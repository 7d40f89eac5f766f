// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "launch/report/metrics_record.hpp"
#include "launch/report/records.hpp"

namespace athanor {

/// Everything that a report is made of. What could not be found is not there, and `missing` says
/// what that was; `notes` say what was left out to keep the work bounded.
struct CampaignRecords {
    std::string title;
    std::optional<Config> config;       ///< where stores, logs and quarantine are
    std::optional<Config> run_config;   ///< that the metrics have: every default, every --set
    std::string config_text;            ///< of the run if known, as JSON for people
    std::vector<StageRecords> stages;   ///< as the flattened pipeline has them
    std::map<std::int64_t, int> atoms;  ///< of samples, where a store told
    std::map<std::int64_t, std::string> names;  ///< of samples, where a log told
    std::map<std::string, std::int64_t> rows_by_store;
    std::optional<std::int64_t> finished;      ///< rows of samples that went through the last stage
    std::vector<QuarantineRecord> quarantine;  ///< the first of them
    std::int64_t quarantined = 0;
    std::optional<MetricsRecord> metrics;
    std::vector<std::string> missing, notes;
};

/// What a person names on the command line.
struct ReportSources {
    std::vector<std::string> places;  ///< configurations, metrics, stores
    std::filesystem::path metrics;    ///< empty: where the configuration says
};

/// Reads all there is. What a place leads to and is not there is said in `missing`.
/// Bound:  rows, atoms and bytes of what is read, see the constants in the sources.
/// Throws: ConfigError for a configuration that is none; InputError for a place that is neither a
///         configuration, metrics nor a store.
[[nodiscard]] CampaignRecords read_campaign(ReportSources const& sources);

}  // namespace athanor
