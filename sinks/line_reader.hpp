// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// The lines of a text file, plain or gzip (told apart by their first bytes, not by their name; a
/// gzip file may have several members), ended by LF or CRLF; a byte order mark is left out.
/// Bound:  memory for the longest line plus one block, whatever the length of the file.
/// Throws: InputError when the file can't be opened or read, or a line is longer than 256 MiB.
///         A gzip stream that is damaged or cut off is no error here: the lines end early, and
///         damage() says so, because what came before is still good.
class LineReader {
public:
    explicit LineReader(std::filesystem::path path);
    LineReader(LineReader const&) = delete;
    LineReader& operator=(LineReader const&) = delete;
    ~LineReader();

    /// The next line without its end; false when there is none. `line` is valid until the next call.
    [[nodiscard]] bool next(std::string_view& line);
    /// Makes next() return the same line once more. Expects: the last next() returned true.
    void unread();

    /// Number of the last line returned, from 1, and where it begins in the (unpacked) text.
    [[nodiscard]] std::int64_t line_number() const { return line_number_; }
    [[nodiscard]] std::int64_t byte_offset() const { return buffer_offset_ + line_begin_; }
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    /// What is wrong with the gzip stream, or "". Complete only after next() returned false.
    [[nodiscard]] std::string const& damage() const { return damage_; }

private:
    bool fill();  // moves the unread rest to the front and reads behind it

    std::filesystem::path path_;
    void* file_ = nullptr;  // gzFile; zlib stays out of the header
    std::vector<char> buffer_;
    std::int64_t buffer_offset_ = 0;  // of buffer_[0] in the text
    std::size_t line_begin_ = 0, position_ = 0, filled_ = 0;
    std::int64_t line_number_ = 0;
    bool at_end_ = false, has_line_ = false;
    std::string damage_;
};

}  // namespace athanor
