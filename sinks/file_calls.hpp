// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <sys/stat.h>

#include "sinks/file_system.hpp"

/// What everything over a FileSystem needs: calls made again, descriptors closed, errors told.
namespace athanor::detail {

/// Throws StorageError: the path, what could not be done, the system's word for it, a way out.
[[noreturn]] void fail(std::string_view what, std::filesystem::path const& path, int error);

/// `call` again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
    for (;;)
        if (auto const result = call(); result != -1 || errno != EINTR) return result;
}

/// A file descriptor that is closed when it goes; close() tells whether the data arrived.
class Descriptor {
public:
    Descriptor(FileSystem& calls, std::filesystem::path const& path, int flags);
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) calls_.close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int error() const { return error_; }  ///< why it was not opened
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    /// An interrupted close() has closed.
    [[nodiscard]] bool close() { return calls_.close(release()) == 0 || errno == EINTR; }

private:
    FileSystem& calls_;
    int fd_;
    int error_;
};

/// What stands at a path, if anything. Throws StorageError when that cannot be told.
[[nodiscard]] std::optional<struct stat> status_of(FileSystem& calls,
                                                   std::filesystem::path const& path);
[[nodiscard]] bool is_folder(FileSystem& calls, std::filesystem::path const& path);

/// All of `bytes`, in as many calls as it takes. Throws StorageError.
void write_all(FileSystem& calls, int fd, std::filesystem::path const& path,
               std::span<std::byte const> bytes);
/// Up to bytes.size() bytes from `offset`; how many there were. Throws StorageError.
[[nodiscard]] std::size_t read_from(FileSystem& calls, int fd, std::filesystem::path const& path,
                                    std::int64_t offset, std::span<std::byte> bytes);

/// The names in a folder last. Throws StorageError.
void sync_folder(FileSystem& calls, std::filesystem::path const& folder);

/// The folder of a file; "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(std::filesystem::path const& path);

}  // namespace athanor::detail
