// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t longest_line_bytes = 256 * 1024 * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

gzFile as_gz(void* file) { return static_cast<gzFile>(file); }

}  // namespace

LineReader::LineReader(std::filesystem::path path) : path_(std::move(path)), buffer_(block_bytes) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path_, ignored))
        throw InputError(fmt::format("{}: is a folder; give a structure file", path_.string()));
    errno = 0;
    gzFile const file = gzopen(path_.c_str(), "rb");
    if (file == nullptr)
        throw InputError(
            fmt::format("{}: cannot be opened ({}); give a file that exists and may "
                        "be read",
                        path_.string(), std::strerror(errno ? errno : ENOMEM)));
    file_ = file;
    gzbuffer(file, block_bytes / 2);
}

LineReader::~LineReader() { gzclose(as_gz(file_)); }

bool LineReader::fill() {
    if (at_end_) return false;
    std::size_t const kept = filled_ - line_begin_;
    std::memmove(buffer_.data(), buffer_.data() + line_begin_, kept);
    buffer_offset_ += static_cast<std::int64_t>(line_begin_);
    position_ -= line_begin_;
    line_begin_ = 0;
    filled_ = kept;
    if (kept > longest_line_bytes)
        throw InputError(fmt::format("{}:{}: a line of more than {} MiB; this is no structure file",
                                     path_.string(), line_number_ + 1, longest_line_bytes >> 20));
    if (buffer_.size() - filled_ < block_bytes / 2) buffer_.resize(2 * buffer_.size());
    errno = 0;
    int const count = gzread(as_gz(file_), buffer_.data() + filled_,
                             static_cast<unsigned>(buffer_.size() - filled_));
    int problem = Z_OK;
    char const* const message = gzerror(as_gz(file_), &problem);
    if (problem == Z_ERRNO)
        throw InputError(fmt::format("{}: reading failed after {} bytes ({})", path_.string(),
                                     buffer_offset_ + static_cast<std::int64_t>(filled_),
                                     std::strerror(errno)));
    if (problem == Z_BUF_ERROR)
        damage_ = "the gzip stream is cut off";
    else if (problem != Z_OK && problem != Z_STREAM_END)
        damage_ = fmt::format("the gzip stream is damaged ({})", message);
    if (count > 0) filled_ += static_cast<std::size_t>(count);
    if (count <= 0 || problem != Z_OK) at_end_ = true;
    return count > 0;
}

bool LineReader::next(std::string_view& line) {
    if (buffer_offset_ == 0 && position_ == 0 && filled_ == 0 && fill()) {
        while (filled_ < byte_order_mark.size() && fill()) continue;
        if (std::string_view(buffer_.data(), filled_).starts_with(byte_order_mark))
            position_ = byte_order_mark.size();
    }
    line_begin_ = position_;
    std::size_t searched = position_;
    char const* end = nullptr;
    while (true) {
        char const* const begin = buffer_.data() + searched;
        end = static_cast<char const*>(std::memchr(begin, '\n', filled_ - searched));
        if (end != nullptr) break;
        std::size_t const length = filled_ - line_begin_;
        if (!fill()) break;
        searched = line_begin_ + length;
    }
    std::size_t length =
        end != nullptr ? end - (buffer_.data() + line_begin_) : filled_ - line_begin_;
    position_ = line_begin_ + length + (end != nullptr ? 1 : 0);
    has_line_ = end != nullptr || length > 0;
    if (!has_line_) return false;
    ++line_number_;
    if (length > 0 && buffer_[line_begin_ + length - 1] == '\r') --length;
    line = std::string_view(buffer_.data() + line_begin_, length);
    return true;
}

void LineReader::unread() {
    ATHANOR_EXPECTS(has_line_);
    has_line_ = false;
    position_ = line_begin_;
    --line_number_;
}

}  // namespace athanor
