// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_row_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sinks/extxyz_writer.hpp"

namespace athanor {

void ExtxyzRowWriter::write(StoredRow const& row) {
    Sample const& sample = row.sample;
    for (FieldSpec const& field : sample.schema().fields())
        if (field.role == FieldRole::user && !extxyz_holds(field)) left_out_.insert(field.name);
    ExtraKeys keys;
    if (row.has_ledger)
        keys = ledger_keys(sample, row.kind);
    else if (row.has_system_id)
        keys.push_back({"system_id", std::to_string(sample.id().value())});
    file_.append(
        format_extxyz(sample, row.has_ledger ? FrameContent::result : FrameContent::labels, keys));
    ++rows_written_;
}

std::vector<std::string> ExtxyzRowWriter::notes() const {
    if (left_out_.empty()) return {};
    return {
        fmt::format("left out, for extended XYZ cannot hold them: {}", fmt::join(left_out_, ", "))};
}

}  // namespace athanor
