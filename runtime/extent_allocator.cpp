// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/extent_allocator.hpp"

#include <algorithm>

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

}  // namespace athanor
