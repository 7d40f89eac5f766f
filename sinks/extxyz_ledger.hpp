// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "sinks/row_keys.hpp"

namespace athanor {

/// What a file of frames that sinks wrote says about them.
struct ExtxyzLedger {
    RowKeys keys;
    std::int64_t frame_count = 0;
    std::int64_t whole_bytes = 0;  ///< to the end of the last frame that is there as a whole
};

/// What one frame says about itself.
struct ExtxyzLedgerRow {
    RowKey key;
    std::int64_t stored_rows = 0;
};
using ExtxyzLedgerListener = std::function<void(ExtxyzLedgerRow const&)>;

/// Reads the frames of a file to which sinks append, each as one write: only at the end can one be
/// there in part, which is one whose last line has no end. Atoms are counted, not read.
/// Bound:  the longest line, and 30 bytes a frame.
/// Throws: StorageError for a file that cannot be read, or with anything else in it.
/// `on_row` hears of each frame that is whole.
[[nodiscard]] ExtxyzLedger read_extxyz_ledger(std::filesystem::path const& path,
                                              ExtxyzLedgerListener const& on_row = {});

}  // namespace athanor
