// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/distance_bias.hpp"

#include "kernels/bias_step.hpp"
#include "stages/hooks/device_bias.hpp"
#include "stages/hooks/require_atom.hpp"
#include "stages/options_check.hpp"

namespace athanor {

DistanceBias::DistanceBias(DistanceBiasOptions const& options)
    : functor_{.spring_constant = options.spring_constant,
               .atoms = {options.atoms[0], options.atoms[1]},
               .has_distance = options.distance.has_value(),
               .distance = options.distance.value_or(0.0)} {
    require_positive("spring_constant", options.spring_constant);
    if (options.distance) require_not_negative("distance", *options.distance);
    for (int const atom : options.atoms)
        require_option(atom >= 0, "atoms", atom, "numbers of atoms from 0");
    require_option(options.atoms[0] != options.atoms[1], "atoms", options.atoms[1],
                   "two different atoms");
}

void DistanceBias::admit(BatchView const& batch, SystemIndex system,
                         std::span<double> memory) const {
    for (int const atom : functor_.atoms) require_atom(atom, batch.atom_count[system.value()]);
    if (!memory.empty())
        memory[0] = DistanceBiasFunctor::length(functor_.way(batch, system.value()));
}

double DistanceBias::add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
                         std::span<double> forces) const {
    return add_bias(functor_, batch, system.value(), memory.data(), forces.data());
}

std::unique_ptr<DeviceHook> DistanceBias::on_device(DeviceQueue&, double const* memory) const {
    return make_device_bias(functor_, memory);
}

}  // namespace athanor
