// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wall_bias.hpp"

#include <cstddef>

#include "stages/options_check.hpp"

namespace athanor {

WallBias::WallBias(WallBiasOptions const& options) : options_(options) {
    require_positive("spring_constant", options.spring_constant);
    require_option(true, "position", options.position, "a finite number");
}

double WallBias::add(BatchView const& batch, SystemIndex system, std::span<double const> /*memory*/,
                     std::span<double> forces) const {
    double const* const positions =
        batch.positions + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[system.value()]);
    double const outward = options_.side == WallBiasOptions::Side::below ? 1.0 : -1.0;
    double energy = 0.0;
    for (auto k = static_cast<std::size_t>(options_.axis); k < forces.size(); k += 3) {
        double const depth = outward * (positions[k] - options_.position);
        if (!(depth > 0.0)) continue;
        forces[k] -= outward * options_.spring_constant * depth;
        energy += 0.5 * options_.spring_constant * depth * depth;
    }
    return energy;
}

}  // namespace athanor
