// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "runtime/log_writer.hpp"

namespace athanor {

/// A log as comma-separated values (RFC 4180): a heading, then one line per row. Numbers are the
/// shortest that read back as the same double; nan and inf stand as words. A name with commas,
/// quotes or line ends is quoted.
/// Throws: StorageError, from open() when the file cannot be made.
class CsvLog final : public LogWriter {
public:
    enum class Existing { replace, append };

    /// open() makes the folder where it is missing. An existing file is replaced, or goes on
    /// without a second heading; a line that a dying process left unfinished is cut off then.
    explicit CsvLog(std::filesystem::path path, Existing existing = Existing::replace)
        : path_(std::move(path)), existing_(existing) {}

    void open(std::span<std::string const> scalar_names) override;
    void write(LogBlock& block) override;
    void close() override;
    [[nodiscard]] std::string describe() const override { return path_.string(); }

private:
    struct CloseFile {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void put(std::string const& text);
    [[nodiscard]] bool cut_to_whole_lines() const;

    std::filesystem::path path_;
    Existing existing_;
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::string text_;
};

}  // namespace athanor
