// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/quarantine.hpp"

#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/line_reader.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

fs::path rejects_of(fs::path const& path) { return path.string() + ".rejects.txt"; }

std::optional<std::int64_t> integer_in(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

/// A key of a comment line that is a whole number; ours stand behind those of the input.
std::optional<std::int64_t> integer_key(std::string_view comment, std::string_view key) {
    auto const at = comment.rfind(fmt::format(" {}=", key));
    if (at == std::string_view::npos) return std::nullopt;
    return integer_in(comment.substr(at + key.size() + 2));
}

/// The part of the reason is quoted and may hold anything, so it is left out.
std::string_view without_reason(std::string_view comment) {
    return comment.substr(0, comment.rfind(" reason="));
}

std::optional<QuarantinedSample> entry_of(std::string_view comment) {
    std::string_view const keys = without_reason(comment);
    auto const id = integer_key(keys, "system_id");
    if (!id) return std::nullopt;
    QuarantinedSample entry{SampleId{*id}, std::nullopt, 0, 0};
    if (auto const stage = integer_key(keys, "stage")) {
        entry.stage = static_cast<std::int32_t>(*stage);
        entry.step = integer_key(keys, "stage_step").value_or(0);
        entry.stored_rows = integer_key(keys, "stored_rows").value_or(0);
    }
    return entry;
}

bool ends_with_line_end(fs::path const& path) {
    std::error_code ignored;
    auto const size = fs::file_size(path, ignored);
    if (ignored || size == 0) return true;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
    return file && std::fseek(file.get(), -1, SEEK_END) == 0 && std::fgetc(file.get()) == '\n';
}

/// Entries of the frames that are whole; where the first that is not begins, if there is one.
std::optional<std::int64_t> read_frames(fs::path const& path,
                                        std::vector<QuarantinedSample>& entries) {
    bool const last_line_is_whole = ends_with_line_end(path);
    LineReader lines(path);
    std::string_view line;
    while (lines.next(line)) {
        std::int64_t const begin = lines.byte_offset();
        auto const atoms = integer_in(line);
        if (!atoms || !lines.next(line)) return begin;
        auto const entry = entry_of(line);
        for (std::int64_t k = 0; k < *atoms; ++k)
            if (!lines.next(line)) return begin;
        std::int64_t const end = lines.byte_offset() + static_cast<std::int64_t>(line.size());
        if (!last_line_is_whole && end >= static_cast<std::int64_t>(fs::file_size(path)))
            return begin;
        if (entry) entries.push_back(*entry);
    }
    return std::nullopt;
}

/// "# sample 12 ..." begins each entry.
void read_rejects(fs::path const& path, std::vector<QuarantinedSample>& entries) {
    constexpr std::string_view start = "# sample ";
    LineReader lines(path);
    std::string_view line;
    while (lines.next(line))
        if (line.starts_with(start))
            if (auto const id = integer_in(line.substr(start.size())))
                entries.push_back({SampleId{*id}, std::nullopt, 0, 0});
}

}  // namespace

std::vector<QuarantinedSample> read_quarantine(fs::path const& path, TornFrame torn) {
    std::vector<QuarantinedSample> entries;
    std::error_code error;
    if (fs::exists(path, error))
        if (auto const end = read_frames(path, entries); end && torn == TornFrame::cut) {
            fs::resize_file(path, static_cast<std::uintmax_t>(*end), error);
            if (error)
                throw StorageError(
                    fmt::format("{}: ends in the middle of a frame, which cannot be "
                                "cut off ({})",
                                path.string(), error.message()));
        }
    if (fs::exists(rejects_of(path), error)) read_rejects(rejects_of(path), entries);
    return entries;
}

void set_quarantine_aside(fs::path const& path) {
    for (fs::path const& file : {path, rejects_of(path)}) {
        std::error_code error;
        if (!fs::exists(file, error)) continue;
        fs::rename(file, file.string() + ".before-retry", error);
        if (error)
            throw StorageError(
                fmt::format("{}: cannot be renamed ({})", file.string(), error.message()));
    }
}

void Quarantine::know(std::vector<QuarantinedSample> const& samples) {
    std::lock_guard const lock(mutex_);
    for (QuarantinedSample const& one : samples)
        known_.emplace(one.id.value(), one.stage.value_or(-1));
}

bool Quarantine::is_known(SampleId sample, std::optional<std::int32_t> stage) const {
    return known_.contains({sample.value(), stage.value_or(-1)});
}

ExtxyzWriter& Quarantine::writer() {
    if (!writer_) {
        if (path_.has_parent_path()) {
            std::error_code ignored;  // the writer says what is wrong with the folder
            fs::create_directories(path_.parent_path(), ignored);
        }
        writer_.emplace(path_, ExtxyzWriter::Existing::append);
    }
    return *writer_;
}

void Quarantine::take(Batch const& batch, SystemIndex system, std::string const& reason) {
    std::lock_guard const lock(mutex_);
    ++count_;  // also one whose rows were lost with an earlier run, and that failed again
    if (is_known(batch.sample_id(system), batch.values<std::int32_t>(Fields::stage, system)[0]))
        return;
    Sample const sample = batch.extract(system);
    ExtraKeys keys = ledger_keys(sample, RowKind::quarantined);
    keys.push_back({"reason", reason});
    writer().write(sample, FrameContent::result, keys);
}

void Quarantine::take(Sample const& sample, std::int32_t first_stage, std::string const& reason) {
    std::lock_guard const lock(mutex_);
    if (is_known(sample.id(), first_stage)) return;
    ++count_;
    writer().write(sample, FrameContent::input,
                   {{"system_id", std::to_string(sample.id().value())},
                    {"stage", std::to_string(first_stage)},
                    {"stage_step", "0"},  // the input may have such keys from another campaign
                    {"stored_rows", "0"},
                    {"reason", reason}});
}

void Quarantine::take(BadFrame const& frame) {
    std::lock_guard const lock(mutex_);
    if (is_known(frame.id, std::nullopt)) return;
    writer().write(frame);
    ++count_;
}

std::int64_t Quarantine::count() const {
    std::lock_guard const lock(mutex_);
    return count_;
}

void Quarantine::flush() {
    std::lock_guard const lock(mutex_);
    if (writer_) writer_->flush();
}

void Quarantine::close() {
    std::lock_guard const lock(mutex_);
    if (writer_) writer_->close();
}

}  // namespace athanor
