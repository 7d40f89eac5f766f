// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A sink that keeps samples in a list, bounded or not.
#pragma once

#include <limits>
#include <vector>

#include "runtime/sample_source.hpp"
#include "runtime/sink.hpp"

namespace athanor::test {

class MemorySink final : public Sink {
public:
    struct Row {
        Sample sample;
        RowKind kind;
    };
    explicit MemorySink(std::int64_t capacity = std::numeric_limits<std::int64_t>::max())
        : capacity_(capacity) {}

    [[nodiscard]] std::int64_t room() const override { return capacity_ - rows_written(); }
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override {
        for (SystemIndex s : systems) rows.push_back({batch.extract(s), kind});
    }
    void flush() override { ++flushes; }
    void close() override {}
    [[nodiscard]] std::int64_t rows_written() const override {
        return static_cast<std::int64_t>(rows.size());
    }
    [[nodiscard]] std::string describe() const override { return "memory sink"; }

    std::vector<Row> rows;
    int flushes = 0;

private:
    std::int64_t capacity_;
};

/// A source over samples in memory.
class ListSource final : public SampleSource {
public:
    explicit ListSource(std::vector<Sample> samples) : samples_(std::move(samples)) {}
    std::optional<Sample> next() override {
        if (next_ == samples_.size()) return std::nullopt;
        return samples_[next_++];
    }

private:
    std::vector<Sample> samples_;
    std::size_t next_ = 0;
};

}  // namespace athanor::test
