// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace athanor {

double percentile(std::vector<double> const& sorted, double share) {
    double const place = share * static_cast<double>(sorted.size() - 1);
    auto const below = static_cast<std::size_t>(place);
    if (below + 1 >= sorted.size()) return sorted.back();
    double const part = place - static_cast<double>(below);
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

PercentileBands percentiles_by_step(std::vector<std::pair<std::int64_t, double>> points,
                                    std::size_t most, std::size_t least) {
    std::erase_if(points, [](auto const& point) { return !std::isfinite(point.second); });
    std::sort(points.begin(), points.end());
    std::size_t distinct = 0;
    for (std::size_t k = 0; k < points.size(); ++k)
        distinct += k == 0 || points[k].first != points[k - 1].first;
    std::size_t const together = std::max<std::size_t>(1, (distinct + most - 1) / most);

    PercentileBands bands;
    for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
        std::size_t steps = 0;
        double sum = 0.0;
        std::vector<double> values;
        for (; end < points.size(); ++end) {
            bool const is_next = end == begin || points[end].first != points[end - 1].first;
            if (is_next && steps++ == together) break;
            sum += static_cast<double>(points[end].first);
            values.push_back(points[end].second);
        }
        if (values.size() < least * std::min(steps, together)) continue;
        std::sort(values.begin(), values.end());
        bands.step.push_back(sum / static_cast<double>(values.size()));
        bands.p10.push_back(percentile(values, 0.10));
        bands.p25.push_back(percentile(values, 0.25));
        bands.p50.push_back(percentile(values, 0.50));
        bands.p75.push_back(percentile(values, 0.75));
        bands.p90.push_back(percentile(values, 0.90));
    }
    return bands;
}

Histogram histogram_of(std::vector<std::int64_t> const& values, std::size_t most) {
    if (values.empty()) return {};
    auto const ends = std::minmax_element(values.begin(), values.end());
    auto const least = static_cast<double>(*ends.first);
    auto const largest = static_cast<double>(*ends.second);
    auto const bins_at = [&](double width) {
        return std::floor(largest / width) - std::floor(least / width) + 1;
    };
    double width = 1.0;
    for (int k = 0; bins_at(width) > static_cast<double>(most); ++k)
        width *= k % 3 == 1 ? 2.5 : 2.0;  // 1 2 5 10 20 50
    Histogram histogram{std::floor(least / width) * width, width, {}};
    histogram.counts.resize(static_cast<std::size_t>(bins_at(width)));
    for (std::int64_t const value : values)
        ++histogram.counts[static_cast<std::size_t>((static_cast<double>(value) - histogram.begin) /
                                                    width)];
    return histogram;
}

}  // namespace athanor
