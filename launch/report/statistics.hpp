// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace athanor {

/// How values spread over samples, along their steps.
struct PercentileBands {
    std::vector<double> step;  ///< rising
    std::vector<double> p10, p25, p50, p75, p90;
};

/// Values in bins of equal width; the first begins at `begin`.
struct Histogram {
    double begin = 0, width = 1;
    std::vector<std::int64_t> counts;
};

/// The value below which a share of sorted values lies, interpolated. Expects: not empty.
[[nodiscard]] double percentile(std::vector<double> const& sorted, double share);

/// Of (step, value) in any order; values that are not finite are left out. With more distinct steps
/// than `most`, steps beside each other go together, under their mean. Steps with fewer than
/// `least` values are left out: percentiles of a few are noise.
[[nodiscard]] PercentileBands percentiles_by_step(
    std::vector<std::pair<std::int64_t, double>> points, std::size_t most, std::size_t least = 1);

/// Of whole numbers; the width of a bin is 1, 2 or 5 times a power of ten, so that there are at
/// most `most` bins. Nothing in it without values.
[[nodiscard]] Histogram histogram_of(std::vector<std::int64_t> const& values, std::size_t most);

}  // namespace athanor
