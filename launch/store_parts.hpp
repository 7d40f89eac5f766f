// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// What stands beside a store, by the names that we give: the parts of ranks, and what killed ones
/// left. Other names that begin with the store's are never touched.
/// Throws: StorageError for a place that cannot be looked at or removed.

/// Where the part of a rank is.
[[nodiscard]] std::string store_part(std::string const& url, int rank);
/// The parts that are there, also those of another placement.
[[nodiscard]] std::vector<std::string> store_parts(std::string const& url);
/// Of ranks that died before or after their part was there.
void remove_locks_of_parts(std::string const& url);
/// Brings a store back that was being replaced, and removes stores that were being made or removed,
/// and locks of parts.
void remove_store_leftovers(std::string const& url);

}  // namespace athanor
