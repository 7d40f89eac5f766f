// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "kernels/lennard_jones_functor.hpp"
#include "kernels/real.hpp"
#include "runtime/host_device.hpp"

/// What LennardJones adds up, for a processor's lanes (lennard_jones_rows.hpp) and for the threads
/// of a device (lennard_jones.cu).
namespace athanor::detail {

/// What the pairs of one atom add up to, lane by lane, in double.
template <class Real>
struct AtomSums {
    Real energy = Real::all(0.0);
    Real fx = Real::all(0.0), fy = Real::all(0.0), fz = Real::all(0.0);
    Real xx = Real::all(0.0), yy = Real::all(0.0), zz = Real::all(0.0);
    Real xy = Real::all(0.0), xz = Real::all(0.0), yz = Real::all(0.0);
};

/// Coefficients of pairs, species x species; or those of the pairs of one atom: constants of one
/// species, or looked up by the species of each neighbour. Looking up is a chain of selects, since
/// few species are usual and no table read then breaks the lanes.
template <class Number>
struct PairCoefficients {
    Number const* c12;
    Number const* c6;
    Number const* shift;
    int species_count;

    /// Those of atoms of one species.
    [[nodiscard]] ATHANOR_HD ATHANOR_INLINE PairCoefficients of(int kind) const {
        std::ptrdiff_t const row = static_cast<std::ptrdiff_t>(kind) * species_count;
        return {c12 + row, c6 + row, shift + row, species_count};
    }
    template <class Real>
    ATHANOR_HD ATHANOR_INLINE void at(Real const& kind, Real& a, Real& b, Real& e0) const {
        a = Real::all(c12[0]);
        b = Real::all(c6[0]);
        e0 = Real::all(shift[0]);
        if (species_count == 1) return;
        for (int t = 1; t < species_count; ++t) {
            auto const here = kind == Real::all(t);
            a = select(here, Real::all(c12[t]), a);
            b = select(here, Real::all(c6[t]), b);
            e0 = select(here, Real::all(shift[t]), e0);
        }
    }
};

/// Adds eight pairs; with `last`, only the first `count` of them are there. The functor works with
/// `Number`: with float, what it gives for a pair has the errors of float, and all before and
/// behind it, the squared distance, the direction of the force, products and sums, stays double.
template <bool switched, bool with_virial, bool last, class Number, class Real>
ATHANOR_HD ATHANOR_INLINE void add_eight(LennardJonesFunctor const& functor, Real const& x,
                                         Real const& y, Real const& z, Real const& kinds, int count,
                                         PairCoefficients<Number> const& coefficients,
                                         AtomSums<Real>& sums) {
    using Pair = typename Real::template Of<Number>;
    Real dx = x, dy = y, dz = z;
    if constexpr (last) {
        // Nobody wrote the lanes beyond: they may hold a NaN, and no factor makes a NaN zero.
        auto const there = Real::first(count);
        dx = select(there, dx, Real::all(1.0));
        dy = select(there, dy, Real::all(1.0));
        dz = select(there, dz, Real::all(1.0));
    }
    Pair const r2 = Pair::from(dx * dx + dy * dy + dz * dz);
    Pair c12, c6, shift;
    coefficients.at(Pair::from(kinds), c12, c6, shift);
    PairTerms<Pair> terms;
    if constexpr (switched)
        terms = functor.switched(r2, c12, c6, shift);
    else
        terms = functor.plain(r2, c12, c6, shift);
    Real energy = Real::from(terms.energy), force_over_r = Real::from(terms.force_over_r);
    if constexpr (last) {
        auto const there = Real::first(count);
        energy = select(there, energy, Real::all(0.0));
        force_over_r = select(there, force_over_r, Real::all(0.0));
    }
    Real const fx = force_over_r * dx;
    Real const fy = force_over_r * dy;
    Real const fz = force_over_r * dz;
    sums.energy = sums.energy + energy;
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

/// |a·(b x c)| of the rows of `cell`.
ATHANOR_HD inline double volume_of(double const* c) {
    return std::abs(c[0] * (c[4] * c[8] - c[5] * c[7]) + c[1] * (c[5] * c[6] - c[3] * c[8]) +
                    c[2] * (c[3] * c[7] - c[4] * c[6]));
}

inline constexpr int virial_components = 6;

/// Writes -W/V to the nine values of `stress`, with total(k) for the components xx yy zz xy xz yz
/// of W; NaN without a volume, or where a direction is open.
template <class Total>
ATHANOR_HD void write_stress(double const* cell, std::uint8_t const* pbc, Total const& total,
                             double* stress) {
    double const volume = volume_of(cell);
    bool const defined = volume > 0.0 && pbc[0] && pbc[1] && pbc[2];
    double w[virial_components];
    for (int k = 0; k < virial_components; ++k)
        w[k] = defined ? -total(k) / volume : std::numeric_limits<double>::quiet_NaN();
    double const rows[9] = {w[0], w[3], w[4], w[3], w[1], w[5], w[4], w[5], w[2]};
    for (int k = 0; k < 9; ++k) stress[k] = rows[k];
}

}  // namespace athanor::detail
