// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/drainable_sink.hpp"
#include "sinks/kept_row.hpp"

namespace athanor {

/// Keeps rows in one batch that is made when the sink is: in device memory where such a space is
/// given, else on the host. Rows come column by column, without a detour over samples.
/// Ownership: deep copies; drain() and zero() make room.
/// Bound:     `capacity` rows, and as many atoms and edges in all; where edges are 0, rows lose
///            theirs. Nothing is allocated after the first rows of a schema, but for long names.
/// Order:     rows stand in the order written.
/// Fields:    those of the schema; rows that lack one have zeros there, further ones are left out.
/// Threads:   every member may be called from any thread, but for batch().
class DeviceBufferSink final : public DrainableSink {
public:
    /// Expects: capacity.systems and capacity.atoms are 1 or more.
    DeviceBufferSink(SchemaPtr schema, BatchCapacity capacity, MemorySpace& space = host_memory());

    /// Rows that could be written were they small; write_fitting() knows how many fit.
    [[nodiscard]] std::int64_t room() const override;
    /// Expects: all of them fit, atoms and edges too.
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override;
    /// Stops at the first row that does not fit, as all do that are larger than the buffer.
    [[nodiscard]] std::size_t write_fitting(Batch const& batch,
                                            std::span<SystemIndex const> systems,
                                            RowKind kind) override;
    void flush() override {}
    void close() override;
    [[nodiscard]] std::int64_t rows_written() const override;
    [[nodiscard]] bool stores(FieldSpec const& field) const override {
        return batch_.schema().find(field.name).has_value();
    }
    [[nodiscard]] std::string describe() const override;

    [[nodiscard]] std::optional<Sample> take_oldest_for(Batch const& batch) override;
    [[nodiscard]] bool empty() const override { return size() == 0; }
    [[nodiscard]] std::vector<Sample> copies() const override;

    /// Rows kept now.
    [[nodiscard]] std::int64_t size() const;
    /// A copy of row `row` on the host. Expects: 0 <= row < size().
    [[nodiscard]] KeptRow read(std::int64_t row) const;
    /// Copies of all rows on the host; the buffer is empty afterwards.
    [[nodiscard]] std::vector<KeptRow> drain();
    /// Forgets all rows; the memory stays.
    void zero();
    /// The rows where they lie, for kernels; the host may not be able to read the columns.
    /// system_of() says in which order. Expects: no other
    /// thread writes meanwhile.
    [[nodiscard]] Batch const& batch() const { return batch_; }
    [[nodiscard]] SystemIndex system_of(std::int64_t row) const;

private:
    [[nodiscard]] bool try_append(Batch const& batch, SystemIndex system, RowKind kind);
    void bind(SchemaPtr const& schema);
    [[nodiscard]] KeptRow read_locked(std::int64_t row) const;

    struct KeptSystem {
        int system;  ///< its place in batch_
        RowKind kind;
    };

    mutable std::mutex mutex_;  ///< guards everything below
    Batch batch_;
    std::vector<KeptSystem> rows_;  ///< in the order written
    SchemaPtr bound_;               ///< whose fields source_ holds
    std::vector<int> source_;       ///< field of the rows that fills each of ours, or -1
    std::vector<RowMove> moves_;
    std::int64_t rows_written_ = 0;
    bool closed_ = false;
};

}  // namespace athanor
