// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/cell_frame.hpp"
#include "runtime/host_device.hpp"

/// CellFrame::of() for host and device.
namespace athanor::detail {

using FrameVector = std::array<double, 3>;

/// Periodic images nearer than this are no crystal but a mistake [Å].
inline constexpr double smallest_height = 1e-3;
/// The same as a share of the vector's own length, where rounding begins to rule.
inline constexpr double smallest_sine = 1e-9;

ATHANOR_HD inline FrameVector cross(FrameVector const& a, FrameVector const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
ATHANOR_HD inline double dot(FrameVector const& a, FrameVector const& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
ATHANOR_HD inline double norm(FrameVector const& a) { return std::sqrt(dot(a, a)); }

/// The unit vectors of the directions worked on so far.
struct FrameAxes {
    std::array<FrameVector, 3> unit{};
    std::size_t count = 0;

    ATHANOR_HD void add(FrameVector const& rest) {
        double const length = norm(rest);
        unit[count++] = {rest[0] / length, rest[1] / length, rest[2] / length};
    }
    /// `a` without its components along them.
    [[nodiscard]] ATHANOR_HD FrameVector perpendicular(FrameVector a) const {
        for (int round = 0; round < 2; ++round)  // twice is enough against cancellation
            for (std::size_t k = 0; k < count; ++k) {
                double const along = dot(a, unit[k]);
                for (std::size_t x = 0; x < 3; ++x) a[x] -= along * unit[k][x];
            }
        return a;
    }
    /// The axis of space that stands best on them, without its components along them.
    [[nodiscard]] ATHANOR_HD FrameVector open_direction() const {
        FrameVector best{};
        for (std::size_t x = 0; x < 3; ++x) {
            FrameVector direction{};
            direction[x] = 1.0;
            FrameVector const candidate = perpendicular(direction);
            if (norm(candidate) > norm(best) + 1e-6) best = candidate;
        }
        return best;
    }
};

ATHANOR_HD inline bool is_finite_length(double length) { return length - length == 0.0; }

/// Inverse and heights of the vectors that are in `frame`; whether they can be used.
ATHANOR_HD inline void finish_frame(std::array<FrameVector, 3> const& v, CellFrame& frame) {
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t x = 0; x < 3; ++x) frame.vectors[3 * k + x] = v[k][x];
    double const determinant = dot(v[0], cross(v[1], v[2]));
    for (std::size_t k = 0; k < 3; ++k) {
        FrameVector const face = cross(v[(k + 1) % 3], v[(k + 2) % 3]);
        frame.height[k] = std::abs(determinant) / norm(face);
        for (std::size_t x = 0; x < 3; ++x) frame.inverse[3 * x + k] = face[x] / determinant;
        if (frame.periodic[k] && !(frame.height[k] > smallest_height)) return;
    }
    frame.usable = is_finite_length(determinant) && determinant != 0.0;
}

ATHANOR_HD inline CellFrame cell_frame_of(double const* cell, std::uint8_t const* pbc) {
    CellFrame frame;
    std::array<FrameVector, 3> v{};
    FrameAxes axes;
    for (std::size_t k = 0; k < 3; ++k) {
        frame.periodic[k] = pbc[k] != 0;
        if (!frame.periodic[k]) continue;
        v[k] = {cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]};
        FrameVector const rest = axes.perpendicular(v[k]);
        double const length = norm(v[k]);
        if (!is_finite_length(length) || !(norm(rest) > smallest_sine * length) ||
            !(norm(rest) > smallest_height))
            return frame;
        axes.add(rest);
    }
    for (std::size_t k = 0; k < 3; ++k) {
        if (frame.periodic[k]) continue;
        FrameVector const own{cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]};
        FrameVector const rest = axes.perpendicular(own);
        double const length = norm(own);
        if (is_finite_length(length) && norm(rest) > 0.1 * length && norm(rest) > smallest_height) {
            v[k] = own;
            axes.add(rest);
            continue;
        }
        axes.add(axes.open_direction());
        v[k] = axes.unit[axes.count - 1];
    }
    finish_frame(v, frame);
    return frame;
}

}  // namespace athanor::detail
