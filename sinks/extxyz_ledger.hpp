// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "sinks/row_keys.hpp"

namespace athanor {

/// What a file of frames that sinks wrote says about them.
struct ExtxyzLedger {
    RowKeys keys;
    std::int64_t frame_count = 0;
    std::int64_t whole_bytes = 0;  ///< to the end of the last frame that counts
    std::string damage;  ///< where and how the file breaks off before its end; empty: it does not
};

/// What one frame says about itself.
struct ExtxyzLedgerRow {
    RowKey key;
    std::int64_t stored_rows = 0;
};
using ExtxyzLedgerListener = std::function<void(ExtxyzLedgerRow const&)>;

/// Reads the frames of a file to which sinks append, each as one write: one can be there in part at
/// the end, where its last line has no end, or, in a file of several processes, before a frame of
/// one that lived longer. Of the latter nothing is read, nor of the frame before
/// it, for it may be the one that broke off, in its last number. Atoms are counted, not read.
/// Bound:  the longest line, and 30 bytes a frame.
/// Throws: StorageError for a file that cannot be read, or that does not begin with such a frame.
/// `on_row` hears of each frame that is whole.
[[nodiscard]] ExtxyzLedger read_extxyz_ledger(std::filesystem::path const& path,
                                              ExtxyzLedgerListener const& on_row = {});

}  // namespace athanor
