// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/lennard_jones_functor.hpp"
#include "kernels/pair_filter.hpp"
#include "runtime/neighbor_view.hpp"

/// The inner loop of LennardJones: the pairs of one atom, filtered, then worked on eight at a time.
/// Everything is inlined into the function that on_isa() compiles for the processor.
namespace athanor::detail {

/// What the pairs of one atom add up to, lane by lane.
template <class Real>
struct AtomSums {
    Real energy = Real::all(0.0);
    Real fx = Real::all(0.0), fy = Real::all(0.0), fz = Real::all(0.0);
    Real xx = Real::all(0.0), yy = Real::all(0.0), zz = Real::all(0.0);
    Real xy = Real::all(0.0), xz = Real::all(0.0), yz = Real::all(0.0);
};

/// Coefficients of the pairs of one atom: constants of one species, or looked up by the species of
/// each neighbour. Looking up is a chain of selects, since few species are usual and no table read
/// then breaks the lanes.
template <class Real>
struct PairCoefficients {
    double const* c12;
    double const* c6;
    double const* shift;
    int species_count;

    ATHANOR_INLINE void at(double const* species, Real& a, Real& b, Real& e0) const {
        a = Real::all(c12[0]);
        b = Real::all(c6[0]);
        e0 = Real::all(shift[0]);
        if (species_count == 1) return;
        Real const kind = Real::load(species);
        for (int t = 1; t < species_count; ++t) {
            auto const here = kind == Real::all(t);
            a = select(here, Real::all(c12[t]), a);
            b = select(here, Real::all(c6[t]), b);
            e0 = select(here, Real::all(shift[t]), e0);
        }
    }
};

/// Adds eight pairs from `k` on; with `last`, only the first `count` of them are there.
template <bool switched, bool with_virial, bool last, class Real>
ATHANOR_INLINE void add_pairs(LennardJonesFunctor const& functor, PairBuffer const& pairs, int k,
                              int count, PairCoefficients<Real> const& coefficients,
                              AtomSums<Real>& sums) {
    Real dx = Real::load(pairs.x + k);
    Real dy = Real::load(pairs.y + k);
    Real dz = Real::load(pairs.z + k);
    if constexpr (last) {
        // Nobody wrote the lanes beyond: they may hold a NaN, and no factor makes a NaN zero.
        auto const there = Real::first(count);
        dx = select(there, dx, Real::all(1.0));
        dy = select(there, dy, Real::all(1.0));
        dz = select(there, dz, Real::all(1.0));
    }
    Real const r2 = dx * dx + dy * dy + dz * dz;
    Real c12, c6, shift;
    coefficients.at(pairs.species + k, c12, c6, shift);
    PairTerms<Real> terms;
    if constexpr (switched)
        terms = functor.switched(r2, c12, c6, shift);
    else
        terms = functor.plain(r2, c12, c6, shift);
    if constexpr (last) {
        auto const there = Real::first(count);
        terms.energy = select(there, terms.energy, Real::all(0.0));
        terms.force_over_r = select(there, terms.force_over_r, Real::all(0.0));
    }
    Real const fx = terms.force_over_r * dx;
    Real const fy = terms.force_over_r * dy;
    Real const fz = terms.force_over_r * dz;
    sums.energy = sums.energy + terms.energy;
    sums.fx = sums.fx + fx;
    sums.fy = sums.fy + fy;
    sums.fz = sums.fz + fz;
    if constexpr (with_virial) {
        sums.xx = sums.xx + dx * fx;
        sums.yy = sums.yy + dy * fy;
        sums.zz = sums.zz + dz * fz;
        sums.xy = sums.xy + dx * fy;
        sums.xz = sums.xz + dx * fz;
        sums.yz = sums.yz + dy * fz;
    }
}

/// All pairs of atom `i`, in pieces of at most PairBuffer::room.
template <bool switched, bool with_virial, class Real>
ATHANOR_INLINE AtomSums<Real> sum_atom(LennardJonesFunctor const& functor,
                                       SystemNeighbors const& list, int i,
                                       PairFilter::Function filter, double cutoff_squared,
                                       PairCoefficients<Real> const& coefficients,
                                       PairBuffer& pairs) {
    AtomSums<Real> sums;
    double const* const center = list.positions + 4 * static_cast<std::ptrdiff_t>(i);
    std::int32_t const* next = list.neighbors + list.row_begin[i];
    std::int32_t const* const end = list.neighbors + list.row_begin[i + 1];
    int filled = 0;
    do {
        int const count = static_cast<int>(std::min<std::ptrdiff_t>(end - next, PairBuffer::room));
        filled = filter(list.positions, center, next, count, cutoff_squared, pairs, filled);
        next += count;
        int k = 0;
        for (; k + lane_count <= filled; k += lane_count)
            add_pairs<switched, with_virial, false>(functor, pairs, k, 0, coefficients, sums);
        int const left = filled - k;
        if (k > 0 && next != end)
            for (int p = 0; p < left; ++p) {
                pairs.x[p] = pairs.x[k + p];
                pairs.y[p] = pairs.y[k + p];
                pairs.z[p] = pairs.z[k + p];
                pairs.species[p] = pairs.species[k + p];
            }
        if (next == end && left > 0)
            add_pairs<switched, with_virial, true>(functor, pairs, k, left, coefficients, sums);
        filled = left;
    } while (next != end);
    return sums;
}

}  // namespace athanor::detail
