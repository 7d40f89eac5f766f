// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_row_stream.hpp"

#include "runtime/error.hpp"
#include "sinks/extxyz_reader.hpp"

namespace athanor {
namespace {

ExtxyzScan scan_results(std::filesystem::path const& path) {
    ExtxyzScan scan = scan_extxyz(path, {}, FrameContent::result);
    // Keys of some frames alone would make rows that look like those of other frames.
    if (scan.ledger_count < scan.selected_count) scan = scan_extxyz(path, {}, FrameContent::labels);
    return scan;
}

}  // namespace

ExtxyzRowStream::ExtxyzRowStream(std::filesystem::path const& path)
    : scan_(scan_results(path)),
      content_(scan_.ledger_count > 0 ? FrameContent::result : FrameContent::labels),
      schema_(scan_.schema()),
      frames_(path, content_) {}

std::optional<StoredRow> ExtxyzRowStream::next(RowFilter const& filter) {
    for (;;) {
        auto const status = frames_.next(frame_);
        if (status == ExtxyzFrameReader::Status::ended) return std::nullopt;
        if (status == ExtxyzFrameReader::Status::bad) throw InputError(frames_.bad_frame().reason);
        ExtxyzHeader const& header = frame_.header;
        Sample sample = to_sample(frame_, schema_);
        RowKey const key{sample.id().value(), sample.values<std::int32_t>(Fields::stage)[0],
                         sample.values<std::int64_t>(Fields::stage_step)[0], header.kind};
        if (filter && !filter({key, header.outcome, header.name})) continue;
        return StoredRow{std::move(sample), header.kind, header.has_ledger, header.has_ledger};
    }
}

}  // namespace athanor
