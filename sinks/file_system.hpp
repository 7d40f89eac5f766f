// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

namespace athanor {

/// The system calls under FileStorage, in one place so that a test can let each of them fail.
/// Results: those of the call of the same name: -1 and errno where it failed. Calls that a signal
///          interrupted (EINTR) are left to the caller.
/// Threads: any number.
class FileSystem {
public:
    using Path = std::filesystem::path;

    FileSystem() = default;
    FileSystem(FileSystem const&) = default;
    FileSystem& operator=(FileSystem const&) = default;
    virtual ~FileSystem() = default;

    /// Files that it makes have mode 0666 less the umask.
    virtual int open(Path const& path, int flags) = 0;
    virtual int close(int fd) = 0;
    virtual ssize_t write(int fd, void const* bytes, std::size_t count) = 0;
    virtual ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset) = 0;
    virtual int fstat(int fd, struct stat& status) = 0;
    virtual int stat(Path const& path, struct stat& status) = 0;
    virtual int lstat(Path const& path, struct stat& status) = 0;
    /// Names in a folder but . and .., in any order.
    virtual int list(Path const& folder, std::vector<std::string>& names) = 0;

    virtual int mkdir(Path const& folder) = 0;
    virtual int unlink(Path const& file) = 0;
    virtual int rmdir(Path const& folder) = 0;
    virtual int rename(Path const& from, Path const& to) = 0;
    virtual int renameat2(Path const& from, Path const& to, unsigned flags) = 0;
    /// flock() for this owner alone, without waiting.
    virtual int lock(int fd) = 0;

    virtual int fdatasync(int fd) = 0;
    virtual int fsync(int fd) = 0;
    virtual int syncfs(int fd) = 0;
};

/// The one of the machine.
[[nodiscard]] FileSystem& real_file_system();

}  // namespace athanor
