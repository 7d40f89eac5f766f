// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/lammps_box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

using Vector = std::array<double, 3>;
using Cell = std::array<Vector, 3>;

constexpr double open_side_margin = 0.5;

double dot(Vector const& a, Vector const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector cross(Vector const& a, Vector const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double length(Vector const& a) { return std::hypot(a[0], a[1], a[2]); }
Vector unit(Vector const& a) {
    double const l = length(a);
    return {a[0] / l, a[1] / l, a[2] / l};
}
double volume(Cell const& cell) { return dot(cross(cell[0], cell[1]), cell[2]); }

bool is_flat(Cell const& cell) {
    // Below this the vectors lie in a plane as far as double precision can tell.
    constexpr double flat = 1e-12;
    double const lengths = length(cell[0]) * length(cell[1]) * length(cell[2]);
    return !(std::abs(volume(cell)) > flat * lengths) || !std::isfinite(lengths);
}

bool has_the_form(Cell const& cell) {
    return cell[0][1] == 0.0 && cell[0][2] == 0.0 && cell[1][2] == 0.0 && cell[0][0] > 0.0 &&
           cell[1][1] > 0.0 && cell[2][2] > 0.0;
}

/// Unit vectors for the directions without one, at right angles to all others: the Cartesian axis
/// of the same number where that is one.
void complete(Cell& cell, std::array<bool, 3> const& given) {
    std::array<bool, 3> there = given;
    for (std::size_t k = 0; k < 3; ++k) {
        if (there[k]) continue;
        Vector axis{};
        axis[k] = 1.0;
        bool const free = (!there[(k + 1) % 3] || dot(axis, cell[(k + 1) % 3]) == 0.0) &&
                          (!there[(k + 2) % 3] || dot(axis, cell[(k + 2) % 3]) == 0.0);
        if (!free) {
            Vector const& first = cell[there[(k + 1) % 3] ? (k + 1) % 3 : (k + 2) % 3];
            Vector second = cell[(k + 2) % 3];
            if (!there[(k + 1) % 3] || !there[(k + 2) % 3]) {  // any vector that is not parallel
                std::size_t least = 0;
                for (std::size_t i = 1; i < 3; ++i)
                    if (std::abs(first[i]) < std::abs(first[least])) least = i;
                second = {};
                second[least] = 1.0;
            }
            axis = unit(cross(unit(first), unit(second)));
        }
        cell[k] = axis;
        there[k] = true;
    }
}

void turn_box(LammpsBox& box, Cell const& cell) {
    Vector const a = unit(cell[0]);
    Vector const c = unit(cross(cell[0], cell[1]));
    box.rotation = {a, cross(c, a), c};
    box.turned = true;
}

void bound_open_side(LammpsBox& box, Sample const& sample, std::size_t axis) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    auto const positions = sample.values<double>(Fields::positions);
    for (std::size_t i = 0; i + 2 < positions.size(); i += 3) {
        double const x = box.turn(&positions[i])[axis];
        if (!std::isfinite(x)) continue;
        low = std::min(low, x);
        high = std::max(high, x);
    }
    if (!(low <= high)) low = high = 0.0;
    box.low[axis] = low - open_side_margin;
    box.high[axis] = high + open_side_margin;
    box.boundary[axis] = 's';
}

}  // namespace

std::array<double, 3> LammpsBox::turn(double const* vector) const {
    Vector const v{vector[0], vector[1], vector[2]};
    if (!turned) return v;
    return {dot(rotation[0], v), dot(rotation[1], v), dot(rotation[2], v)};
}

LammpsBox lammps_box(Sample const& sample) {
    auto const numbers = sample.values<double>(Fields::cell);
    auto const pbc = sample.values<std::uint8_t>(Fields::pbc);
    std::array<bool, 3> periodic{pbc[0] != 0, pbc[1] != 0, pbc[2] != 0};
    std::array<bool, 3> given{};
    Cell cell{};
    for (std::size_t k = 0; k < 3; ++k) {
        std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(3 * k), 3, cell[k].begin());
        given[k] = length(cell[k]) > 0.0;
    }
    complete(cell, given);
    if (is_flat(cell)) {
        if (periodic[0] || periodic[1] || periodic[2])
            throw InputError(fmt::format(
                "{}: the cell has no volume but periodic directions; LAMMPS has no box for it",
                sample.name()));
        given = {};  // open and without a volume: as good as no cell
        complete(cell, given);
    }
    for (std::size_t k = 0; k < 3; ++k)
        if (periodic[k] && !given[k])
            throw InputError(fmt::format(
                "{}: a direction is periodic but has no cell vector; LAMMPS has no box for it",
                sample.name()));
    if (volume(cell) < 0.0) {
        std::swap(cell[1], cell[2]);
        std::swap(periodic[1], periodic[2]);
        std::swap(given[1], given[2]);
    }
    LammpsBox box;
    if (!has_the_form(cell)) turn_box(box, cell);
    Cell turned{};
    for (std::size_t k = 0; k < 3; ++k) turned[k] = box.turn(cell[k].data());
    box.tilt = {turned[1][0], turned[2][0], turned[2][1]};
    for (std::size_t k = 0; k < 3; ++k) {
        box.high[k] = k == 0 && box.turned ? length(cell[0]) : turned[k][k];
        box.boundary[k] = periodic[k] ? 'p' : 'f';
        if (!given[k]) bound_open_side(box, sample, k);
    }
    return box;
}

std::string format_box_bounds(LammpsBox const& box) {
    auto const [xy, xz, yz] = box.tilt;
    std::string const flags =
        fmt::format("{0}{0} {1}{1} {2}{2}", box.boundary[0], box.boundary[1], box.boundary[2]);
    auto const& [low, high] = std::pair(box.low, box.high);
    if (xy == 0.0 && xz == 0.0 && yz == 0.0)
        return fmt::format("ITEM: BOX BOUNDS {}\n{} {}\n{} {}\n{} {}\n", flags, low[0], high[0],
                           low[1], high[1], low[2], high[2]);
    return fmt::format("ITEM: BOX BOUNDS xy xz yz {}\n{} {} {}\n{} {} {}\n{} {} {}\n", flags,
                       low[0] + std::min({0.0, xy, xz, xy + xz}),
                       high[0] + std::max({0.0, xy, xz, xy + xz}), xy, low[1] + std::min(0.0, yz),
                       high[1] + std::max(0.0, yz), xz, low[2], high[2], yz);
}

}  // namespace athanor
