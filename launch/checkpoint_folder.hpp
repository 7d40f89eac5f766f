// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sinks/checkpoint_file.hpp"

namespace athanor {

/// Where a campaign keeps its checkpoints: campaign.json, which says whose they are, and files
/// stage-ELEMENT-REPLICA-GENERATION.ckpt, the newest two of each instance.
/// Threads: every instance writes its own files.
/// Throws:  StorageError.
class CheckpointFolder {
public:
    explicit CheckpointFolder(std::filesystem::path path) : path_(std::move(path)) {}

    /// True when a campaign has begun here.
    [[nodiscard]] bool has_campaign() const;
    /// The text of campaign.json, if it is there.
    [[nodiscard]] std::optional<std::string> campaign() const;
    /// Makes the folder where it is missing, and writes campaign.json.
    void begin(std::string const& campaign) const;

    /// All checkpoints, in the order of their names.
    [[nodiscard]] std::vector<std::filesystem::path> files() const;
    [[nodiscard]] std::filesystem::path file_of(CheckpointHeader const& of) const;
    /// Removes these checkpoints.
    void remove(std::vector<std::filesystem::path> const& files) const;
    /// What processes that died in the middle of writing one have left behind.
    [[nodiscard]] std::vector<std::filesystem::path> leftovers() const;
    /// Removes everything that this class makes, and the folder when nothing else is in it.
    void clear() const;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace athanor
