// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/id_ranges.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "runtime/expects.hpp"

namespace athanor {

IdRanges::IdRanges(std::vector<std::int64_t> ids) {
    std::sort(ids.begin(), ids.end());
    for (std::int64_t const id : ids) {
        if (!ranges_.empty() && id <= ranges_.back().second + 1)
            ranges_.back().second = std::max(ranges_.back().second, id);
        else
            ranges_.emplace_back(id, id);
    }
}

IdRanges IdRanges::from_text(std::string const& text) {
    IdRanges made;
    char const* at = text.data();
    char const* const end = at + text.size();
    while (at != end) {
        std::int64_t first = 0;
        at = std::from_chars(at, end, first).ptr;
        std::int64_t last = first;
        if (at != end && *at == '-') at = std::from_chars(at + 1, end, last).ptr;
        made.ranges_.emplace_back(first, last);
        ATHANOR_EXPECTS(at == end || *at == ',');
        if (at != end) ++at;
    }
    return made;
}

bool IdRanges::contains(SampleId sample) const {
    auto const after =
        std::upper_bound(ranges_.begin(), ranges_.end(), sample.value(),
                         [](std::int64_t id, auto const& range) { return id < range.first; });
    return after != ranges_.begin() && sample.value() <= std::prev(after)->second;
}

std::int64_t IdRanges::size() const {
    std::int64_t count = 0;
    for (auto const& [first, last] : ranges_) count += last - first + 1;
    return count;
}

std::string IdRanges::to_text() const {
    std::string text;
    for (auto const& [first, last] : ranges_) {
        if (!text.empty()) text += ',';
        text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

}  // namespace athanor
