// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launch/config.hpp"
#include "runtime/field.hpp"

namespace athanor {

/// Writes the samples of the quarantine file that failed in a stage into the store of their
/// pipeline's output: the first Zarr sink of its /output that is there. Each becomes a row of kind
/// `quarantined` and outcome `failed` with the sample's last good state, its reason in the text of
/// the row, and false in samples_mask: programs that read results pass over it.
/// Order:  on one rank, when all have closed their sinks and parts are merged. Rows that are there
///         are not written again, so that whoever was killed before this does it on resuming. A
///         sample that is retried keeps the row of its failure: what counts for a campaign is the
///         quarantine file, the ledger is the record.
/// Returns: rows written.
/// Throws:  StorageError.
std::int64_t record_quarantine(Config const& config, SchemaPtr const& schema);

}  // namespace athanor
