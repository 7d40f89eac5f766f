// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cell_frame.hpp"

#include <algorithm>
#include <cmath>

namespace athanor {
namespace {

using Vector = std::array<double, 3>;

/// Periodic images nearer than this are no crystal but a mistake [Å].
constexpr double smallest_height = 1e-3;
/// The same as a share of the vector's own length, where rounding begins to rule.
constexpr double smallest_sine = 1e-9;

Vector cross(Vector const& a, Vector const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double dot(Vector const& a, Vector const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double norm(Vector const& a) { return std::sqrt(dot(a, a)); }

/// `a` without its components along the unit vectors `axes`.
Vector perpendicular(Vector a, std::array<Vector, 3> const& axes, int count) {
    for (int round = 0; round < 2; ++round)  // twice is enough against cancellation
        for (int k = 0; k < count; ++k) {
            double const along = dot(a, axes[k]);
            for (int x = 0; x < 3; ++x) a[x] -= along * axes[k][x];
        }
    return a;
}

}  // namespace

CellFrame CellFrame::of(double const* cell, std::uint8_t const* pbc) {
    CellFrame frame;
    std::array<Vector, 3> v{};
    std::array<Vector, 3> axes{};
    int axis_count = 0;
    auto const add_axis = [&](Vector const& rest) {
        double const length = norm(rest);
        axes[axis_count++] = {rest[0] / length, rest[1] / length, rest[2] / length};
    };
    for (int k = 0; k < 3; ++k) {
        frame.periodic[k] = pbc[k] != 0;
        if (!frame.periodic[k]) continue;
        v[k] = {cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]};
        Vector const rest = perpendicular(v[k], axes, axis_count);
        double const length = norm(v[k]);
        if (!std::isfinite(length) || !(norm(rest) > smallest_sine * length) ||
            !(norm(rest) > smallest_height))
            return frame;
        add_axis(rest);
    }
    for (int k = 0; k < 3; ++k) {
        if (frame.periodic[k]) continue;
        Vector const own{cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]};
        Vector const rest = perpendicular(own, axes, axis_count);
        double const length = norm(own);
        if (std::isfinite(length) && norm(rest) > 0.1 * length && norm(rest) > smallest_height) {
            v[k] = own;
            add_axis(rest);
            continue;
        }
        Vector best{};
        for (int x = 0; x < 3; ++x) {
            Vector unit{};
            unit[x] = 1.0;
            Vector const candidate = perpendicular(unit, axes, axis_count);
            if (norm(candidate) > norm(best) + 1e-6) best = candidate;
        }
        add_axis(best);
        v[k] = axes[axis_count - 1];
    }
    for (int k = 0; k < 3; ++k) std::copy(v[k].begin(), v[k].end(), frame.vectors.begin() + 3 * k);
    double const determinant = dot(v[0], cross(v[1], v[2]));
    for (int k = 0; k < 3; ++k) {
        Vector const face = cross(v[(k + 1) % 3], v[(k + 2) % 3]);
        frame.height[k] = std::abs(determinant) / norm(face);
        for (int x = 0; x < 3; ++x) frame.inverse[3 * x + k] = face[x] / determinant;
        if (frame.periodic[k] && !(frame.height[k] > smallest_height)) return frame;
    }
    frame.usable = std::isfinite(determinant) && determinant != 0.0;
    return frame;
}

bool is_unusable_cell(double const* cell, std::uint8_t const* pbc) {
    return !CellFrame::of(cell, pbc).usable;
}

}  // namespace athanor
