// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/output_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

void expect_free(std::filesystem::path const& path, bool overwrite) {
    std::error_code ignored;
    auto const status = std::filesystem::symlink_status(path, ignored);
    if (!std::filesystem::exists(status)) return;
    if (!overwrite)
        throw ConfigError(
            fmt::format("{}: output exists; use --overwrite or choose another", path.string()));
    if (!std::filesystem::is_regular_file(status))
        throw ConfigError(
            fmt::format("{}: is no plain file and will not be overwritten; choose another output",
                        path.string()));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, bool overwrite)
    : path_(std::move(path)),
      aside_(fmt::format("{}.tmp-{}", path_.string(), ::getpid())),
      overwrite_(overwrite) {
    expect_free(path_, overwrite_);
    file_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) fail("be made", errno);
    buffer_.reserve(buffer_bytes);
}

OutputFile::~OutputFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(aside_.c_str());
}

void OutputFile::fail(std::string_view what, int error) const {
    throw StorageError(fmt::format("{}: cannot {}: {}; free some space or give another place",
                                   path_.string(), what, std::strerror(error)));
}

void OutputFile::append(std::string_view bytes) {
    ATHANOR_EXPECTS(file_ >= 0);
    buffer_ += bytes;
    if (buffer_.size() >= buffer_bytes) write_buffer();
}

void OutputFile::write_buffer() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        auto const count = ::write(file_, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail("be written", count == 0 ? ENOSPC : errno);
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    buffer_.clear();
}

void OutputFile::publish() {
    ATHANOR_EXPECTS(file_ >= 0);
    write_buffer();
    if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) fail("be made durable", errno);
    // Another program may have made the file meanwhile: then it stays.
    unsigned const flags = overwrite_ ? 0U : RENAME_NOREPLACE;
    int moved = ::renameat2(AT_FDCWD, aside_.c_str(), AT_FDCWD, path_.c_str(), flags);
    if (moved != 0 && (errno == EINVAL || errno == ENOSYS)) {  // not every file system has the flag
        expect_free(path_, overwrite_);
        moved = ::rename(aside_.c_str(), path_.c_str());
    }
    if (moved != 0 && errno == EEXIST) expect_free(path_, overwrite_);
    if (moved != 0) fail("be renamed into place", errno);
    ::close(std::exchange(file_, -1));
    auto const folder = path_.has_parent_path() ? path_.parent_path() : ".";
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

}  // namespace athanor
