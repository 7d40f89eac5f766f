// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_row_writer.hpp"

#include <utility>

#include <fmt/format.h>

namespace athanor {
namespace {

ZarrSinkOptions aside(ZarrSinkOptions options) {
    options.visible_at_once = false;
    return options;
}

}  // namespace

ZarrRowWriter::ZarrRowWriter(ZarrSinkOptions options, Schema const& schema,
                             std::string const& provenance)
    : sink_(aside(std::move(options))) {
    sink_.open(schema);
    sink_.set_provenance(provenance);
}

void ZarrRowWriter::write(StoredRow const& row) {
    ++rows_given_;
    sink_.write(row.sample, row.has_ledger ? row.kind : RowKind::frame);
}

std::vector<std::string> ZarrRowWriter::notes() const {
    auto const again = rows_given_ - sink_.rows_written();
    if (again == 0) return {};
    return {fmt::format("left out: {} rows whose (system_id, stage, step, kind) an earlier row has",
                        again)};
}

}  // namespace athanor
