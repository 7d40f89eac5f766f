// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace athanor {

/// A file that is written aside, as NAME.tmp-PID in the same folder, and appears under its name,
/// whole and durable, at publish().
/// Bound:   a buffer of 1 MiB.
/// Threads: one at a time.
/// Throws:  StorageError that names the file and the cause; ConfigError when the name is taken.
class OutputFile {
public:
    OutputFile(std::filesystem::path path, bool overwrite);
    OutputFile(OutputFile const&) = delete;
    OutputFile& operator=(OutputFile const&) = delete;
    /// Removes what was not published.
    ~OutputFile();

    void append(std::string_view bytes);
    void publish();
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    void write_buffer();
    [[noreturn]] void fail(std::string_view what, int error) const;

    std::filesystem::path path_;
    std::filesystem::path aside_;
    bool overwrite_;
    int file_ = -1;
    std::string buffer_;
};

}  // namespace athanor
