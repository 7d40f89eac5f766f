// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/csv_log.hpp"

#include <cerrno>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

void append_field(std::string& out, std::string const& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        out += text;
        return;
    }
    out += '"';
    for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += '"';
}

}  // namespace

void CsvLog::open(std::span<std::string const> scalar_names) {
    ATHANOR_EXPECTS(!file_);
    std::error_code ignored;  // fopen() says what is wrong
    if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), ignored);
    bool const goes_on = existing_ == Existing::append && cut_to_whole_lines();
    file_.reset(std::fopen(path_.c_str(), goes_on ? "ab" : "wb"));
    if (!file_)
        throw StorageError(
            fmt::format("{}: cannot be made: {}", path_.string(), std::strerror(errno)));
    if (goes_on) return;
    std::string heading = "step,graph_idx,system_id,name,status";
    for (std::string const& name : scalar_names) {
        heading += ',';
        append_field(heading, name);
    }
    put(heading + "\n");
}

/// True when at least a heading is left.
bool CsvLog::cut_to_whole_lines() const {
    std::error_code error;
    auto const size = std::filesystem::file_size(path_, error);
    if (error || size == 0) return false;
    std::unique_ptr<std::FILE, CloseFile> const file(std::fopen(path_.c_str(), "rb"));
    auto end = static_cast<long>(size);
    while (file && end > 0 && std::fseek(file.get(), end - 1, SEEK_SET) == 0 &&
           std::fgetc(file.get()) != '\n')
        --end;
    std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(end), error);
    return !error && end > 0;
}

void CsvLog::write(LogBlock& block) {
    text_.clear();
    auto const end = std::back_inserter(text_);
    for (std::size_t k = 0; k < block.size(); ++k) {
        LogRow const& row = block.row(k);
        fmt::format_to(end, "{},{},{},", row.step, row.graph_idx, row.system_id);
        append_field(text_, row.name);
        fmt::format_to(end, ",{}", row.status);
        for (double value : block.scalars(k)) fmt::format_to(end, ",{}", value);
        text_ += '\n';
    }
    put(text_);
}

void CsvLog::close() {
    if (!file_) return;
    if (std::fclose(file_.release()) != 0)
        throw StorageError(
            fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
}

void CsvLog::put(std::string const& text) {
    ATHANOR_EXPECTS(file_ != nullptr);
    // Flushed at once: people follow a log while it grows.
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
        std::fflush(file_.get()) != 0)
        throw StorageError(
            fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
}

}  // namespace athanor
