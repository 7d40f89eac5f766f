// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/center_of_mass_bias.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "stages/hooks/require_atom.hpp"
#include "stages/options_check.hpp"

namespace athanor {

CenterOfMassBias::CenterOfMassBias(CenterOfMassBiasOptions options) : options_(std::move(options)) {
    require_positive("spring_constant", options_.spring_constant);
    if (options_.center)
        for (double const x : *options_.center) require_option(true, "center", x, "finite numbers");
    auto& indices = options_.indices;
    for (int const index : indices)
        require_option(index >= 0, "indices", index, "numbers of atoms from 0");
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

template <class Body>
void CenterOfMassBias::for_each_atom(int atom_count, Body const& body) const {
    if (options_.indices.empty())
        for (int atom = 0; atom < atom_count; ++atom) body(atom);
    for (int const atom : options_.indices) body(atom);
}

CenterOfMassBias::Center CenterOfMassBias::center_of(BatchView const& batch,
                                                     SystemIndex system) const {
    std::ptrdiff_t const first = batch.atom_begin[system.value()];
    Center center;
    for_each_atom(batch.atom_count[system.value()], [&](int atom) {
        double const mass = batch.atomic_masses[first + atom];
        center.mass += mass;
        for (std::size_t x = 0; x < 3; ++x)
            center.place[x] +=
                mass * batch.positions[3 * (first + atom) + static_cast<std::ptrdiff_t>(x)];
    });
    for (double& x : center.place) x /= center.mass;
    return center;
}

void CenterOfMassBias::admit(BatchView const& batch, SystemIndex system,
                             std::span<double> memory) const {
    if (!options_.indices.empty())
        require_atom(options_.indices.back(), batch.atom_count[system.value()]);
    if (memory.empty()) return;
    Center const center = center_of(batch, system);
    std::copy(center.place.begin(), center.place.end(), memory.begin());
}

double CenterOfMassBias::add(BatchView const& batch, SystemIndex system,
                             std::span<double const> memory, std::span<double> forces) const {
    Center const center = center_of(batch, system);
    double const* const target = options_.center ? options_.center->data() : memory.data();
    double const k = options_.spring_constant;
    std::array<double, 3> pull{};
    double square = 0.0;
    for (std::size_t x = 0; x < 3; ++x) {
        double const way = center.place[x] - target[x];
        square += way * way;
        pull[x] = -k * way;
    }
    std::ptrdiff_t const first = batch.atom_begin[system.value()];
    for_each_atom(batch.atom_count[system.value()], [&](int atom) {
        double const share = batch.atomic_masses[first + atom] / center.mass;
        for (std::size_t x = 0; x < 3; ++x)
            forces[3 * static_cast<std::size_t>(atom) + x] += share * pull[x];
    });
    return 0.5 * k * square;
}

}  // namespace athanor
