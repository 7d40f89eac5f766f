// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/batch.hpp"
#include "sinks/bad_frame.hpp"
#include "sinks/extxyz_writer.hpp"

namespace athanor {

/// A sample that an earlier run put into quarantine.
struct QuarantinedSample {
    SampleId id;
    std::optional<std::int32_t> stage;  ///< where it failed or was refused; none: it is no sample
    std::int64_t step = 0;              ///< completed there
    std::int64_t stored_rows = 0;       ///< that hooks had stored by then
};

enum class TornFrame { keep, cut };

/// What stands in a quarantine file and beside it; nothing where there is none. `torn`: what
/// happens to a frame that a dying process left half written; cut while nobody writes.
/// Throws: StorageError.
[[nodiscard]] std::vector<QuarantinedSample> read_quarantine(std::filesystem::path const& path,
                                                             TornFrame torn);

/// Renames a quarantine to PATH.before-retry, in place of an earlier one of that name.
/// Throws: StorageError.
void set_quarantine_aside(std::filesystem::path const& path);

/// Where samples go that cannot go on, each with its reason: one extended-XYZ file for all ranks
/// (ExtxyzWriter appends a frame in one call), of samples that ran also with their ledger entry.
/// Nothing is created before the first one comes.
/// Threads: every member may be called from any thread.
/// Throws:  StorageError.
class Quarantine {
public:
    explicit Quarantine(std::filesystem::path path) : path_(std::move(path)) {}

    /// Samples that stand there already: they are left out when they come again.
    void know(std::vector<QuarantinedSample> const& samples);

    /// A sample that failed in a stage.
    void take(Batch const& batch, SystemIndex system, std::string const& reason);
    /// A sample of the input that fits into no batch or buffer of the chain that begins with this
    /// stage; another chain may have room for it.
    void take(Sample const& sample, std::int32_t first_stage, std::string const& reason);
    /// A frame of the input that is no sample.
    void take(BadFrame const& frame);
    /// Samples taken; of those that never ran, without those known before.
    [[nodiscard]] std::int64_t count() const;
    /// Makes what was taken durable.
    void flush();
    void close();

private:
    ExtxyzWriter& writer();
    [[nodiscard]] bool is_known(SampleId sample, std::optional<std::int32_t> stage) const;

    std::filesystem::path path_;
    mutable std::mutex mutex_;
    std::optional<ExtxyzWriter> writer_;
    std::int64_t count_ = 0;
    std::set<std::pair<std::int64_t, std::int32_t>> known_;  ///< id and stage; -1: no sample
};

}  // namespace athanor
