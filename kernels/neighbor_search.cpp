// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace athanor {
namespace {

/// Cells that an atom may be away from the origin: beyond, shifts would not fit their type.
constexpr double farthest_cell = 1e6;
/// Candidates are gathered a little beyond the radius, for their coordinates were wrapped and rounded;
/// the exact test decides.
constexpr double safety = 1e-6;

/// Atoms folded into the cell along its periodic directions.
struct WrappedAtoms {
    std::vector<std::array<double, 3>> fraction;
    std::vector<std::array<double, 3>> place;  ///< Cartesian
    std::vector<ImageShift> cell;              ///< r = place + cell·h

    bool fold(double const* positions, int atom_count, CellFrame const& frame);
};

bool WrappedAtoms::fold(double const* positions, int atom_count, CellFrame const& frame) {
    auto const count = static_cast<std::size_t>(atom_count);
    fraction.resize(count);
    place.resize(count);
    cell.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        double const* const r = positions + 3 * i;
        std::array<double, 3> s = frame.fractional(r);
        std::array<std::int32_t, 3> whole{};
        for (std::size_t k = 0; k < 3; ++k) {
            if (!std::isfinite(s[k])) return false;
            if (!frame.periodic[k]) continue;
            double const floor = std::floor(s[k]);
            if (std::abs(floor) > farthest_cell) return false;
            whole[k] = static_cast<std::int32_t>(floor);
            s[k] -= floor;
        }
        fraction[i] = s;
        cell[i] = {whole[0], whole[1], whole[2]};
        std::array<double, 3> const moved = shift_vector(cell[i], frame.vectors);
        place[i] = {r[0] - moved[0], r[1] - moved[1], r[2] - moved[2]};
    }
    return true;
}

/// The one test that decides, on the bits that a model will see.
struct ExactTest {
    double const* positions;
    CellFrame const& frame;
    double radius_squared;
    WrappedAtoms const& atoms;

    /// Adds j, folded and moved by `moved`, to the neighbours of i when it is one.
    void add(int i, int j, ImageShift const& moved, std::vector<FoundNeighbor>& found) const {
        ImageShift const& from = atoms.cell[static_cast<std::size_t>(j)];
        ImageShift const& to = atoms.cell[static_cast<std::size_t>(i)];
        ImageShift const shift{moved.a - from.a + to.a, moved.b - from.b + to.b,
                               moved.c - from.c + to.c};
        if (i == j && shift == ImageShift{}) return;
        std::array<double, 3> const v = shift_vector(shift, frame.vectors);
        double const* const ri = positions + 3 * static_cast<std::ptrdiff_t>(i);
        double const* const rj = positions + 3 * static_cast<std::ptrdiff_t>(j);
        double const dx = ri[0] - (rj[0] + v[0]);
        double const dy = ri[1] - (rj[1] + v[1]);
        double const dz = ri[2] - (rj[2] + v[2]);
        if (dx * dx + dy * dy + dz * dz < radius_squared) found.push_back({j, shift});
    }
};

/// Bins along the three vectors, and which bins around one can hold neighbours of its atoms.
struct Bins {
    std::array<int, 3> count{1, 1, 1};
    std::array<int, 3> reach{};       ///< bins to either side
    std::array<double, 3> first{};    ///< fraction where bin 0 begins
    std::array<double, 3> per_bin{};  ///< bins per fraction

    std::vector<std::int32_t> begin;  ///< of each bin in `atoms`
    std::vector<std::int32_t> atoms;
    std::vector<std::int32_t> bin_of;

    void lay_out(WrappedAtoms const& wrapped, CellFrame const& frame, double radius);
    void fill(WrappedAtoms const& wrapped);
    [[nodiscard]] std::array<int, 3> place(std::array<double, 3> const& s) const {
        std::array<int, 3> at{};
        for (std::size_t k = 0; k < 3; ++k)
            at[k] = std::clamp(static_cast<int>((s[k] - first[k]) * per_bin[k]), 0, count[k] - 1);
        return at;
    }
    [[nodiscard]] std::size_t index(std::array<int, 3> const& at) const {
        return (static_cast<std::size_t>(at[0]) * static_cast<std::size_t>(count[1]) +
                static_cast<std::size_t>(at[1])) *
                   static_cast<std::size_t>(count[2]) +
               static_cast<std::size_t>(at[2]);
    }
};

void Bins::lay_out(WrappedAtoms const& wrapped, CellFrame const& frame, double radius) {
    // No more bins than about atoms along one direction, however empty the space between them.
    double const most =
        std::max(1.0, 2.0 * std::cbrt(static_cast<double>(wrapped.fraction.size())) + 4.0);
    for (std::size_t k = 0; k < 3; ++k) {
        double low = 0.0, span = 1.0;
        if (!frame.periodic[k]) {
            double high = -HUGE_VAL;
            low = HUGE_VAL;
            for (auto const& s : wrapped.fraction) {
                low = std::min(low, s[k]);
                high = std::max(high, s[k]);
            }
            span = high - low;
        }
        double const length = span * frame.height[k];
        count[k] = static_cast<int>(std::clamp(std::floor(2.0 * length / radius), 1.0, most));
        double const width = length / count[k];
        first[k] = low;
        per_bin[k] = span > 0.0 ? count[k] / span : 0.0;
        int const enough =
            width > 0.0 ? static_cast<int>(std::floor(radius * (1.0 + safety) / width)) + 1 : 0;
        reach[k] = frame.periodic[k] ? enough : std::min(enough, count[k] - 1);
    }
}

void Bins::fill(WrappedAtoms const& wrapped) {
    std::size_t const bins = static_cast<std::size_t>(count[0]) *
                             static_cast<std::size_t>(count[1]) *
                             static_cast<std::size_t>(count[2]);
    begin.assign(bins + 1, 0);
    bin_of.resize(wrapped.fraction.size());
    for (std::size_t i = 0; i < bin_of.size(); ++i) {
        bin_of[i] = static_cast<std::int32_t>(index(place(wrapped.fraction[i])));
        ++begin[static_cast<std::size_t>(bin_of[i]) + 1];
    }
    for (std::size_t b = 0; b < bins; ++b) begin[b + 1] += begin[b];
    atoms.resize(bin_of.size());
    for (std::size_t i = bin_of.size(); i-- > 0;)
        atoms[static_cast<std::size_t>(--begin[static_cast<std::size_t>(bin_of[i]) + 1])] =
            static_cast<std::int32_t>(i);
    // Filling moved each end back to its beginning; begin[b + 1] now is where bin b begins.
    std::rotate(begin.begin(), begin.begin() + 1, begin.end());
    begin.back() = static_cast<std::int32_t>(bin_of.size());
}

/// at = whole·count + rest with 0 <= rest < count.
struct Folded {
    int whole, rest;
};
Folded fold_bin(int at, int count) {
    int const whole = at >= 0 ? at / count : -((count - 1 - at) / count);
    return {whole, at - whole * count};
}

/// Buffers of a search, kept by each thread between calls.
struct Scratch {
    WrappedAtoms wrapped;
    Bins bins;
};
Scratch& scratch() {
    thread_local Scratch mine;
    return mine;
}

void close_row(FoundNeighbors& result) {
    result.row_begin.push_back(static_cast<std::int64_t>(result.found.size()));
}

}  // namespace

bool search_direct(double const* positions, int atom_count, CellFrame const& frame, double radius,
                   FoundNeighbors& result) {
    result.found.clear();
    result.row_begin.assign(1, 0);
    WrappedAtoms& wrapped = scratch().wrapped;
    if (!frame.usable || !wrapped.fold(positions, atom_count, frame)) return false;
    ExactTest const test{positions, frame, radius * radius, wrapped};
    std::array<double, 3> reach{};  // in fractions
    for (std::size_t k = 0; k < 3; ++k) reach[k] = radius * (1.0 + safety) / frame.height[k];
    for (int i = 0; i < atom_count; ++i) {
        auto const& si = wrapped.fraction[static_cast<std::size_t>(i)];
        for (int j = 0; j < atom_count; ++j) {
            auto const& sj = wrapped.fraction[static_cast<std::size_t>(j)];
            std::array<int, 3> low{}, high{};
            for (std::size_t k = 0; k < 3; ++k) {
                if (!frame.periodic[k]) continue;
                double const apart = sj[k] - si[k];
                low[k] = static_cast<int>(std::ceil(-reach[k] - apart));
                high[k] = static_cast<int>(std::floor(reach[k] - apart));
            }
            for (int a = low[0]; a <= high[0]; ++a)
                for (int b = low[1]; b <= high[1]; ++b)
                    for (int c = low[2]; c <= high[2]; ++c) test.add(i, j, {a, b, c}, result.found);
        }
        close_row(result);  // j and the shift both ascend: the row is sorted already
    }
    return true;
}

bool search_binned(double const* positions, int atom_count, CellFrame const& frame, double radius,
                   FoundNeighbors& result) {
    result.found.clear();
    result.row_begin.assign(1, 0);
    WrappedAtoms& wrapped = scratch().wrapped;
    Bins& bins = scratch().bins;
    if (!frame.usable || !wrapped.fold(positions, atom_count, frame)) return false;
    bins.lay_out(wrapped, frame, radius);
    bins.fill(wrapped);
    ExactTest const test{positions, frame, radius * radius, wrapped};
    double const margin = radius * (1.0 + safety) + safety;
    double const near_squared = margin * margin;
    for (int i = 0; i < atom_count; ++i) {
        auto const row = static_cast<std::ptrdiff_t>(result.found.size());
        auto const& pi = wrapped.place[static_cast<std::size_t>(i)];
        std::array<int, 3> const home = bins.place(wrapped.fraction[static_cast<std::size_t>(i)]);
        std::array<int, 3> low{}, high{};
        for (std::size_t k = 0; k < 3; ++k) {
            low[k] = home[k] - bins.reach[k];
            high[k] = home[k] + bins.reach[k];
            if (frame.periodic[k]) continue;
            low[k] = std::max(low[k], 0);
            high[k] = std::min(high[k], bins.count[k] - 1);
        }
        for (int a = low[0]; a <= high[0]; ++a) {
            Folded const fa = fold_bin(a, bins.count[0]);
            for (int b = low[1]; b <= high[1]; ++b) {
                Folded const fb = fold_bin(b, bins.count[1]);
                for (int c = low[2]; c <= high[2]; ++c) {
                    Folded const fc = fold_bin(c, bins.count[2]);
                    ImageShift const moved{fa.whole, fb.whole, fc.whole};
                    std::array<double, 3> const v = shift_vector(moved, frame.vectors);
                    double const x = pi[0] - v[0], y = pi[1] - v[1], z = pi[2] - v[2];
                    std::size_t const bin = bins.index({fa.rest, fb.rest, fc.rest});
                    for (std::int32_t at = bins.begin[bin]; at < bins.begin[bin + 1]; ++at) {
                        std::int32_t const j = bins.atoms[static_cast<std::size_t>(at)];
                        auto const& pj = wrapped.place[static_cast<std::size_t>(j)];
                        double const dx = x - pj[0], dy = y - pj[1], dz = z - pj[2];
                        if (dx * dx + dy * dy + dz * dz < near_squared)
                            test.add(i, j, moved, result.found);
                    }
                }
            }
        }
        std::sort(result.found.begin() + row, result.found.end());
        close_row(result);
    }
    return true;
}

}  // namespace athanor
