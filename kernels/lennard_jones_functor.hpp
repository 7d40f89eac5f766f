// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/real.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// What a pair potential gives for one pair.
template <class Real>
struct PairTerms {
    Real energy;
    Real force_over_r;
};

/// Energy and force over r of one Lennard-Jones pair; the exemplar of a pair functor.
///     e(r)   = 4 ε [(σ/r)¹² - (σ/r)⁶] - e₀          = (c12 q - c6) q - e₀,      q = 1/r⁶
///     f(r)/r = 24 ε [2 (σ/r)¹² - (σ/r)⁶] / r²        = (12 c12 q - 6 c6) q / r²
/// Switched between r_on = max(rc - w, 0) and rc, where w is the switch width:
///     x = (r - r_on) / (rc - r_on)         s(x) = 1 - 10 x³ + 15 x⁴ - 6 x⁵
///     e_s = s e            f_s/r = s f/r - e s'(x) / ((rc - r_on) r)
/// | c12, c6 | 4 ε σ¹² [eV Å¹²], 4 ε σ⁶ [eV Å⁶] of the two species |
/// | e₀      | e(rc) for a shifted potential, else 0 [eV]            |
/// The caller leaves out pairs with r >= rc: a truncated potential has no value there.
/// Shapes: Real is double, float, or lanes of them (lanes.hpp); every lane is one pair.
/// Units:  Å, eV.
/// Source: J. E. Jones, Proc. R. Soc. A 106, 463 (1924); the switch is that of the reference
///         (a quintic with vanishing first and second derivatives at both ends).
class LennardJonesFunctor {
public:
    ATHANOR_HD LennardJonesFunctor(double cutoff, double switch_width)
        : switch_on_(cutoff > switch_width ? cutoff - switch_width : 0.0),
          per_width_(1.0 / (cutoff - switch_on_)) {}

    template <class Real>
    ATHANOR_HD ATHANOR_INLINE PairTerms<Real> plain(Real const& r2, Real const& c12, Real const& c6,
                                                    Real const& shift) const {
        Real const per_r2 = real_of<Real>(1.0) / r2;
        Real const q = per_r2 * per_r2 * per_r2;
        Real const repulsion = c12 * q;
        Real const force = (real_of<Real>(12.0) * repulsion - real_of<Real>(6.0) * c6) * q;
        return {(repulsion - c6) * q - shift, force * per_r2};
    }

    /// Below r_on x is 0, so that s is 1, s' is 0 and the terms are those of plain().
    template <class Real>
    ATHANOR_HD ATHANOR_INLINE PairTerms<Real> switched(Real const& r2, Real const& c12,
                                                       Real const& c6, Real const& shift) const {
        PairTerms<Real> const pair = plain(r2, c12, c6, shift);
        Real const r = sqrt_of(r2);
        Real const x =
            max_of((r - real_of<Real>(switch_on_)) * real_of<Real>(per_width_), real_of<Real>(0.0));
        Real const x2 = x * x;
        Real const inner = (real_of<Real>(15.0) - real_of<Real>(6.0) * x) * x - real_of<Real>(10.0);
        Real const s = real_of<Real>(1.0) + x2 * x * inner;
        Real const one_minus_x = real_of<Real>(1.0) - x;
        Real const slope = real_of<Real>(-30.0 * per_width_) * x2 * (one_minus_x * one_minus_x);
        return {s * pair.energy, s * pair.force_over_r - pair.energy * slope / r};
    }

private:
    double switch_on_;
    double per_width_;
};

}  // namespace athanor
