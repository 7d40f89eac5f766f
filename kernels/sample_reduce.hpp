// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

namespace athanor {

/// Sums and maxima over the atoms of one system.
/// Shapes:  vectors of three components per atom, atom_count rows.
/// Order:   element k goes to lane k mod 8, the lanes are added in one fixed tree (lanes.hpp): the
///          result is a pure function of the values, whatever the processor, batch or threads.
/// Threads: any number of calls at a time; one call runs on one thread.

/// Σ values.
[[nodiscard]] double sum_values(std::span<double const> values);

/// Σ a·b over atoms; v·F, v·v and F·F of the optimizers.
[[nodiscard]] double sum_products(double const* a, double const* b, int atom_count);

/// max |F| [unit of F]; 0 without atoms, NaN when a component is NaN.
[[nodiscard]] double max_norm(double const* vectors, int atom_count);

/// Σ 1/2 m v² [eV].
[[nodiscard]] double kinetic_energy(double const* velocities, double const* masses, int atom_count);

/// Σ m v v: xx yy zz xy xz yz [eV].
[[nodiscard]] std::array<double, 6> momentum_tensor(double const* velocities, double const* masses,
                                                    int atom_count);

/// Σ m v / Σ m; zero without mass.
[[nodiscard]] std::array<double, 3> center_of_mass_velocity(double const* velocities,
                                                            double const* masses, int atom_count);

/// True when every one of `values` is a finite number.
[[nodiscard]] bool all_finite(std::span<double const> values);

/// True when positions, forces and energy of a system are finite: the check of every step.
[[nodiscard]] bool all_finite(double const* positions, double const* forces, double energy,
                              int atom_count);

}  // namespace athanor
