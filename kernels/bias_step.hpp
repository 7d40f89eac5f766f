// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/center_of_mass_bias_functor.hpp"
#include "kernels/distance_bias_functor.hpp"
#include "kernels/sum_on_host.hpp"
#include "kernels/wall_bias_functor.hpp"
#include "runtime/device_dynamics.hpp"

/// Loops over a bias functor. It has, beside its settings:
///   sums            totals that it needs, over element_count(atom_count) elements: all atoms of a
///                   system or a list of them, never more than there are
///   term()          what an element adds to one of them
///   energy()        E of a system from the totals and its memory_size() values; leaves `numbers`
///                   values for add_force()
///   add_force()     adds -dE/dr of one atom row
namespace athanor {

/// The totals of one system; the bits of a device. `sums` may be 0.
template <class Bias>
[[nodiscard]] std::array<double, Bias::sums + 1> bias_totals(Bias const& bias,
                                                             BatchView const& batch, int system) {
    std::array<double, Bias::sums + 1> totals{};
    if constexpr (Bias::sums > 0) {
        auto const count = static_cast<std::size_t>(bias.element_count(batch.atom_count[system]));
        auto const sums =
            detail::sum_terms<Bias::sums>(count, 3.0, [&](std::size_t sum, std::size_t element) {
                return bias.term(batch, system, sum, element);
            });
        for (std::size_t n = 0; n < sums.size(); ++n) totals[n] = sums[n];
    }
    return totals;
}

/// Adds the forces of a bias on one system to `forces`, three values for each atom of it, and
/// returns its energy. `memory`: of this system.
template <class Bias>
double add_bias(Bias const& bias, BatchView const& batch, int system, double const* memory,
                double* forces) {
    auto const totals = bias_totals(bias, batch, system);
    std::array<double, Bias::numbers + 1> numbers{};
    double const energy = bias.energy(batch, system, totals.data(), memory, numbers.data());
    std::ptrdiff_t const first = batch.atom_begin[system];
    for (std::ptrdiff_t atom = 0; atom < batch.atom_count[system]; ++atom)
        bias.add_force(batch, system, first + atom, numbers.data(), forces + 3 * atom);
    return energy;
}

/// Where a bias finds and leaves what is not in the batch, on the device.
struct DeviceBiasRows {
    double const* memory;  ///< memory_size() values of each system
    std::uint8_t* mark;    ///< by system
};

/// What the hook biased_potential does with these biases (stages/hooks/biased_potential.hpp), on a
/// device: enqueued for the systems whose turn it is. Marks those whose bias has an energy or a
/// force that is not finite, and leaves their energies and forces alone. `sums` is overwritten.
void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              WallBiasFunctor const& bias, DeviceBiasRows const& rows);
void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              CenterOfMassBiasFunctor const& bias, DeviceBiasRows const& rows);
void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              DistanceBiasFunctor const& bias, DeviceBiasRows const& rows);

}  // namespace athanor
