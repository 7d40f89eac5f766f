// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/extent_allocator.hpp"

#include <algorithm>
#include <iterator>

#include "runtime/expects.hpp"

namespace athanor {

ExtentAllocator::ExtentAllocator(int rows) : capacity_(rows), free_rows_(rows) {
    ATHANOR_EXPECTS(rows >= 0);
    reset();
}

void ExtentAllocator::reset() {
    holes_.clear();
    free_rows_ = capacity_;
    if (capacity_ > 0) holes_.push_back({0, capacity_});
}

std::optional<int> ExtentAllocator::take(int count) {
    ATHANOR_EXPECTS(count >= 0);
    if (count == 0) return 0;
    auto const hole = std::find_if(holes_.begin(), holes_.end(),
                                   [count](Run const& run) { return run.count >= count; });
    if (hole == holes_.end()) return std::nullopt;
    int const begin = hole->begin;
    hole->begin += count;
    hole->count -= count;
    if (hole->count == 0) holes_.erase(hole);
    free_rows_ -= count;
    return begin;
}

void ExtentAllocator::give(int begin, int count) {
    ATHANOR_EXPECTS(begin >= 0 && count >= 0 && begin + count <= capacity_);
    if (count == 0) return;
    auto next = std::lower_bound(holes_.begin(), holes_.end(), begin,
                                 [](Run const& run, int row) { return run.begin < row; });
    bool const joins_next = next != holes_.end() && begin + count == next->begin;
    bool const joins_previous =
        next != holes_.begin() && std::prev(next)->begin + std::prev(next)->count == begin;
    if (joins_previous && joins_next) {
        std::prev(next)->count += count + next->count;
        holes_.erase(next);
    } else if (joins_previous) {
        std::prev(next)->count += count;
    } else if (joins_next) {
        next->begin = begin;
        next->count += count;
    } else {
        holes_.insert(next, {begin, count});
    }
    free_rows_ += count;
}

bool ExtentAllocator::has_run(int count) const {
    return count == 0 || std::any_of(holes_.begin(), holes_.end(),
                                     [count](Run const& run) { return run.count >= count; });
}

std::optional<ExtentAllocator::Run> ExtentAllocator::cheapest_window(int count) const {
    ATHANOR_EXPECTS(!has_run(count));
    std::optional<Run> best;
    int free = 0, fewest_taken = capacity_ + 1;
    // For each last hole, the nearest first one with which there are enough.
    for (std::size_t first = 0, last = 0; last < holes_.size(); ++last) {
        free += holes_[last].count;
        while (free - holes_[first].count >= count) free -= holes_[first++].count;
        int const rows = holes_[last].begin + holes_[last].count - holes_[first].begin;
        if (free < count || rows - free >= fewest_taken) continue;
        fewest_taken = rows - free;
        best = Run{holes_[first].begin, rows};
    }
    return best;
}

void ExtentAllocator::close_up(Run const& window) {
    int const end = window.begin + window.count;
    auto const by_begin = [](Run const& run, int row) { return run.begin < row; };
    auto const first = std::lower_bound(holes_.begin(), holes_.end(), window.begin, by_begin);
    auto const behind = std::lower_bound(first, holes_.end(), end, by_begin);
    ATHANOR_EXPECTS(first != behind && first->begin == window.begin &&
                    std::prev(behind)->begin + std::prev(behind)->count == end);
    int free = 0;
    for (auto hole = first; hole != behind; ++hole) free += hole->count;
    *first = {end - free, free};
    holes_.erase(std::next(first), behind);
}

}  // namespace athanor
