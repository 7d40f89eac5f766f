// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace athanor {

using Bytes = std::vector<std::byte>;

/// What a store survives. Process death loses nothing that was committed, at any level.
enum class Durability : std::uint8_t {
    none,    ///< power loss may cost the store
    commit,  ///< power loss costs at most what came after the last commit
    strict   ///< as commit, and every write() is one
};

class FileSystem;

/// A store in a folder, beside which files can stand.
struct JournalPlace {
    FileSystem* calls = nullptr;  ///< outlives the storage
    std::filesystem::path store;
};

/// Where the objects of one store live: a folder, a table in memory, a bucket.
/// Keys:      relative to the store, parts joined by '/', without a leading one:
///            "core/energy/c/0/0".
/// Order:     a reader that sees an object sees all of it; what was put before sync() is never lost
///            while something put after it is kept, however the machine dies (Durability above
///            none).
/// Aside:     a new store is invisible under its name until publish(); see FileStorage::create().
/// Threads:   put(), get() and get_range() may be called from several threads, on distinct keys.
/// Throws:    StorageError that names the object, the cause and what to do.
class Storage {
public:
    Storage() = default;
    Storage(Storage const&) = delete;
    Storage& operator=(Storage const&) = delete;
    virtual ~Storage() = default;

    /// Creates or replaces an object, whole or not at all.
    virtual void put(std::string const& key, std::span<std::byte const> bytes) = 0;
    /// The same for an object that nobody looks for until something put later tells of it, as a
    /// chunk beyond the shape of its array: should it not be there yet, readers and a writer that
    /// dies may find a part of it.
    virtual void put_unseen(std::string const& key, std::span<std::byte const> bytes) {
        put(key, bytes);
    }
    /// The object, or nothing when there is none of that name.
    [[nodiscard]] virtual std::optional<Bytes> get(std::string const& key) = 0;
    /// Up to `length` bytes from `offset`; a negative offset counts from the end.
    [[nodiscard]] virtual std::optional<Bytes> get_range(std::string const& key,
                                                         std::int64_t offset,
                                                         std::size_t length) = 0;
    /// Names directly below `folder` ("" is the store), sorted; those of folders end in '/'.
    [[nodiscard]] virtual std::vector<std::string> list(std::string const& folder) = 0;
    /// Removes an object if it is there.
    virtual void remove(std::string const& key) = 0;
    /// Everything put so far is kept before anything put later.
    virtual void sync() = 0;
    /// From now on syncs as `durability` asks, and where it did not before, first whatever is
    /// there; returns what it was. For what must last in a store of which nothing else need. A
    /// storage that always keeps, or never, stays as it is. Expects: no put() is under way.
    virtual Durability exchange_durability(Durability durability) { return durability; }
    /// Lets a store that was begun aside appear under its name, at one instant. At other stores,
    /// and the second time, it does nothing.
    virtual void publish() = 0;
    /// Gives up locks and, when the store was never published, what was made aside.
    virtual void close() noexcept = 0;
    /// The path or URL of the store.
    [[nodiscard]] virtual std::string describe() const = 0;
    /// Where a journal of the store may stand; nothing where files cannot grow, as in a bucket.
    [[nodiscard]] virtual std::optional<JournalPlace> journal_place() const { return std::nullopt; }
};

}  // namespace athanor
