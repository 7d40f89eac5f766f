// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/nearest_image.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/cell_frame.hpp"

namespace athanor {
namespace {

using Vector = std::array<double, 3>;

double dot(Vector const& a, Vector const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector plus(Vector const& a, double factor, Vector const& b) {
    return {a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]};
}

/// Takes `candidate` for `v` when it is shorter by more than rounding, so that no reduction cycles.
bool take_shorter(Vector& v, Vector const& candidate) {
    if (!(dot(candidate, candidate) < dot(v, v) * (1.0 - 1e-12))) return false;
    v = candidate;
    return true;
}

/// Same lattice, shortest vectors: none becomes shorter by adding some of the others.
void reduce(std::array<Vector, 3>& v, std::array<bool, 3> const& periodic) {
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t k = 0; k < 3; ++k) {
            std::size_t const i = (k + 1) % 3, j = (k + 2) % 3;
            if (!periodic[k]) continue;
            for (std::size_t other : {i, j})
                if (periodic[other]) {
                    double const n = std::round(dot(v[k], v[other]) / dot(v[other], v[other]));
                    changed = take_shorter(v[k], plus(v[k], -n, v[other])) || changed;
                }
            if (!periodic[i] || !periodic[j]) continue;
            for (double a : {-1.0, 1.0})
                for (double b : {-1.0, 1.0})
                    changed = take_shorter(v[k], plus(plus(v[k], a, v[i]), b, v[j])) || changed;
        }
    }
}

/// Goes to the next shorter one of the 26 around `r`; false when there is none.
bool descend(Vector& r, std::array<Vector, 3> const& v, std::array<bool, 3> const& periodic) {
    std::array<double, 3> const most{periodic[0] ? 1.0 : 0.0, periodic[1] ? 1.0 : 0.0,
                                     periodic[2] ? 1.0 : 0.0};
    Vector const start = r;
    double shortest = dot(r, r);
    bool moved = false;
    for (double a = -most[0]; a <= most[0]; ++a)
        for (double b = -most[1]; b <= most[1]; ++b)
            for (double c = -most[2]; c <= most[2]; ++c) {
                Vector const candidate = plus(plus(plus(start, a, v[0]), b, v[1]), c, v[2]);
                double const length = dot(candidate, candidate);
                if (!(length < shortest)) continue;
                shortest = length;
                r = candidate;
                moved = true;
            }
    return moved;
}

}  // namespace

std::array<double, 3> nearest_image(double const* r, double const* cell, std::uint8_t const* pbc) {
    Vector image{r[0], r[1], r[2]};
    if (pbc[0] == 0 && pbc[1] == 0 && pbc[2] == 0) return image;
    CellFrame const frame = CellFrame::of(cell, pbc);
    if (!frame.usable) return image;
    std::array<Vector, 3> v{};
    for (std::size_t k = 0; k < 3; ++k)
        v[k] = {frame.vectors[3 * k], frame.vectors[3 * k + 1], frame.vectors[3 * k + 2]};
    reduce(v, frame.periodic);
    std::array<double, 9> reduced{};  // open rows zero: the frame takes what is at right angles
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t x = 0; x < 3 && frame.periodic[k]; ++x) reduced[3 * k + x] = v[k][x];
    auto const s = CellFrame::of(reduced.data(), pbc).fractional(r);
    for (std::size_t k = 0; k < 3; ++k)
        if (frame.periodic[k] && std::isfinite(s[k])) image = plus(image, -std::round(s[k]), v[k]);
    while (descend(image, v, frame.periodic)) {
    }
    return image;
}

}  // namespace athanor
