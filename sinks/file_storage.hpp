// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "sinks/file_calls.hpp"
#include "sinks/file_system.hpp"
#include "sinks/storage.hpp"

namespace athanor {

/// A store as a folder of files.
/// Objects:   written to NAME.tmp-PID in the folder of the object, then renamed; objects at the top
///            of the store, whose folders others list, are written beside the store as
///            .STORE.put-PID and four digits. put_unseen() writes under the name itself, if nothing
///            has it.
/// Lock:      .STORE.lock beside the store is locked (flock) while it can be written; a file system
///            without locks is used without one.
/// Aside:     create() works in STORE.tmp-PID until publish() renames it into place.
/// Calls:     every system call goes through the FileSystem given, which must outlive the storage.
class FileStorage final : public Storage {
public:
    /// A new store. Throws ConfigError when `path` exists and `overwrite` is not set, or when what
    /// is there is no Zarr store and would be lost.
    static std::unique_ptr<FileStorage> create(std::filesystem::path const& path,
                                               Durability durability, bool overwrite,
                                               FileSystem& calls = real_file_system());
    /// An existing store, to be changed. Throws StorageError when there is none, or another process
    /// has it.
    static std::unique_ptr<FileStorage> open(std::filesystem::path const& path,
                                             Durability durability,
                                             FileSystem& calls = real_file_system());
    /// An existing store, to be read alone: takes no lock, writes nothing.
    static std::unique_ptr<FileStorage> read_only(std::filesystem::path const& path,
                                                  FileSystem& calls = real_file_system());
    /// Without an exchange of names, a store that is being replaced has for an instant no name of
    /// its own: whoever was killed in it left the old one as STORE.old-PID, which gets its name
    /// back here, as in create() and open(). True when there was one.
    static bool bring_back(std::filesystem::path const& path,
                           FileSystem& calls = real_file_system());
    /// Removes what killed writers of a store that is gone have left beside it: its lock, and
    /// objects on their way. Leaves all of it where a writer is at work.
    static void remove_marks(std::filesystem::path const& path,
                             FileSystem& calls = real_file_system());
    ~FileStorage() override;

    void put(std::string const& key, std::span<std::byte const> bytes) override;
    void put_unseen(std::string const& key, std::span<std::byte const> bytes) override;
    [[nodiscard]] std::optional<Bytes> get(std::string const& key) override;
    [[nodiscard]] std::optional<Bytes> get_range(std::string const& key, std::int64_t offset,
                                                 std::size_t length) override;
    [[nodiscard]] std::vector<std::string> list(std::string const& folder) override;
    void remove(std::string const& key) override;
    void sync() override;
    Durability exchange_durability(Durability durability) override;
    void publish() override;
    void close() noexcept override;
    [[nodiscard]] std::string describe() const override { return path_.string(); }
    [[nodiscard]] std::optional<JournalPlace> journal_place() const override {
        return JournalPlace{calls_, path_};
    }

private:
    FileStorage(std::filesystem::path path, Durability durability, FileSystem& calls);
    void take_lock();
    void release_lock() noexcept;
    [[nodiscard]] std::vector<std::filesystem::path> leftovers(std::string const& start);
    [[nodiscard]] std::optional<std::filesystem::path> replaced();
    void remove_leftovers();
    [[nodiscard]] std::optional<std::filesystem::path> move_into_place();
    void expect_replaceable();
    void sync_everything();
    [[nodiscard]] std::filesystem::path parent() const;
    void write_file(std::filesystem::path const& file, std::span<std::byte const> bytes);
    void fill_file(detail::Descriptor& fd, std::filesystem::path const& file,
                   std::span<std::byte const> bytes);
    void remember_folders(std::filesystem::path const& file);
    [[nodiscard]] std::filesystem::path beside(std::string const& prefix,
                                               std::string const& suffix) const;
    [[nodiscard]] std::filesystem::path temporary_for(std::string const& key) const;

    std::filesystem::path path_;  ///< where the store is, or will be
    std::filesystem::path root_;  ///< where its files are now
    FileSystem* calls_;
    Durability durability_;
    bool overwrite_ = false;
    int lock_ = -1;
    std::mutex mutex_;                                 ///< guards touched_folders_
    std::set<std::filesystem::path> touched_folders_;  ///< to be synced at the next sync()
};

}  // namespace athanor
