// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/storage_url.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "sinks/file_storage.hpp"
#include "sinks/file_system.hpp"
#include "sinks/journal_format.hpp"
#include "sinks/memory_stores.hpp"
#include "sinks/object_url.hpp"
#include "sinks/s3_storage.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

/// parse_object_url() has the words for schemes that we do not know.
bool is_url(std::string const& place) { return place.find("://") != std::string::npos; }

constexpr char const* going_suffix = ".tmp-removed";

std::unique_ptr<Storage> open_objects(std::string const& place, StoreAccess access) {
    ObjectUrl const url = parse_object_url(place);
    ObjectStoreOptions const options = options_from_environment();
    if (access == StoreAccess::read) return S3Storage::read_only(url, options);
    if (access == StoreAccess::resume) return S3Storage::open(url, options);
    return S3Storage::create(url, options, access == StoreAccess::replace);
}

std::unique_ptr<Storage> open_folder(std::string const& place, StoreAccess access,
                                     Durability durability) {
    if (access == StoreAccess::read) return FileStorage::read_only(place);
    if (access == StoreAccess::resume) return FileStorage::open(place, durability);
    return FileStorage::create(place, durability, access == StoreAccess::replace);
}

}  // namespace

std::unique_ptr<Storage> open_storage(std::string const& place, StoreAccess access,
                                      Durability durability) {
    if (is_memory_url(place)) return open_memory_store(place, access);
    if (is_url(place)) return open_objects(place, access);
    return open_folder(place, access, durability);
}

bool is_folder_place(std::string const& place) { return !is_url(place); }

bool has_store(std::string const& place) {
    if (is_memory_url(place)) return has_memory_store(place);
    if (!is_url(place)) return fs::exists(place);
    return look_at_object_store(parse_object_url(place), options_from_environment()) ==
           ObjectStoreState::store;
}

void bring_back_store(std::string const& place) {
    if (!is_url(place)) FileStorage::bring_back(place);
}

void remove_store(std::string const& place) {
    if (is_memory_url(place)) {
        remove_memory_store(place);
        return;
    }
    if (is_url(place)) {
        remove_object_store(parse_object_url(place), options_from_environment());
        return;
    }
    // First what would be taken for the journal of the next store of this name.
    if (JournalPlace const beside{&real_file_system(), place}; !journal_files(beside).empty())
        remove_journal(beside);
    fs::path const going = place.ends_with(going_suffix) ? place : place + going_suffix;
    if (going != place) {
        fs::remove_all(going);
        fs::rename(place, going);
    }
    fs::remove_all(going);
    FileStorage::remove_marks(place);
}

std::vector<std::string> places_beside(std::string const& place, std::string const& suffix) {
    if (is_memory_url(place)) return memory_stores_beside(place, suffix);
    if (is_url(place))
        return object_stores_beside(parse_object_url(place), suffix, options_from_environment());
    fs::path const store = place;
    std::vector<std::string> found;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(store.parent_path(), error))
        if (entry.path().filename().string().starts_with(store.filename().string() + suffix))
            found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::string> locked_beside(std::string const& place, std::string const& suffix) {
    std::vector<std::string> found;
    if (is_url(place)) return found;
    constexpr std::string_view end = ".lock";
    fs::path const store = place;
    std::string const start = "." + store.filename().string() + suffix;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(store.parent_path(), error)) {
        std::string const name = entry.path().filename().string();
        if (name.starts_with(start) && name.ends_with(end))
            found.push_back(
                (store.parent_path() / name.substr(1, name.size() - 1 - end.size())).string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

void remove_lock(std::string const& place) {
    if (!is_url(place)) FileStorage::remove_marks(place);
}

}  // namespace athanor
