// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace athanor {

/// One line of a log, without its scalars.
struct LogRow {
    std::int64_t step = 0;  ///< steps that the sample has completed in its stage
    int graph_idx = 0;      ///< its row in the batch
    std::int64_t system_id = 0;
    std::string name;
    std::int64_t status = 0;  ///< position of its sub-stage in a fused element
};

/// Lines that go to a log together. Used again and again, so that a full one costs no allocation.
class LogBlock {
public:
    /// `scalars` columns of numbers beside those of LogRow.
    void clear(std::size_t scalars) {
        used_ = 0;
        scalars_ = scalars;
        values_.clear();
    }
    /// One more line; its scalars follow by add(), one after the other.
    LogRow& add_row() {
        if (used_ == rows_.size()) rows_.emplace_back();
        return rows_[used_++];
    }
    void add(double value) { values_.push_back(value); }

    [[nodiscard]] std::size_t size() const { return used_; }
    [[nodiscard]] LogRow const& row(std::size_t k) const { return rows_[k]; }
    [[nodiscard]] std::span<double const> scalars(std::size_t k) const {
        return std::span(values_).subspan(k * scalars_, scalars_);
    }

private:
    std::vector<LogRow> rows_;
    std::vector<double> values_;
    std::size_t used_ = 0;
    std::size_t scalars_ = 0;
};

}  // namespace athanor
