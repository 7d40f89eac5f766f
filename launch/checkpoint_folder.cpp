// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/checkpoint_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/replace_file.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr char const* campaign_file = "campaign.json";

/// Also what a process that died in the middle of writing one left behind.
bool is_ours(fs::path const& file) {
    std::string const name = file.filename().string();
    return name.starts_with(campaign_file) ||
           (name.starts_with("stage-") && name.find(".ckpt") != std::string::npos);
}

std::vector<fs::path> files_where(fs::path const& folder, bool (*wanted)(fs::path const&)) {
    std::vector<fs::path> found;
    std::error_code error;
    if (!fs::is_directory(folder, error)) return found;
    for (auto const& entry : fs::directory_iterator(folder))
        if (wanted(entry.path())) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

bool CheckpointFolder::has_campaign() const { return !files_where(path_, is_ours).empty(); }

std::optional<std::string> CheckpointFolder::campaign() const {
    std::ifstream file(path_ / campaign_file, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

void CheckpointFolder::begin(std::string const& campaign) const {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error)
        throw StorageError(
            fmt::format("{}: the folder of the checkpoints cannot be made ({}); "
                        "give another /checkpoint/path",
                        path_.string(), error.message()));
    replace_file(path_ / campaign_file, std::as_bytes(std::span(campaign)));
}

std::vector<fs::path> CheckpointFolder::files() const {
    return files_where(
        path_, [](fs::path const& file) { return is_ours(file) && file.extension() == ".ckpt"; });
}

std::vector<fs::path> CheckpointFolder::leftovers() const {
    return files_where(path_, [](fs::path const& file) {
        return is_ours(file) && file.filename().string().find(".tmp-") != std::string::npos;
    });
}

fs::path CheckpointFolder::file_of(CheckpointHeader const& of) const {
    return path_ / fmt::format("stage-{}-{}-{}.ckpt", of.element, of.replica, of.generation);
}

void CheckpointFolder::remove(std::vector<fs::path> const& files) const {
    for (fs::path const& file : files) {
        std::error_code error;
        fs::remove(file, error);
        if (error)
            throw StorageError(
                fmt::format("{}: cannot be removed ({})", file.string(), error.message()));
    }
}

void CheckpointFolder::clear() const {
    remove(files_where(path_, is_ours));
    std::error_code not_empty;
    fs::remove(path_, not_empty);
}

}  // namespace athanor
