// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "runtime/batch.hpp"
#include "runtime/outcome.hpp"

namespace athanor {

/// Where results go: rows of a batch, each with the ledger entry that says why it exists.
/// Ownership: copies what it is given; the batch stays with the caller.
/// Order:     rows of one caller stand in the order written.
/// Threads:   write() may be called from several stage threads at once.
/// Throws:    StorageError; nothing of that call counts as written then.
class Sink {
public:
    virtual ~Sink() = default;

    /// Rows that can still be written; infinite unless the sink is bounded.
    [[nodiscard]] virtual std::int64_t room() const {
        return std::numeric_limits<std::int64_t>::max();
    }
    /// Writes all of `systems`, or throws. `systems` may be empty. Expects: systems.size() <=
    /// room().
    virtual void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) = 0;
    /// Writes as many of `systems`, from the front, as there is room for; returns how many. One
    /// step for a bounded sink that several threads share.
    [[nodiscard]] virtual std::size_t write_fitting(Batch const& batch,
                                                    std::span<SystemIndex const> systems,
                                                    RowKind kind) {
        auto const fitting = systems.first(static_cast<std::size_t>(
            std::min<std::int64_t>(room(), static_cast<std::int64_t>(systems.size()))));
        write(batch, fitting, kind);
        return fitting.size();
    }
    /// Makes everything written so far visible to readers.
    virtual void flush() = 0;
    /// flush(), then lets go of files. Nothing may be written afterwards. A second call does
    /// nothing.
    virtual void close() = 0;
    [[nodiscard]] virtual std::int64_t rows_written() const = 0;
    /// True when rows outlive the process, so that a campaign that goes on counts on them.
    [[nodiscard]] virtual bool keeps_rows() const { return false; }
    /// False for a field of batches that no row has: write() then does not care what it holds. Same
    /// at every call; any thread may ask.
    [[nodiscard]] virtual bool stores(FieldSpec const& /*field*/) const { return true; }
    /// How long callers of write() have waited for a disk, for room in a queue or for its memory
    /// [s].
    [[nodiscard]] virtual double stalled_seconds() const { return 0.0; }
    /// What a person calls it: kind and place.
    [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace athanor
