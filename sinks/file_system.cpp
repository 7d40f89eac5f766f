// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/file_system.hpp"

#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace athanor {
namespace {

class RealFileSystem final : public FileSystem {
public:
    int open(Path const& path, int flags) override { return ::open(path.c_str(), flags, 0666); }
    int close(int fd) override { return ::close(fd); }
    ssize_t write(int fd, void const* bytes, std::size_t count) override {
        return ::write(fd, bytes, count);
    }
    ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset) override {
        return ::pread(fd, bytes, count, offset);
    }
    int fstat(int fd, struct stat& status) override { return ::fstat(fd, &status); }
    int stat(Path const& path, struct stat& status) override {
        return ::stat(path.c_str(), &status);
    }
    int lstat(Path const& path, struct stat& status) override {
        return ::lstat(path.c_str(), &status);
    }
    int list(Path const& folder, std::vector<std::string>& names) override {
        std::error_code error;
        std::filesystem::directory_iterator entry(folder, error);
        for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
            names.push_back(entry->path().filename().string());
        if (error) errno = error.value();
        return error ? -1 : 0;
    }
    int mkdir(Path const& folder) override { return ::mkdir(folder.c_str(), 0777); }
    int unlink(Path const& file) override { return ::unlink(file.c_str()); }
    int rmdir(Path const& folder) override { return ::rmdir(folder.c_str()); }
    int rename(Path const& from, Path const& to) override {
        return ::rename(from.c_str(), to.c_str());
    }
    int renameat2(Path const& from, Path const& to, unsigned flags) override {
        return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
    }
    int lock(int fd) override { return ::flock(fd, LOCK_EX | LOCK_NB); }
    int fdatasync(int fd) override { return ::fdatasync(fd); }
    int fsync(int fd) override { return ::fsync(fd); }
    int syncfs(int fd) override { return ::syncfs(fd); }
};

}  // namespace

FileSystem& real_file_system() {
    static RealFileSystem calls;
    return calls;
}

}  // namespace athanor
