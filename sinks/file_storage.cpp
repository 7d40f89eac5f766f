// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/file_storage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace fs = std::filesystem;
namespace {

std::string_view advice_for(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return "free some space there or write elsewhere";
        case EROFS:
        case EACCES:
        case EPERM:
            return "choose a place that can be written, or change its permissions";
        case EIO:
            return "the disk or its connection fails; check it before going on";
        case EMFILE:
        case ENFILE:
            return "raise the limit of open files (ulimit -n)";
        case EFBIG:
            return "raise the limit of file sizes (ulimit -f) or write elsewhere";
        default:
            return "check the path and its file system";
    }
}

[[noreturn]] void fail(std::string_view what, fs::path const& path, int error) {
    char const* const name = ::strerrorname_np(error);
    throw StorageError(fmt::format("{}: cannot {}: {} ({}); {}", path.string(), what,
                                   std::generic_category().message(error),
                                   name != nullptr ? name : "?", advice_for(error)));
}

/// A file descriptor that is closed when it goes; close() tells whether the data arrived.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int close() {
        int const fd = fd_;
        fd_ = -1;
        return ::close(fd);
    }

private:
    int fd_;
};

void make_folders(fs::path const& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) fail("make the folder", folder, error.value());
}

void sync_folder(fs::path const& folder) {
    Descriptor const fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) fail("open the folder", folder, errno);
    if (::fsync(fd.get()) != 0) fail("sync the folder", folder, errno);
}

void sync_file_system(fs::path const& folder) {
    Descriptor const fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) fail("open the folder", folder, errno);
    if (::syncfs(fd.get()) != 0) fail("sync the file system of", folder, errno);
}

/// Throws unless what is there is a store or an empty folder: nothing else may be lost.
void expect_replaceable(fs::path const& path) {
    std::error_code ignored;
    bool const store = fs::exists(path / "zarr.json", ignored);
    bool const empty_folder = fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
    if (!store && !empty_folder)
        throw ConfigError(
            fmt::format("{}: is no Zarr store and will not be overwritten; move it away or choose "
                        "another output",
                        path.string()));
}

fs::path without_trailing_slash(fs::path const& path) {
    return path.has_filename() ? path : path.parent_path();
}

std::string process_suffix() { return fmt::format(".tmp-{}", ::getpid()); }

}  // namespace

FileStorage::FileStorage(fs::path path, Durability durability)
    : path_(without_trailing_slash(path)), root_(path_), durability_(durability) {}

std::unique_ptr<FileStorage> FileStorage::create(fs::path const& path, Durability durability,
                                                 bool overwrite) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, durability));
    std::error_code error;
    auto const status = fs::symlink_status(storage->path_, error);
    if (fs::exists(status)) {
        if (!overwrite)
            throw ConfigError(fmt::format("{}: output exists; use --overwrite or choose another",
                                          storage->path_.string()));
        expect_replaceable(storage->path_);
    }
    storage->overwrite_ = overwrite;
    if (auto const parent = storage->path_.parent_path(); !parent.empty()) make_folders(parent);
    storage->take_lock();
    storage->remove_leftovers();
    storage->root_ = storage->beside("", process_suffix());
    make_folders(storage->root_);
    return storage;
}

std::unique_ptr<FileStorage> FileStorage::open(fs::path const& path, Durability durability) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, durability));
    std::error_code error;
    if (!fs::is_directory(storage->path_, error))
        throw StorageError(
            fmt::format("{}: there is no store to go on with", storage->path_.string()));
    storage->take_lock();
    storage->remove_leftovers();
    return storage;
}

std::unique_ptr<FileStorage> FileStorage::read_only(fs::path const& path) {
    std::unique_ptr<FileStorage> storage(new FileStorage(path, Durability::none));
    std::error_code error;
    if (!fs::is_directory(storage->path_, error))
        throw StorageError(fmt::format("{}: there is no such store", storage->path_.string()));
    return storage;
}

FileStorage::~FileStorage() { close(); }

fs::path FileStorage::beside(std::string const& prefix, std::string const& suffix) const {
    return path_.parent_path() / (prefix + path_.filename().string() + suffix);
}

fs::path FileStorage::temporary_for(std::string const& key) const {
    bool const inside_an_array = std::count(key.begin(), key.end(), '/') >= 2;
    if (!inside_an_array && root_ == path_) return beside(".", fmt::format(".put-{}", ::getpid()));
    return root_ / (key + process_suffix());
}

void FileStorage::take_lock() {
    fs::path const file = beside(".", ".lock");
    for (;;) {
        Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
        if (fd.get() < 0) fail("make the lock", file, errno);
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                throw StorageError(
                    fmt::format("{}: another process is writing this store; wait for it or end it",
                                path_.string()));
            if (errno != ENOLCK && errno != ENOSYS && errno != EOPNOTSUPP)
                fail("lock", file, errno);
        }
        // The last owner removes the file while it holds the lock: this may be a file of no name.
        struct stat mine {};
        struct stat there {};
        if (::fstat(fd.get(), &mine) == 0 && ::stat(file.c_str(), &there) == 0 &&
            mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) {
            lock_ = ::dup(fd.get());  // shares the lock
            if (lock_ < 0) fail("keep the lock", file, errno);
            ::fcntl(lock_, F_SETFD, FD_CLOEXEC);
            return;
        }
    }
}

void FileStorage::release_lock() noexcept {
    if (lock_ < 0) return;
    ::unlink(beside(".", ".lock").c_str());
    ::close(lock_);
    lock_ = -1;
}

/// What a killed writer may have left beside the store. Expects: the lock is held.
void FileStorage::remove_leftovers() {
    auto const folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
    std::string const name = path_.filename().string();
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(folder, error)) {
        std::string const other = entry.path().filename().string();
        for (std::string const& start : {name + ".tmp-", name + ".old-", "." + name + ".put-"})
            if (other.starts_with(start) &&
                other.find_first_not_of("0123456789", start.size()) == std::string::npos)
                fs::remove_all(entry.path(), error);
    }
}

void FileStorage::write_file(fs::path const& file, std::span<std::byte const> bytes) {
    int constexpr flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int opened = ::open(file.c_str(), flags, 0666);
    if (opened < 0 && errno == ENOENT) {
        make_folders(file.parent_path());
        opened = ::open(file.c_str(), flags, 0666);
    }
    Descriptor fd(opened);
    if (fd.get() < 0) fail("create", file, errno);
    while (!bytes.empty()) {
        ssize_t const written = ::write(fd.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", file, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    // What is made aside is synced all at once by publish().
    bool const sync_now = durability_ != Durability::none && root_ == path_;
    if (sync_now && ::fdatasync(fd.get()) != 0) fail("sync", file, errno);
    if (fd.close() != 0) fail("finish writing", file, errno);
}

void FileStorage::put(std::string const& key, std::span<std::byte const> bytes) {
    fs::path const target = root_ / key;
    fs::path const temporary = temporary_for(key);
    try {
        write_file(temporary, bytes);
        if (::rename(temporary.c_str(), target.c_str()) != 0) {
            int const error = errno;
            if (error != ENOENT) fail("rename into place", target, error);
            make_folders(target.parent_path());
            if (::rename(temporary.c_str(), target.c_str()) != 0)
                fail("rename into place", target, errno);
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    if (durability_ == Durability::none || root_ != path_) return;
    std::lock_guard const guard(mutex_);
    // Folders above may be new as well: their entries must last, too.
    for (auto folder = target.parent_path(); touched_folders_.insert(folder).second;
         folder = folder.parent_path())
        if (folder == root_) break;
}

std::optional<Bytes> FileStorage::get(std::string const& key) {
    return get_range(key, 0, static_cast<std::size_t>(-1));
}

std::optional<Bytes> FileStorage::get_range(std::string const& key, std::int64_t offset,
                                            std::size_t length) {
    fs::path const file = root_ / key;
    Descriptor const fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        fail("open", file, errno);
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) fail("look at", file, errno);
    if (S_ISDIR(status.st_mode)) return std::nullopt;
    auto const size = static_cast<std::int64_t>(status.st_size);
    std::int64_t const begin =
        std::clamp<std::int64_t>(offset < 0 ? size + offset : offset, 0, size);
    Bytes bytes(std::min(length, static_cast<std::size_t>(size - begin)));
    for (std::size_t done = 0; done < bytes.size();) {
        ssize_t const got = ::pread(fd.get(), bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(begin + static_cast<std::int64_t>(done)));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read", file, errno);
        if (got == 0) {
            bytes.resize(done);
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::vector<std::string> FileStorage::list(std::string const& folder) {
    fs::path const path = root_ / folder;
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(path, error);
    if (error == std::errc::no_such_file_or_directory) return names;
    if (error) fail("list", path, error.value());
    for (; entry != fs::directory_iterator(); entry.increment(error)) {
        names.push_back(entry->path().filename().string() + (entry->is_directory() ? "/" : ""));
        if (error) break;
    }
    if (error) fail("list", path, error.value());
    std::sort(names.begin(), names.end());
    return names;
}

void FileStorage::remove(std::string const& key) {
    fs::path const file = root_ / key;
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail("remove", file, errno);
}

void FileStorage::sync() {
    std::lock_guard const guard(mutex_);
    for (fs::path const& folder : touched_folders_) sync_folder(folder);
    touched_folders_.clear();
}

void FileStorage::publish() {
    if (root_ == path_) return;
    if (durability_ != Durability::none) sync_file_system(root_);
    auto const exchange = [this](unsigned flags) {
        return ::renameat2(AT_FDCWD, root_.c_str(), AT_FDCWD, path_.c_str(), flags);
    };
    std::error_code ignored;
    if (overwrite_ && fs::exists(fs::symlink_status(path_, ignored))) {
        expect_replaceable(path_);
        fs::path const old = beside("", fmt::format(".old-{}", ::getpid()));
        if (exchange(RENAME_EXCHANGE) == 0) {
            fs::remove_all(root_, ignored);
        } else {  // a file system without exchange: the name is free for an instant
            if (::rename(path_.c_str(), old.c_str()) != 0) fail("move aside", path_, errno);
            if (::rename(root_.c_str(), path_.c_str()) != 0)
                fail("rename the new store into place", path_, errno);
            fs::remove_all(old, ignored);
        }
    } else if (exchange(RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST)
            throw ConfigError(fmt::format("{}: output exists; use --overwrite or choose another",
                                          path_.string()));
        if (errno != EINVAL && errno != ENOSYS)
            fail("rename the new store into place", path_, errno);
        if (::rename(root_.c_str(), path_.c_str()) != 0)
            fail("rename the new store into place", path_, errno);
    }
    root_ = path_;
    if (durability_ != Durability::none)
        sync_folder(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
}

void FileStorage::close() noexcept {
    if (lock_ < 0) return;
    std::error_code ignored;
    if (root_ != path_) fs::remove_all(root_, ignored);
    release_lock();
}

}  // namespace athanor
