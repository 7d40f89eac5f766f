// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "runtime/host_device.hpp"

/// What is added up over the atoms of a sample (sample_reduce.hpp), term by term, for hosts and
/// devices alike. A kind of sums has `sums` of them, of terms that are `per_atom` to an atom;
/// terms(sum, k) is term k of sum number `sum`, k counted from where its pointers begin.
namespace athanor {

[[nodiscard]] ATHANOR_HD inline double squared_norm(double const* v) {
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

/// Σ x, one of each atom.
struct ValueTerms {
    static constexpr int sums = 1, per_atom = 1;
    double const* values;

    [[nodiscard]] ATHANOR_HD double operator()(std::size_t, std::size_t k) const {
        return values[k];
    }
};

/// Σ v·F, Σ v·v and Σ F·F.
struct PowerTerms {
    static constexpr int sums = 3, per_atom = 3;
    double const* factors[3][2];

    ATHANOR_HD PowerTerms(double const* v, double const* f) : factors{{v, f}, {v, v}, {f, f}} {}
    [[nodiscard]] ATHANOR_HD double operator()(std::size_t sum, std::size_t k) const {
        return factors[sum][0][k] * factors[sum][1][k];
    }
};

/// Σ m v², twice the kinetic energy.
struct KineticTerms {
    static constexpr int sums = 1, per_atom = 1;
    double const* velocities;
    double const* masses;

    [[nodiscard]] ATHANOR_HD double operator()(std::size_t, std::size_t atom) const {
        return masses[atom] * squared_norm(velocities + 3 * atom);
    }
};

/// Σ m v v: xx yy zz xy xz yz.
struct MomentumTerms {
    static constexpr int sums = 6, per_atom = 1;
    double const* velocities;
    double const* masses;

    [[nodiscard]] ATHANOR_HD double operator()(std::size_t sum, std::size_t atom) const {
        std::size_t const a = sum < 3 ? sum : (sum == 5 ? 1 : 0);
        std::size_t const b = sum < 3 ? sum : (sum == 3 ? 1 : 2);
        return masses[atom] * velocities[3 * atom + a] * velocities[3 * atom + b];
    }
};

/// Σ (x - x) of positions and of forces: 0 when all are numbers, NaN when one is not.
struct FiniteTerms {
    static constexpr int sums = 2, per_atom = 3;
    double const* values[2];

    [[nodiscard]] ATHANOR_HD double operator()(std::size_t sum, std::size_t k) const {
        return values[sum][k] - values[sum][k];
    }
};

/// The larger of two, neither of them negative; NaN when one is.
[[nodiscard]] ATHANOR_HD inline double larger_or_nan(double a, double b) {
    return a != a || b <= a ? a : b;
}

/// The largest |v|² of some vectors, one after the other; NaN when one is.
struct LargestNorm {
    double largest = 0.0;
    bool ordered = true;

    ATHANOR_HD void add(double const* v) {
        double const norm2 = squared_norm(v);
        largest = norm2 > largest ? norm2 : largest;
        ordered &= norm2 == norm2;
    }
    [[nodiscard]] ATHANOR_HD double value() const { return ordered ? largest : __builtin_nan(""); }
};

}  // namespace athanor
