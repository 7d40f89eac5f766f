// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/align_cell.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

namespace athanor {
namespace {

using Vector = std::array<double, 3>;
using Axes = std::array<Vector, 3>;

/// A cell flatter than this, in units of its edges, has no volume.
constexpr double smallest_sine = 1e-9;

double dot(Vector const& a, Vector const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector cross(Vector const& a, Vector const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Vector unit(Vector const& a) {
    double const length = std::sqrt(dot(a, a));
    return {a[0] / length, a[1] / length, a[2] / length};
}
Vector along(Vector const& v, Axes const& axes) {
    return {dot(v, axes[0]), dot(v, axes[1]), dot(v, axes[2])};
}

bool is_aligned(double const* h) {
    return h[1] == 0.0 && h[2] == 0.0 && h[5] == 0.0 && h[0] > 0.0 && h[4] > 0.0;
}

/// The axes that the cell shall lie along; none for a cell without volume.
std::optional<Axes> axes_of(double const* h) {
    Vector const a{h[0], h[1], h[2]}, b{h[3], h[4], h[5]}, c{h[6], h[7], h[8]};
    Vector const x = unit(a);
    double const on_x = dot(b, x);
    Vector const rest{b[0] - on_x * x[0], b[1] - on_x * x[1], b[2] - on_x * x[2]};
    if (!(dot(rest, rest) > smallest_sine * smallest_sine * dot(b, b))) return std::nullopt;
    // Once more against x: what is left of a short `rest` along it would skew the axes.
    double const left = dot(rest, x);
    Vector const y = unit({rest[0] - left * x[0], rest[1] - left * x[1], rest[2] - left * x[2]});
    Vector const z = cross(x, y);
    double const height = std::abs(dot(c, z));
    if (!(height > smallest_sine * std::sqrt(dot(c, c)))) return std::nullopt;
    return Axes{x, y, z};
}

void turn_rows(double* rows, std::ptrdiff_t count, Axes const& axes) {
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        Vector const turned = along({rows[3 * k], rows[3 * k + 1], rows[3 * k + 2]}, axes);
        for (std::ptrdiff_t x = 0; x < 3; ++x)
            rows[3 * k + x] = turned[static_cast<std::size_t>(x)];
    }
}

void turn_stress(double* stress, Axes const& axes) {
    Axes half;  // e_i S, rows
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t k = 0; k < 3; ++k)
            half[i][k] =
                axes[i][0] * stress[k] + axes[i][1] * stress[3 + k] + axes[i][2] * stress[6 + k];
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) stress[3 * i + j] = dot(half[i], axes[j]);
}

}  // namespace

void AlignCell::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    for (SystemIndex system : context.systems) {
        std::ptrdiff_t const s = system.value();
        std::uint8_t const* const pbc = view.pbc + 3 * s;
        double* const cell = view.cell + 9 * s;
        if ((pbc[0] == 0 && pbc[1] == 0 && pbc[2] == 0) || is_aligned(cell)) continue;
        auto const axes = axes_of(cell);
        if (!axes) continue;
        turn_rows(cell, 3, *axes);
        cell[1] = cell[2] = cell[5] = 0.0;
        std::ptrdiff_t const first = view.atom_begin[s], atoms = view.atom_count[s];
        for (double* const rows : {view.positions, view.velocities, view.forces})
            turn_rows(rows + 3 * first, atoms, *axes);
        turn_stress(view.stress + 9 * s, *axes);
    }
}

}  // namespace athanor
