// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "runtime/device_dynamics.hpp"

namespace athanor {

/// Sums and maxima over the atoms of one system.
/// Shapes:  vectors of three components per atom, atom_count rows.
/// Order:   blocks of 8192 elements, or of more so that there are 128 at most. Element k of a block
///          goes to lane k mod 8, the lanes are added in one fixed tree (lanes.hpp), and so are the
///          sums of the blocks: the result is a pure function of the values, whatever the
///          processor, batch or threads.
/// Threads: any number of calls at a time; a call that is alone shares out its blocks where that
///          pays (share_out.hpp).

/// Σ values.
[[nodiscard]] double sum_values(std::span<double const> values);

/// Σ a·b over atoms.
[[nodiscard]] double sum_products(double const* a, double const* b, int atom_count);

/// Σ v·F, Σ v·v and Σ F·F: what FIRE decides by. Those of sum_products(), in one pass.
struct PowerSums {
    double power = 0.0, velocity_square = 0.0, force_square = 0.0;
};
[[nodiscard]] PowerSums power_sums(double const* velocities, double const* forces, int atom_count);

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

// The same on a device, with the same bits: enqueued for the systems whose turn it is, into
// sums.totals, from sum 0 on; sums.parts is overwritten. Columns are those of the device.

/// Into sum 0. `values`: one of each atom.
void sum_values(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                double const* values);
/// Of velocities and forces: power, velocity_square and force_square into sums 0 to 2.
void power_sums(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums);
/// Into sum 0.
void max_norm(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              double const* vectors);
/// Into sum 0.
void kinetic_energy(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums);
/// Into sums 0 to 5.
void momentum_tensor(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums);
/// Of positions, forces and energy: 1 or 0 into sum 0.
void all_finite(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums);

}  // namespace athanor
