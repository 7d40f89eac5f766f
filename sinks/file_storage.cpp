// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/file_storage.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/file_calls.hpp"

namespace athanor {
namespace fs = std::filesystem;

using detail::Descriptor;
using detail::fail;
using detail::is_folder;
using detail::status_of;
using detail::uninterrupted;

namespace {

void make_folders(FileSystem& calls, fs::path const& folder) {
    if (folder.empty() || calls.mkdir(folder) == 0) return;
    int error = errno;
    if (error == ENOENT && folder.has_relative_path() && folder.has_parent_path()) {
        make_folders(calls, folder.parent_path());
        if (calls.mkdir(folder) == 0) return;
        error = errno;
    }
    // Not all file systems say EEXIST first when a folder is there and read-only.
    if (!is_folder(calls, folder)) fail("make the folder", folder, error);
}

/// What cannot be removed stays: it is nothing that a reader looks at.
void remove_tree(FileSystem& calls, fs::path const& path) {
    struct stat status {};
    if (calls.lstat(path, status) != 0) return;
    if (!S_ISDIR(status.st_mode)) {
        calls.unlink(path);
        return;
    }
    std::vector<std::string> names;
    calls.list(path, names);
    for (std::string const& name : names) remove_tree(calls, path / name);
    calls.rmdir(path);
}

fs::path without_trailing_slash(fs::path const& path) {
    return path.has_filename() ? path : path.parent_path();
}

bool is_number(std::string_view name) {
    return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string process_suffix() { return fmt::format(".tmp-{}", ::getpid()); }

[[noreturn]] void refuse_existing(fs::path const& path) {
    throw ConfigError(
        fmt::format("{}: output exists; use --overwrite or choose another", path.string()));
}

}  // namespace

FileStorage::FileStorage(fs::path path, Durability durability, FileSystem& calls)
    : path_(without_trailing_slash(path)), root_(path_), calls_(&calls), durability_(durability) {}

std::unique_ptr<FileStorage> FileStorage::create(fs::path const& path, Durability durability,
                                                 bool overwrite, FileSystem& calls) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, durability, calls));
    struct stat status {};
    if (calls.lstat(storage->path_, status) == 0) {
        if (!overwrite) refuse_existing(storage->path_);
        storage->expect_replaceable();
    } else if (errno != ENOENT && errno != ENOTDIR) {
        fail("look at", storage->path_, errno);
    }
    storage->overwrite_ = overwrite;
    make_folders(calls, storage->path_.parent_path());
    storage->take_lock();
    storage->remove_leftovers();
    if (!overwrite && status_of(calls, storage->path_)) refuse_existing(storage->path_);
    storage->root_ = storage->beside("", process_suffix());
    make_folders(calls, storage->root_);
    return storage;
}

std::unique_ptr<FileStorage> FileStorage::open(fs::path const& path, Durability durability,
                                               FileSystem& calls) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, durability, calls));
    auto const expect_store = [&storage] {
        if (!is_folder(*storage->calls_, storage->path_))
            throw StorageError(
                fmt::format("{}: there is no store to go on with", storage->path_.string()));
    };
    if (!storage->replaced()) expect_store();
    storage->take_lock();
    storage->remove_leftovers();
    expect_store();
    storage->sync_everything();  // the last writer may have synced nothing
    return storage;
}

std::unique_ptr<FileStorage> FileStorage::read_only(fs::path const& path, FileSystem& calls) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, Durability::none, calls));
    if (!is_folder(calls, storage->path_))
        throw StorageError(fmt::format("{}: there is no such store", storage->path_.string()));
    return storage;
}

FileStorage::~FileStorage() { close(); }

fs::path FileStorage::beside(std::string const& prefix, std::string const& suffix) const {
    return path_.parent_path() / (prefix + path_.filename().string() + suffix);
}

fs::path FileStorage::temporary_for(std::string const& key) const {
    bool const inside_an_array = std::count(key.begin(), key.end(), '/') >= 2;
    if (!inside_an_array && root_ == path_) {  // several threads may put such objects
        static std::atomic<unsigned> number{0};
        return beside(".", fmt::format(".put-{}{:04}", ::getpid(), number++ % 10000));
    }
    return root_ / (key + process_suffix());
}

fs::path FileStorage::parent() const { return detail::folder_of(path_); }

void FileStorage::take_lock() {
    fs::path const file = beside(".", ".lock");
    for (;;) {
        Descriptor fd(*calls_, file, O_RDWR | O_CREAT);
        if (fd.get() < 0) fail("make the lock", file, fd.error());
        if (calls_->lock(fd.get()) != 0) {
            if (errno == EWOULDBLOCK)
                throw StorageError(
                    fmt::format("{}: another process is writing this store; wait for it or end it",
                                path_.string()));
            if (errno != ENOLCK && errno != ENOSYS && errno != EOPNOTSUPP)
                fail("lock", file, errno);
        }
        // The last owner removes the file while it holds the lock: this may be a file of no name.
        struct stat mine {};
        if (calls_->fstat(fd.get(), mine) != 0) fail("look at", file, errno);
        auto const there = status_of(*calls_, file);
        if (there && mine.st_ino == there->st_ino && mine.st_dev == there->st_dev) {
            lock_ = fd.release();
            return;
        }
    }
}

void FileStorage::release_lock() noexcept {
    if (lock_ < 0) return;
    calls_->unlink(beside(".", ".lock"));
    calls_->close(lock_);
    lock_ = -1;
}

/// Names of what killed writers may have left beside the store, where they begin like this.
std::vector<fs::path> FileStorage::leftovers(std::string const& start) {
    std::vector<std::string> names;
    calls_->list(parent(), names);
    std::erase_if(names, [&start](std::string const& name) {
        return !name.starts_with(start) ||
               name.find_first_not_of("0123456789", start.size()) != std::string::npos;
    });
    return {names.begin(), names.end()};
}

/// The store of this name, where a writer died between the two renames that replace it.
std::optional<fs::path> FileStorage::replaced() {
    if (status_of(*calls_, path_)) return std::nullopt;
    for (fs::path const& name : leftovers(path_.filename().string() + ".old-"))
        if (status_of(*calls_, parent() / name / "zarr.json")) return parent() / name;
    return std::nullopt;
}

/// Expects: the lock is held.
void FileStorage::remove_leftovers() {
    if (auto const old = replaced(); old && calls_->rename(*old, path_) != 0)
        fail("bring back", path_, errno);
    std::string const name = path_.filename().string();
    for (std::string const& start : {name + ".tmp-", name + ".old-", "." + name + ".put-"})
        for (fs::path const& other : leftovers(start)) remove_tree(*calls_, parent() / other);
}

bool FileStorage::bring_back(fs::path const& path, FileSystem& calls) {
    FileStorage storage(path, Durability::none, calls);
    auto const old = storage.replaced();
    if (!old) return false;
    storage.take_lock();
    storage.remove_leftovers();
    return true;
}

void FileStorage::remove_marks(fs::path const& path, FileSystem& calls) {
    FileStorage storage(path, Durability::none, calls);
    try {
        storage.take_lock();
    } catch (StorageError const&) {
        return;  // whoever has it removes it
    }
    for (fs::path const& other : storage.leftovers("." + path.filename().string() + ".put-"))
        remove_tree(calls, storage.parent() / other);
}

void FileStorage::write_file(fs::path const& file, std::span<std::byte const> bytes) {
    int constexpr flags = O_WRONLY | O_CREAT | O_TRUNC;
    std::optional<Descriptor> fd(std::in_place, *calls_, file, flags);
    if (fd->get() < 0 && fd->error() == ENOENT) {
        make_folders(*calls_, file.parent_path());
        fd.emplace(*calls_, file, flags);
    }
    if (fd->get() < 0) fail("create", file, fd->error());
    fill_file(*fd, file, bytes);
}

void FileStorage::fill_file(Descriptor& fd, fs::path const& file,
                            std::span<std::byte const> bytes) {
    detail::write_all(*calls_, fd.get(), file, bytes);
    // What is made aside is synced all at once by publish().
    bool const sync_now = durability_ != Durability::none && root_ == path_;
    if (sync_now && uninterrupted([&] { return calls_->fdatasync(fd.get()); }) != 0)
        fail("sync", file, errno);
    if (!fd.close()) fail("finish writing", file, errno);
}

void FileStorage::put(std::string const& key, std::span<std::byte const> bytes) {
    fs::path const target = root_ / key;
    fs::path const temporary = temporary_for(key);
    try {
        write_file(temporary, bytes);
        if (calls_->rename(temporary, target) != 0) {
            int const error = errno;
            if (error != ENOENT) fail("rename into place", target, error);
            make_folders(*calls_, target.parent_path());
            if (calls_->rename(temporary, target) != 0) fail("rename into place", target, errno);
        }
    } catch (...) {
        calls_->unlink(temporary);
        throw;
    }
    remember_folders(target);
}

void FileStorage::put_unseen(std::string const& key, std::span<std::byte const> bytes) {
    fs::path const target = root_ / key;
    // Never into a file that is there: it may have other names or readers after all.
    int constexpr flags = O_WRONLY | O_CREAT | O_EXCL;
    fs::path const folder = target.parent_path();
    // A chunk of several axes has a folder of its own, which then is new as well. Whether it can
    // be made tells the file.
    if (is_number(folder.filename().native())) calls_->mkdir(folder);
    std::optional<Descriptor> fd(std::in_place, *calls_, target, flags);
    if (fd->get() < 0 && fd->error() == ENOENT) {
        make_folders(*calls_, folder);
        fd.emplace(*calls_, target, flags);
    }
    if (fd->get() < 0 && fd->error() == EEXIST) return put(key, bytes);
    if (fd->get() < 0) fail("create", target, fd->error());
    try {
        fill_file(*fd, target, bytes);
    } catch (...) {
        calls_->unlink(target);
        throw;
    }
    remember_folders(target);
}

/// Their names must last as well, from the next sync() on.
void FileStorage::remember_folders(fs::path const& file) {
    if (durability_ == Durability::none || root_ != path_) return;
    std::lock_guard const guard(mutex_);
    // Folders above may be new as well: their entries must last, too.
    for (auto folder = file.parent_path(); touched_folders_.insert(folder).second;
         folder = folder.parent_path())
        if (folder == root_) break;
}

std::optional<Bytes> FileStorage::get(std::string const& key) {
    return get_range(key, 0, static_cast<std::size_t>(-1));
}

std::optional<Bytes> FileStorage::get_range(std::string const& key, std::int64_t offset,
                                            std::size_t length) {
    fs::path const file = root_ / key;
    Descriptor const fd(*calls_, file, O_RDONLY);
    if (fd.get() < 0) {
        if (fd.error() == ENOENT || fd.error() == ENOTDIR) return std::nullopt;
        fail("open", file, fd.error());
    }
    struct stat status {};
    if (calls_->fstat(fd.get(), status) != 0) fail("look at", file, errno);
    if (S_ISDIR(status.st_mode)) return std::nullopt;
    auto const size = static_cast<std::int64_t>(status.st_size);
    std::int64_t const begin =
        std::clamp<std::int64_t>(offset < 0 ? size + offset : offset, 0, size);
    Bytes bytes(std::min(length, static_cast<std::size_t>(size - begin)));
    bytes.resize(detail::read_from(*calls_, fd.get(), file, begin, bytes));
    return bytes;
}

std::vector<std::string> FileStorage::list(std::string const& folder) {
    fs::path const path = root_ / folder;
    std::vector<std::string> names;
    if (calls_->list(path, names) != 0) {
        if (errno == ENOENT) return {};
        fail("list", path, errno);
    }
    for (std::string& name : names)
        if (is_folder(*calls_, path / name)) name += '/';
    std::sort(names.begin(), names.end());
    return names;
}

void FileStorage::remove(std::string const& key) {
    fs::path const file = root_ / key;
    if (calls_->unlink(file) != 0 && errno != ENOENT) fail("remove", file, errno);
}

/// Whatever is in the store now lasts, whoever wrote it.
void FileStorage::sync_everything() {
    if (durability_ == Durability::none) return;
    Descriptor const fd(*calls_, root_, O_RDONLY | O_DIRECTORY);
    if (fd.get() < 0) fail("open the folder", root_, fd.error());
    if (uninterrupted([&] { return calls_->syncfs(fd.get()); }) != 0)
        fail("sync the file system of", root_, errno);
}

void FileStorage::sync() {
    std::lock_guard const guard(mutex_);
    for (fs::path const& folder : touched_folders_) detail::sync_folder(*calls_, folder);
    touched_folders_.clear();
}

Durability FileStorage::exchange_durability(Durability durability) {
    Durability const before = std::exchange(durability_, durability);
    if (before == Durability::none) sync_everything();
    return before;
}

void FileStorage::publish() {
    if (root_ == path_) return;
    sync_everything();
    auto const old = move_into_place();
    root_ = path_;
    if (durability_ != Durability::none) detail::sync_folder(*calls_, parent());
    if (!old) return;
    // Not before the new names last; and first what would make a half removed store look like one.
    calls_->unlink(*old / "zarr.json");
    remove_tree(*calls_, *old);
}

/// Throws unless what is there is a store or an empty folder: nothing else may be lost.
void FileStorage::expect_replaceable() {
    if (status_of(*calls_, path_ / "zarr.json")) return;
    std::vector<std::string> names;
    if (is_folder(*calls_, path_)) {
        if (calls_->list(path_, names) != 0) fail("list", path_, errno);
        if (names.empty()) return;
    }
    throw ConfigError(
        fmt::format("{}: is no Zarr store and will not be overwritten; move it away or choose "
                    "another output",
                    path_.string()));
}

/// Where the store that stood there is now, if there was one.
std::optional<fs::path> FileStorage::move_into_place() {
    auto const failed = [this] { fail("rename the new store into place", path_, errno); };
    if (overwrite_ && status_of(*calls_, path_)) {
        expect_replaceable();
        fs::path const old = beside("", fmt::format(".old-{}", ::getpid()));
        if (calls_->renameat2(root_, path_, RENAME_EXCHANGE) == 0) return root_;
        // A file system without exchange: the name is free for an instant.
        if (errno != EINVAL && errno != ENOSYS) failed();
        if (calls_->rename(path_, old) != 0) fail("move aside", path_, errno);
        if (calls_->rename(root_, path_) != 0) failed();
        return old;
    }
    if (calls_->renameat2(root_, path_, RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) refuse_existing(path_);
        if (errno != EINVAL && errno != ENOSYS) failed();
        if (calls_->rename(root_, path_) != 0) failed();
    }
    return std::nullopt;
}

void FileStorage::close() noexcept {
    if (lock_ < 0) return;
    if (root_ != path_) remove_tree(*calls_, root_);
    release_lock();
}

}  // namespace athanor
