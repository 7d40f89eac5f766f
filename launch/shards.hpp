// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "launch/config.hpp"

namespace athanor {

/// One of several jobs that share the input of a campaign.
struct Shard {
    int index = 0;  ///< from 0 to count - 1
    int count = 1;
};

/// "2/8", the third of eight. Throws ConfigError.
[[nodiscard]] Shard parse_shard(std::string const& text);

/// "out/done.zarr" gives "out/done.shard-2-of-8.zarr".
[[nodiscard]] std::filesystem::path path_of_shard(std::filesystem::path const& path,
                                                  Shard const& shard);

/// The campaign of one shard: of the selected frames every count-th one, from the index-th, and
/// files of its own for stores, quarantine, logs, profiles and checkpoints. A sample's id and
/// numbers do not depend on it.
/// Throws: ConfigError when frames are selected from the end of the file, for a shard has no other
///         name for its own.
[[nodiscard]] Config config_of_shard(Config config, Shard const& shard);

/// Joins what the shards of a campaign have written into the stores and files that its
/// configuration names: the rows of a run without shards. Settings are compared with those of the
/// stores and of campaign.json beside checkpoints; extended-XYZ files alone have none, and a note
/// says so. Logs, profiles and the files of the
/// shards stay as they are.
/// Returns: a line for each file that was written, for people.
/// Throws:  ConfigError when a file exists and may not be overwritten, or a shard is of another
///          campaign; CampaignError when a shard has not come to its end; StorageError.
[[nodiscard]] std::vector<std::string> merge_shards(Config const& config, int count,
                                                    bool overwrite);

}  // namespace athanor
