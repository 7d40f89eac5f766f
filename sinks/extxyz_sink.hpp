// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "runtime/sink.hpp"
#include "sinks/extxyz_writer.hpp"
#include "sinks/row_keys.hpp"

namespace athanor {

enum class PartialFrame { cut, keep };

/// Rows as frames of an extended-XYZ file, with energy, forces and the ledger entry as keys.
/// Rows:    one whose (system_id, stage, step, kind) this sink wrote before, or found on reopening,
///          is skipped silently; those of other processes that append to the file are not known.
/// Bound:   30 bytes a row.
/// Order:   a StorageError in the middle of a write() leaves the frames before it in the file, but
///          they do not count; rows_written() says what does. The sink then takes nothing more: a
///          frame may be there in part, and what came behind it could not be read.
/// Threads: write() may be called from several threads; a file may have several processes.
class ExtxyzSink final : public Sink {
public:
    explicit ExtxyzSink(std::filesystem::path path,
                        ExtxyzWriter::Existing existing = ExtxyzWriter::Existing::append);
    /// Goes on with a file that sinks wrote, perhaps ones that were killed: a last frame that is
    /// there in part is cut off, and the keys of all others are known. One with frames of other
    /// processes behind it is cut off with them, and all that stays in FILE.torn. Without a file, a
    /// new one.
    /// Expects: no other process writes the file meanwhile, unless `partial_frame` is to be kept,
    /// for it may be one of theirs that is on its way. Throws StorageError, and leaves the
    /// file alone, when it does not begin with such frames.
    [[nodiscard]] static std::unique_ptr<ExtxyzSink> reopen(
        std::filesystem::path path, PartialFrame partial_frame = PartialFrame::cut);

    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override;
    void flush() override;
    void close() override;
    /// Rows taken by write(); those skipped as known do not count.
    [[nodiscard]] std::int64_t rows_written() const override;
    [[nodiscard]] bool keeps_rows() const override { return true; }
    [[nodiscard]] bool stores(FieldSpec const& field) const override {
        return field.role != FieldRole::state;
    }
    [[nodiscard]] std::string describe() const override;

    /// True when a row of this key was written, or was there before.
    [[nodiscard]] bool contains(RowKey const& key) const;
    /// Bytes of a frame that was there in part, which reopen() cut off.
    [[nodiscard]] std::int64_t cut_bytes() const { return cut_bytes_; }
    /// Where the file broke off before its end; empty when it did not.
    [[nodiscard]] std::string const& damage() const { return damage_; }

private:
    ExtxyzSink(std::filesystem::path path, RowKeys keys, std::int64_t cut_bytes);

    mutable std::mutex mutex_;
    ExtxyzWriter writer_;
    RowKeys keys_;
    std::int64_t cut_bytes_ = 0;
    std::string damage_;
    std::int64_t rows_written_ = 0;
    std::string error_;  ///< of the write that failed
    bool closed_ = false;
};

}  // namespace athanor
