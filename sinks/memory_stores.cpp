// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/memory_stores.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/memory_storage.hpp"

namespace athanor {
namespace {

constexpr std::string_view scheme = "memory://";

/// All stores of this process.
struct Registry {
    std::mutex mutex;  ///< guards the others
    std::map<std::string, std::shared_ptr<MemoryStorage>> stores;
    std::set<std::string> writers;  ///< URLs that somebody writes
};

Registry& registry() {
    static Registry all;
    return all;
}

void check_name(std::string const& url) {
    std::string_view const name = std::string_view(url).substr(scheme.size());
    bool const good = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '_' || c == '/' || c == '-';
    });
    if (!good)
        throw ConfigError(fmt::format(
            "\"{}\" names no store in memory; give memory:// and letters, digits, . _ / -", url));
}

/// One who has a store open. The table is everybody's.
class MemoryStore final : public Storage {
public:
    MemoryStore(std::string url, std::shared_ptr<MemoryStorage> table, bool writes)
        : url_(std::move(url)), table_(std::move(table)), writes_(writes) {}
    ~MemoryStore() override { MemoryStore::close(); }

    void put(std::string const& key, std::span<std::byte const> bytes) override {
        table_->put(key, bytes);
    }
    [[nodiscard]] std::optional<Bytes> get(std::string const& key) override {
        return table_->get(key);
    }
    [[nodiscard]] std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                                 std::size_t length) override {
        return table_->get_range(key, offset, length);
    }
    [[nodiscard]] std::vector<std::string> list(std::string const& folder) override {
        return table_->list(folder);
    }
    void remove(std::string const& key) override { table_->remove(key); }
    void sync() override {}
    void publish() override {
        std::lock_guard const guard(registry().mutex);
        registry().stores[url_] = table_;
    }
    void close() noexcept override {
        if (!std::exchange(writes_, false)) return;
        std::lock_guard const guard(registry().mutex);
        registry().writers.erase(url_);
    }
    [[nodiscard]] std::string describe() const override { return url_; }

private:
    std::string url_;
    std::shared_ptr<MemoryStorage> table_;
    bool writes_;  ///< and has the lock of the URL
};

}  // namespace

bool is_memory_url(std::string_view text) { return text.starts_with(scheme); }

std::unique_ptr<Storage> open_memory_store(std::string const& url, StoreAccess access) {
    check_name(url);
    bool const writes = access != StoreAccess::read;
    bool const is_new = access == StoreAccess::create || access == StoreAccess::replace;
    std::lock_guard const guard(registry().mutex);
    auto const found = registry().stores.find(url);
    bool const there = found != registry().stores.end();
    if (!is_new && !there)
        throw StorageError(
            fmt::format("{}: there is no such store in the memory of this process", url));
    if (access == StoreAccess::create && there)
        throw ConfigError(fmt::format("{}: output exists; use --overwrite or choose another", url));
    if (writes && !registry().writers.insert(url).second)
        throw StorageError(
            fmt::format("{}: somebody else is writing this store; wait until it is closed", url));
    return std::make_unique<MemoryStore>(
        url, is_new ? std::make_shared<MemoryStorage>(url) : found->second, writes);
}

bool has_memory_store(std::string const& url) {
    check_name(url);
    std::lock_guard const guard(registry().mutex);
    return registry().stores.contains(url);
}

void remove_memory_store(std::string const& url) {
    std::lock_guard const guard(registry().mutex);
    registry().stores.erase(url);
}

std::vector<std::string> memory_stores_beside(std::string const& url, std::string const& suffix) {
    std::lock_guard const guard(registry().mutex);
    std::vector<std::string> found;
    for (auto const& [other, store] : registry().stores)
        if (other.starts_with(url + suffix)) found.push_back(other);
    return found;
}

}  // namespace athanor
