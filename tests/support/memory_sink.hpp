// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A sink that keeps samples in a list, bounded or not.
#pragma once

#include <deque>
#include <limits>
#include <vector>

#include "runtime/drainable_sink.hpp"
#include "runtime/sample_source.hpp"

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

/// Keeps samples until a batch has room for them.
class WaitingSink final : public DrainableSink {
public:
    explicit WaitingSink(std::int64_t capacity) : capacity_(capacity) {}

    [[nodiscard]] std::int64_t room() const override {
        return capacity_ - static_cast<std::int64_t>(waiting.size());
    }
    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind) override {
        for (SystemIndex s : systems) waiting.push_back(batch.extract(s));
        written_ += static_cast<std::int64_t>(systems.size());
    }
    void flush() override {}
    void close() override {}
    [[nodiscard]] std::int64_t rows_written() const override { return written_; }
    [[nodiscard]] std::string describe() const override { return "waiting sink"; }
    [[nodiscard]] std::optional<Sample> take_oldest_for(Batch const& batch) override {
        if (empty() || !batch.fits(waiting.front().atom_count(), waiting.front().edge_count()))
            return std::nullopt;
        Sample oldest = std::move(waiting.front());
        waiting.pop_front();
        return oldest;
    }
    [[nodiscard]] bool empty() const override { return waiting.empty(); }
    [[nodiscard]] std::vector<Sample> copies() const override {
        return {waiting.begin(), waiting.end()};
    }

    std::deque<Sample> waiting;

private:
    std::int64_t capacity_;
    std::int64_t written_ = 0;
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
