// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sinks/zarr_sink.hpp"

namespace athanor {

/// Room for a merge. Rows that wait for their place in the result, and decoded chunks of a part.
struct MergeMemory {
    std::size_t row_bytes = std::size_t{128} << 20;
    std::size_t chunk_bytes = std::size_t{64} << 20;
};

/// Joins stores that sinks wrote, one per rank, into the one that `options` describe.
/// Order:   rows sorted by (system_id, stage, step, kind); of equal ones the first part's is taken,
///          and deleted ones are left out, but those of kind `quarantined` stay, masked as they
///          are. Equal sets of rows give equal stores, however they were divided.
/// Bound:   48 bytes a row, `memory`, and one chunk of each array of every part.
/// Reads:   a chunk once for each `row_bytes` of the result whose rows it has.
/// Aside:   the result appears under its name when it is complete, so that a part may itself stand
///          there (with options.overwrite). The parts stay as they are. In a bucket, a part that
///          stands there grows by the rows of the others instead, after its own: no order among
///          all, and nothing is lost wherever this ends.
/// Throws:  ConfigError as ZarrSink; StorageError when a part is damaged, is not ours, or has other
///          fields than the first.
/// Returns: the number of rows in the result.
std::int64_t merge_stores(std::vector<std::string> const& parts, ZarrSinkOptions options,
                          MergeMemory const& memory = {});

}  // namespace athanor
