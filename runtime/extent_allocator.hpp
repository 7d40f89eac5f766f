// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

namespace athanor {

/// Hands out contiguous runs of rows from a fixed number of them.
/// Invariants: free runs are disjoint, sorted, never adjacent and never empty.
/// Bound:      give and take cost time in the number of holes, not of rows; take() allocates
///             nothing and give() only when there are more holes than ever before.
class ExtentAllocator {
public:
    explicit ExtentAllocator(int rows);

    /// First row of a run of `count`, from the lowest hole that is large enough.
    [[nodiscard]] std::optional<int> take(int count);
    void give(int begin, int count);
    /// Everything free again.
    void reset();

    [[nodiscard]] int capacity() const { return capacity_; }
    [[nodiscard]] int free_rows() const { return free_rows_; }
    [[nodiscard]] bool has_run(int count) const;
    [[nodiscard]] int hole_count() const { return static_cast<int>(holes_.size()); }

    struct Run {
        int begin;
        int count;
    };
    /// Rows from the first of one hole to the last of another, at least `count` of them free and as
    /// few as possible taken, the lowest of several; nothing where there are not so many free.
    /// Expects: has_run() says no.
    [[nodiscard]] std::optional<Run> cheapest_window(int count) const;
    /// Who had rows of such a window has moved to its front, so that its free ones are one run.
    void close_up(Run const& window);

private:
    int capacity_;
    int free_rows_;
    std::vector<Run> holes_;
};

}  // namespace athanor
