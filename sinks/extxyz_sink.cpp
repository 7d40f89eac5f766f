// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_sink.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "sinks/extxyz_ledger.hpp"
#include "sinks/replace_file.hpp"

namespace athanor {
namespace {

RowKey key_of(Batch const& batch, SystemIndex system, RowKind kind) {
    return {batch.sample_id(system).value(), batch.values<std::int32_t>(Fields::stage, system)[0],
            batch.values<std::int64_t>(Fields::stage_step, system)[0], kind};
}

/// What stands in a file from a byte on, into FILE.torn.
void keep_aside(std::filesystem::path const& path, std::int64_t begin) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(begin);
    std::string const rest{std::istreambuf_iterator<char>(file), {}};
    replace_file(path.string() + ".torn", std::as_bytes(std::span(rest)));
}

}  // namespace

ExtxyzSink::ExtxyzSink(std::filesystem::path path, ExtxyzWriter::Existing existing)
    : writer_(std::move(path), existing) {}

ExtxyzSink::ExtxyzSink(std::filesystem::path path, RowKeys keys, std::int64_t cut_bytes)
    : writer_(std::move(path)), keys_(std::move(keys)), cut_bytes_(cut_bytes) {}

std::unique_ptr<ExtxyzSink> ExtxyzSink::reopen(std::filesystem::path path,
                                               PartialFrame partial_frame) {
    std::error_code error;
    auto const size = std::filesystem::file_size(path, error);
    if (error == std::errc::no_such_file_or_directory)
        return std::make_unique<ExtxyzSink>(std::move(path));
    if (error)
        throw StorageError(
            fmt::format("{}: cannot be looked at: {}; give the file that a run wrote",
                        path.string(), error.message()));
    ExtxyzLedger ledger = read_extxyz_ledger(path);
    if (!ledger.damage.empty()) {
        if (partial_frame == PartialFrame::keep)
            throw StorageError(ledger.damage +
                               "; it broke while this run was under way, begin "
                               "again with athanor resume");
        keep_aside(path, ledger.whole_bytes);
    }
    auto const whole =
        partial_frame == PartialFrame::cut ? static_cast<std::uintmax_t>(ledger.whole_bytes) : size;
    if (whole < size) std::filesystem::resize_file(path, whole, error);
    if (error)
        throw StorageError(fmt::format("{}: the part of a frame at its end cannot be cut off: {}",
                                       path.string(), error.message()));
    auto sink = std::unique_ptr<ExtxyzSink>(new ExtxyzSink(
        std::move(path), std::move(ledger.keys), static_cast<std::int64_t>(size - whole)));
    sink->damage_ = std::move(ledger.damage);
    return sink;
}

void ExtxyzSink::write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) {
    std::lock_guard const lock(mutex_);
    ATHANOR_EXPECTS(!closed_);
    if (!error_.empty()) throw StorageError(error_);
    std::int64_t written = 0;
    for (SystemIndex const system : systems) {
        RowKey const key = key_of(batch, system, kind);
        if (keys_.contains(key)) continue;
        Sample const sample = batch.extract(system);
        try {
            writer_.write(sample, FrameContent::result, ledger_keys(sample, kind));
        } catch (StorageError const& error) {
            error_ = error.what();
            throw;
        }
        keys_.insert(key);
        ++written;
    }
    rows_written_ += written;
}

void ExtxyzSink::flush() {
    std::lock_guard const lock(mutex_);
    if (!closed_) writer_.flush();
}

void ExtxyzSink::close() {
    std::lock_guard const lock(mutex_);
    if (std::exchange(closed_, true)) return;
    writer_.close();
}

std::int64_t ExtxyzSink::rows_written() const {
    std::lock_guard const lock(mutex_);
    return rows_written_;
}

bool ExtxyzSink::contains(RowKey const& key) const {
    std::lock_guard const lock(mutex_);
    return keys_.contains(key);
}

std::string ExtxyzSink::describe() const { return "extxyz " + writer_.path().string(); }

}  // namespace athanor
