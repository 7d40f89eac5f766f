// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sinks/row_writer.hpp"
#include "sinks/zarr_sink.hpp"

namespace athanor {

/// Rows to a store of ours. A row without a ledger gets its number as system_id and is a frame of
/// stage 0, step 0; a row whose key was there before is left out, and counted in the notes.
class ZarrRowWriter final : public RowWriter {
public:
    /// `options.visible_at_once` is not looked at.
    ZarrRowWriter(ZarrSinkOptions options, Schema const& schema, std::string const& provenance);

    void write(StoredRow const& row) override;
    void finish() override { sink_.close(); }
    [[nodiscard]] std::int64_t rows_written() const override { return sink_.rows_written(); }
    [[nodiscard]] std::vector<std::string> notes() const override;

private:
    ZarrSink sink_;
    std::int64_t rows_given_ = 0;
};

}  // namespace athanor
