// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "sinks/output_file.hpp"
#include "sinks/row_writer.hpp"

namespace athanor {

/// Rows as frames of extended XYZ: those with a ledger as ExtxyzSink writes them, others with
/// energy, forces and stress alone.
class ExtxyzRowWriter final : public RowWriter {
public:
    ExtxyzRowWriter(std::filesystem::path path, bool overwrite)
        : file_(std::move(path), overwrite) {}

    void write(StoredRow const& row) override;
    void finish() override { file_.publish(); }
    [[nodiscard]] std::int64_t rows_written() const override { return rows_written_; }
    [[nodiscard]] std::vector<std::string> notes() const override;

private:
    OutputFile file_;
    std::set<std::string> left_out_;  ///< fields that frames cannot hold
    std::int64_t rows_written_ = 0;
};

}  // namespace athanor
