// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "launch/report/campaign_records.hpp"

namespace athanor {

/// How much of a store or log is looked at.
struct RowLimits {
    std::int64_t rows = 200'000;         ///< of a store; more: those of some samples, whole
    std::int64_t atoms = 20'000'000;     ///< whose forces are read; more: windows of rows
    std::int64_t log_bytes = 128 << 20;  ///< of a log; what comes later is left out
};

/// Adds what the rows of a store say. Rows of stages that the records do not have make new ones.
/// Throws: StorageError for a store that is missing or damaged.
void read_store_rows(std::string const& place, RowLimits const& limits, CampaignRecords& records);

/// Adds the lines of a CSV log of one stage. Lines that are no rows are left out.
/// Throws: InputError when it cannot be read or is no log.
void read_log_rows(std::filesystem::path const& path, StageRecords& stage, RowLimits const& limits,
                   CampaignRecords& records);

/// Adds what a quarantine file and the one beside it say.
/// Throws: InputError when one cannot be read.
void read_quarantine_rows(std::filesystem::path const& path, CampaignRecords& records);

/// Sorts observations, and makes one of those with the same sample and step.
void merge_observations(StageRecords& stage);

}  // namespace athanor
