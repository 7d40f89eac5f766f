// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sinks/row_keys.hpp"
#include "sinks/stored_row.hpp"

namespace athanor {

/// What is known of a row before it is read as a whole.
struct RowHead {
    RowKey key;
    Outcome outcome = Outcome::running;
    std::string const& name;
    bool masked = false;  ///< of kind `quarantined`, and hidden from who reads results
};

/// True for rows to read.
using RowFilter = std::function<bool(RowHead const&)>;

/// The live rows of a store or structure file, and where a filter is given masked ones of kind
/// `quarantined`, one after the other, in the order stored.
/// Bound:  memory for one row, besides what opening the store takes.
/// Throws: InputError when what is read is damaged or missing.
class RowStream {
public:
    virtual ~RowStream() = default;

    /// The next row that `filter` takes, or nothing at the end.
    [[nodiscard]] virtual std::optional<StoredRow> next(RowFilter const& filter) = 0;
    /// Rows met so far, taken or not.
    [[nodiscard]] virtual std::int64_t rows_seen() const = 0;
    /// Of every row, but for fields that single rows lack.
    [[nodiscard]] virtual SchemaPtr schema() const = 0;
    /// Every row has an entry in a ledger; otherwise keys are (row, 0, 0, frame).
    [[nodiscard]] virtual bool has_ledger() const = 0;
    /// Some row may have these.
    [[nodiscard]] virtual bool has_velocities() const = 0;
    [[nodiscard]] virtual bool has_forces() const = 0;
    /// What a store says about its making, as JSON text.
    [[nodiscard]] virtual std::string provenance() const { return "{}"; }
};

}  // namespace athanor
