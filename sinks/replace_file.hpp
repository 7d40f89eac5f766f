// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace athanor {

/// Writes a whole file, or leaves what was there: under another name, onto the disk, renamed.
/// After it returns the file survives the power being cut. The folder must exist.
/// Throws: StorageError; nothing of the attempt stays behind, unless the process dies in it
///         (PATH.tmp-PID).
void replace_file(std::filesystem::path const& path, std::span<std::byte const> bytes);

}  // namespace athanor
