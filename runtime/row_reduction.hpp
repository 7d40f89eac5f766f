// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "runtime/host_device.hpp"

namespace athanor {

/// How the elements of one row become one number.
enum class RowReduction { norm, max_abs, max, min, sum, mean };

/// Nothing converges on a NaN: every comparison below lets it through to the result.
ATHANOR_HD inline double reduce_row(double const* row, int elements, RowReduction reduction) {
    double value = reduction == RowReduction::max   ? -std::numeric_limits<double>::infinity()
                   : reduction == RowReduction::min ? std::numeric_limits<double>::infinity()
                                                    : 0.0;
    for (int e = 0; e < elements; ++e) {
        double const x = row[e];
        if (std::isnan(x)) return x;
        switch (reduction) {
            case RowReduction::norm:
                value += x * x;
                break;
            case RowReduction::max_abs:
                value = std::fmax(value, std::fabs(x));
                break;
            case RowReduction::max:
                value = std::fmax(value, x);
                break;
            case RowReduction::min:
                value = std::fmin(value, x);
                break;
            case RowReduction::sum:
            case RowReduction::mean:
                value += x;
                break;
        }
    }
    if (reduction == RowReduction::norm) return std::sqrt(value);
    if (reduction == RowReduction::mean) return value / elements;
    return value;
}

}  // namespace athanor
