// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/lennard_jones_pairs.hpp"
#include "kernels/pair_filter.hpp"
#include "runtime/neighbor_view.hpp"

/// The inner loop of LennardJones: the pairs of one atom, filtered, then worked on eight at a time.
/// Everything is inlined into the function that on_isa() compiles for the processor.
namespace athanor::detail {

/// Adds the eight pairs from `k` on; with `last`, only the first `count` of them are there.
template <bool switched, bool with_virial, bool last, class Number, class Real>
ATHANOR_INLINE void add_pairs(LennardJonesFunctor const& functor, PairBuffer const& pairs, int k,
                              int count, PairCoefficients<Number> const& coefficients,
                              AtomSums<Real>& sums) {
    // Nobody wrote the species of one kind of atom.
    Real const kinds =
        coefficients.species_count == 1 ? Real::all(0.0) : Real::load(pairs.species + k);
    add_eight<switched, with_virial, last>(functor, Real::load(pairs.x + k),
                                           Real::load(pairs.y + k), Real::load(pairs.z + k), kinds,
                                           count, coefficients, sums);
}

/// All pairs of atom `i`, in pieces of at most PairBuffer::room.
template <bool switched, bool with_virial, class Real, class Number>
ATHANOR_INLINE AtomSums<Real> sum_atom(LennardJonesFunctor const& functor,
                                       SystemNeighbors const& list, int i,
                                       PairFilter::Function filter, double cutoff_squared,
                                       PairCoefficients<Number> const& coefficients,
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
