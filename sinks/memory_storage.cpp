// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/memory_storage.hpp"

#include <algorithm>

namespace athanor {

void MemoryStorage::put(std::string const& key, std::span<std::byte const> bytes) {
    std::lock_guard const guard(mutex_);
    objects_[key].assign(bytes.begin(), bytes.end());
}

std::optional<Bytes> MemoryStorage::get(std::string const& key) {
    std::lock_guard const guard(mutex_);
    auto const found = objects_.find(key);
    if (found == objects_.end()) return std::nullopt;
    return found->second;
}

std::optional<Bytes> MemoryStorage::get_range(std::string const& key, std::int64_t offset,
                                              std::size_t length) {
    std::lock_guard const guard(mutex_);
    auto const found = objects_.find(key);
    if (found == objects_.end()) return std::nullopt;
    auto const size = static_cast<std::int64_t>(found->second.size());
    auto const begin = std::clamp<std::int64_t>(offset < 0 ? size + offset : offset, 0, size);
    auto const count = std::min(length, static_cast<std::size_t>(size - begin));
    auto const first = found->second.begin() + begin;
    return Bytes(first, first + static_cast<std::ptrdiff_t>(count));
}

std::vector<std::string> MemoryStorage::list(std::string const& folder) {
    std::lock_guard const guard(mutex_);
    std::string const prefix = folder.empty() ? "" : folder + "/";
    std::vector<std::string> names;
    for (auto it = objects_.lower_bound(prefix);
         it != objects_.end() && it->first.starts_with(prefix); ++it) {
        auto const slash = it->first.find('/', prefix.size());
        auto const length = slash == std::string::npos ? slash : slash + 1 - prefix.size();
        names.push_back(it->first.substr(prefix.size(), length));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void MemoryStorage::remove(std::string const& key) {
    std::lock_guard const guard(mutex_);
    objects_.erase(key);
}

}  // namespace athanor
