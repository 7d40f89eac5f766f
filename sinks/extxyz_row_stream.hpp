// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "sinks/extxyz_frame.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "sinks/row_stream.hpp"

namespace athanor {

/// The frames of an extended-XYZ file as results. A frame without a ledger, or of a file in which
/// some frame has none, gets its ordinal as system_id.
/// Order:  a first pass over the file finds its fields.
/// Throws: InputError for the first frame that is no good.
class ExtxyzRowStream final : public RowStream {
public:
    explicit ExtxyzRowStream(std::filesystem::path const& path);

    [[nodiscard]] std::optional<StoredRow> next(RowFilter const& filter) override;
    [[nodiscard]] std::int64_t rows_seen() const override { return frames_.frame_count(); }
    [[nodiscard]] SchemaPtr schema() const override { return schema_; }
    [[nodiscard]] bool has_ledger() const override { return content_ == FrameContent::result; }
    [[nodiscard]] bool has_velocities() const override { return scan_.any_velocities; }
    [[nodiscard]] bool has_forces() const override { return scan_.any_forces; }

private:
    ExtxyzScan scan_;
    FrameContent content_;
    SchemaPtr schema_;
    ExtxyzFrameReader frames_;
    ExtxyzFrame frame_;
};

}  // namespace athanor
