// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/cell_frame_functor.hpp"
#include "runtime/host_device.hpp"

/// nearest_image() for host and device; kernels/nearest_image.hpp says what it is.
namespace athanor::detail {

ATHANOR_HD inline FrameVector plus(FrameVector const& a, double factor, FrameVector const& b) {
    return {a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]};
}

/// Takes `candidate` for `v` when it is shorter by more than rounding, so that no reduction cycles.
ATHANOR_HD inline bool take_shorter(FrameVector& v, FrameVector const& candidate) {
    if (!(dot(candidate, candidate) < dot(v, v) * (1.0 - 1e-12))) return false;
    v = candidate;
    return true;
}

/// Makes vector k shorter by the other periodic ones, by each alone and by both; true when it has.
ATHANOR_HD inline bool shorten_vector(std::size_t k, std::array<FrameVector, 3>& v,
                                      std::array<bool, 3> const& periodic) {
    std::size_t const others[2] = {(k + 1) % 3, (k + 2) % 3};
    bool changed = false;
    for (int which = 0; which < 2; ++which) {
        FrameVector const& other = v[others[which]];
        if (!periodic[others[which]]) continue;
        double const n = std::round(dot(v[k], other) / dot(other, other));
        changed = take_shorter(v[k], plus(v[k], -n, other)) || changed;
    }
    if (!periodic[others[0]] || !periodic[others[1]]) return changed;
    for (double a = -1.0; a <= 1.0; a += 2.0)
        for (double b = -1.0; b <= 1.0; b += 2.0)
            changed =
                take_shorter(v[k], plus(plus(v[k], a, v[others[0]]), b, v[others[1]])) || changed;
    return changed;
}

/// Same lattice, shortest vectors: none becomes shorter by adding some of the others.
ATHANOR_HD inline void reduce_lattice(std::array<FrameVector, 3>& v,
                                      std::array<bool, 3> const& periodic) {
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t k = 0; k < 3; ++k)
            if (periodic[k]) changed = shorten_vector(k, v, periodic) || changed;
    }
}

/// Goes to the next shorter one of the 26 around `r`; false when there is none.
ATHANOR_HD inline bool descend(FrameVector& r, std::array<FrameVector, 3> const& v,
                               std::array<bool, 3> const& periodic) {
    double const most[3] = {periodic[0] ? 1.0 : 0.0, periodic[1] ? 1.0 : 0.0,
                            periodic[2] ? 1.0 : 0.0};
    FrameVector const start = r;
    double shortest = dot(r, r);
    bool moved = false;
    for (double a = -most[0]; a <= most[0]; ++a)
        for (double b = -most[1]; b <= most[1]; ++b)
            for (double c = -most[2]; c <= most[2]; ++c) {
                FrameVector const candidate = plus(plus(plus(start, a, v[0]), b, v[1]), c, v[2]);
                double const length = dot(candidate, candidate);
                if (!(length < shortest)) continue;
                shortest = length;
                r = candidate;
                moved = true;
            }
    return moved;
}

ATHANOR_HD inline FrameVector nearest_image_of(double const* r, double const* cell,
                                               std::uint8_t const* pbc) {
    FrameVector image{r[0], r[1], r[2]};
    if (pbc[0] == 0 && pbc[1] == 0 && pbc[2] == 0) return image;
    CellFrame const frame = cell_frame_of(cell, pbc);
    if (!frame.usable) return image;
    std::array<FrameVector, 3> v{};
    for (std::size_t k = 0; k < 3; ++k)
        v[k] = {frame.vectors[3 * k], frame.vectors[3 * k + 1], frame.vectors[3 * k + 2]};
    reduce_lattice(v, frame.periodic);
    std::array<double, 9> reduced{};  // open rows zero: the frame takes what is at right angles
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t x = 0; x < 3 && frame.periodic[k]; ++x) reduced[3 * k + x] = v[k][x];
    auto const s = cell_frame_of(reduced.data(), pbc).fractional(r);
    for (std::size_t k = 0; k < 3; ++k)
        if (frame.periodic[k] && s[k] - s[k] == 0.0) image = plus(image, -std::round(s[k]), v[k]);
    while (descend(image, v, frame.periodic)) {
    }
    return image;
}

}  // namespace athanor::detail
