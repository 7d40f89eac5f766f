// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "sinks/row_stream.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {

/// The live rows of a store, ours or the reference's.
/// Ids:     core/system_id; without it, the number of the row.
/// Filled:  atomic masses that the store lacks with default_mass().
class ZarrRowStream final : public RowStream {
public:
    explicit ZarrRowStream(std::string const& path);
    /// The storage must outlive the source.
    explicit ZarrRowStream(Storage& storage);

    [[nodiscard]] std::optional<StoredRow> next(RowFilter const& filter) override;
    [[nodiscard]] std::int64_t rows_seen() const override { return seen_; }
    [[nodiscard]] SchemaPtr schema() const override { return reader_.schema(); }
    [[nodiscard]] bool has_ledger() const override { return reader_.has_ledger(); }
    [[nodiscard]] bool has_velocities() const override { return has_[1]; }
    [[nodiscard]] bool has_forces() const override { return has_[2]; }
    [[nodiscard]] std::string provenance() const override { return reader_.provenance(); }

private:
    void find_fields();
    [[nodiscard]] RowKey key_of(std::int64_t row, Outcome& outcome);
    void fill_missing(Sample& sample) const;

    ZarrReader reader_;
    std::int64_t row_ = 0;
    std::int64_t seen_ = 0;
    std::array<bool, Fields::count> has_{};       ///< built-in fields that the store has
    std::array<StoredField const*, 5> ledger_{};  ///< id, stage, step, kind, outcome
};

}  // namespace athanor
