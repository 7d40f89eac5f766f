// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/file_calls.hpp"

#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor::detail {

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

}  // namespace

void fail(std::string_view what, fs::path const& path, int error) {
    char const* const name = ::strerrorname_np(error);
    throw StorageError(fmt::format("{}: cannot {}: {} ({}); {}", path.string(), what,
                                   std::generic_category().message(error),
                                   name != nullptr ? name : "?", advice_for(error)));
}

Descriptor::Descriptor(FileSystem& calls, fs::path const& path, int flags)
    : calls_(calls),
      fd_(uninterrupted([&] { return calls.open(path, flags | O_CLOEXEC); })),
      error_(errno) {}

std::optional<struct stat> status_of(FileSystem& calls, fs::path const& path) {
    struct stat status {};
    if (calls.stat(path, status) == 0) return status;
    if (errno != ENOENT && errno != ENOTDIR) fail("look at", path, errno);
    return std::nullopt;
}

bool is_folder(FileSystem& calls, fs::path const& path) {
    auto const status = status_of(calls, path);
    return status && S_ISDIR(status->st_mode);
}

void write_all(FileSystem& calls, int fd, fs::path const& path, std::span<std::byte const> bytes) {
    while (!bytes.empty()) {
        ssize_t const written =
            uninterrupted([&] { return calls.write(fd, bytes.data(), bytes.size()); });
        if (written <= 0) fail("write", path, written < 0 ? errno : EIO);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t read_from(FileSystem& calls, int fd, fs::path const& path, std::int64_t offset,
                      std::span<std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        auto const at = static_cast<off_t>(offset + static_cast<std::int64_t>(done));
        ssize_t const got = uninterrupted(
            [&] { return calls.pread(fd, bytes.data() + done, bytes.size() - done, at); });
        if (got < 0) fail("read", path, errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void sync_folder(FileSystem& calls, fs::path const& folder) {
    Descriptor const fd(calls, folder, O_RDONLY | O_DIRECTORY);
    if (fd.get() < 0) fail("open the folder", folder, fd.error());
    if (uninterrupted([&] { return calls.fsync(fd.get()); }) != 0)
        fail("sync the folder", folder, errno);
}

fs::path folder_of(fs::path const& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace athanor::detail
