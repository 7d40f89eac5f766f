// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/drainable_sink.hpp"
#include "sinks/kept_row.hpp"

namespace athanor {

/// Keeps samples in host memory, up to a number of rows.
/// Ownership: deep copies; drain() gives them away and makes room.
/// Order:     rows stand in the order written.
/// Threads:   every member may be called from any thread.
class HostMemorySink final : public DrainableSink {
public:
    /// Expects: capacity >= 0.
    explicit HostMemorySink(std::int64_t capacity);

    [[nodiscard]] std::int64_t room() const override;
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override;
    [[nodiscard]] std::size_t write_fitting(Batch const& batch,
                                            std::span<SystemIndex const> systems,
                                            RowKind kind) override;
    void flush() override {}
    void close() override;
    [[nodiscard]] std::int64_t rows_written() const override;
    [[nodiscard]] std::string describe() const override;

    [[nodiscard]] std::optional<Sample> take_oldest_for(Batch const& batch) override;
    [[nodiscard]] bool empty() const override { return size() == 0; }
    [[nodiscard]] std::vector<Sample> copies() const override;

    /// Rows kept now.
    [[nodiscard]] std::int64_t size() const;
    /// A copy of row `row`. Expects: 0 <= row < size().
    [[nodiscard]] KeptRow read(std::int64_t row) const;
    /// All rows; the sink is empty afterwards.
    [[nodiscard]] std::vector<KeptRow> drain();

private:
    std::int64_t capacity_;
    mutable std::mutex mutex_;  ///< guards everything below
    std::deque<KeptRow> rows_;
    std::int64_t rows_written_ = 0;
    bool closed_ = false;
};

}  // namespace athanor
