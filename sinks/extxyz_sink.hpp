// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>

#include "runtime/sink.hpp"
#include "sinks/extxyz_writer.hpp"

namespace athanor {

/// Rows as frames of an extended-XYZ file, with energy, forces and the ledger entry as keys.
/// Order:   a StorageError in the middle of a write() leaves the frames before it in the file, but
///          they do not count; rows_written() says what does.
/// Threads: write() may be called from several threads; a file may have several processes.
class ExtxyzSink final : public Sink {
public:
    explicit ExtxyzSink(std::filesystem::path path,
                        ExtxyzWriter::Existing existing = ExtxyzWriter::Existing::append);

    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override;
    void flush() override;
    void close() override;
    [[nodiscard]] std::int64_t rows_written() const override;
    [[nodiscard]] bool keeps_rows() const override { return true; }
    [[nodiscard]] std::string describe() const override;

private:
    mutable std::mutex mutex_;
    ExtxyzWriter writer_;
    std::int64_t rows_written_ = 0;
    bool closed_ = false;
};

}  // namespace athanor
