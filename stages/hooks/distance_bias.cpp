// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/distance_bias.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/nearest_image.hpp"
#include "stages/hooks/require_atom.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

double length(std::array<double, 3> const& r) {
    return std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
}

}  // namespace

DistanceBias::DistanceBias(DistanceBiasOptions const& options) : options_(options) {
    require_positive("spring_constant", options.spring_constant);
    if (options.distance) require_not_negative("distance", *options.distance);
    for (int const atom : options.atoms)
        require_option(atom >= 0, "atoms", atom, "numbers of atoms from 0");
    require_option(options.atoms[0] != options.atoms[1], "atoms", options.atoms[1],
                   "two different atoms");
}

std::array<double, 3> DistanceBias::way(BatchView const& batch, SystemIndex system) const {
    std::ptrdiff_t const s = system.value();
    double const* const first =
        batch.positions + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]);
    double const* const i = first + 3 * static_cast<std::ptrdiff_t>(options_.atoms[0]);
    double const* const j = first + 3 * static_cast<std::ptrdiff_t>(options_.atoms[1]);
    std::array<double, 3> const r{j[0] - i[0], j[1] - i[1], j[2] - i[2]};
    return nearest_image(r.data(), batch.cell + 9 * s, batch.pbc + 3 * s);
}

void DistanceBias::admit(BatchView const& batch, SystemIndex system,
                         std::span<double> memory) const {
    for (int const atom : options_.atoms) require_atom(atom, batch.atom_count[system.value()]);
    if (!memory.empty()) memory[0] = length(way(batch, system));
}

double DistanceBias::add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
                         std::span<double> forces) const {
    auto const r = way(batch, system);
    double const d = length(r);
    double const stretch = d - (options_.distance ? *options_.distance : memory[0]);
    double const k = options_.spring_constant;
    if (d != 0.0)
        for (std::size_t x = 0; x < 3; ++x) {
            double const pull = k * stretch * (r[x] / d);
            forces[3 * static_cast<std::size_t>(options_.atoms[0]) + x] += pull;
            forces[3 * static_cast<std::size_t>(options_.atoms[1]) + x] -= pull;
        }
    return 0.5 * k * stretch * stretch;
}

}  // namespace athanor
