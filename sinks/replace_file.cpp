// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/replace_file.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(char const* what, fs::path const& path, int error) {
    throw StorageError(fmt::format("{}: cannot be {} ({}); free some space or give another place",
                                   path.string(), what, std::generic_category().message(error)));
}

/// The number of the error, or 0.
int write_and_sync(int file, std::span<std::byte const> bytes) {
    while (!bytes.empty()) {
        auto const count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return ENOSPC;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ::fdatasync(file) == 0 ? 0 : errno;
}

void sync_folder(fs::path const& folder) {
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail("opened", folder, errno);
    int const error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    // Some network file systems cannot do it, and need not.
    if (error != 0 && error != EINVAL) fail("synced", folder, error);
}

}  // namespace

void replace_file(fs::path const& path, std::span<std::byte const> bytes) {
    fs::path const folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::string const temporary = fmt::format("{}.tmp-{}", path.string(), ::getpid());
    int const file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail("made", temporary, errno);
    int error = write_and_sync(file, bytes);
    if (::close(file) != 0 && error == 0) error = errno;
    if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) {
        ::unlink(temporary.c_str());
        fail("written", path, error);
    }
    sync_folder(folder);
}

}  // namespace athanor
