// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "launch/doctor/finding.hpp"

namespace athanor {

/// The folder itself where it is there, else the nearest above it that is.
[[nodiscard]] std::filesystem::path existing_folder(std::filesystem::path folder);

/// A folder that a campaign would write to, or the nearest above it that is there: whether it can
/// be written, the kind of file system, free space, the speed of 16 MiB with fsync, and whether
/// names can be exchanged (renameat2), without which a store that is replaced is gone for an
/// instant. Leaves nothing behind.
[[nodiscard]] Findings check_folder(std::filesystem::path const& folder);

/// Where keys for s3:// and gs:// come from. Names places, never keys; asks no server.
[[nodiscard]] Findings check_credentials();

}  // namespace athanor
