// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/initial_velocities.hpp"

#include <cmath>

#include "runtime/random.hpp"
#include "runtime/units.hpp"

namespace athanor {

void draw_initial_velocities(BatchView const& batch, SystemIndex system, VelocityDraw draw,
                             StageId stage, std::uint64_t seed) {
    int const s = system.value();
    int const atoms = batch.atom_count[s];
    double* const v = batch.velocities + 3 * batch.atom_begin[s];
    double const* const mass = batch.atomic_masses + batch.atom_begin[s];
    RandomKey const key{seed, SampleId{batch.system_id[s]}, RandomPurpose::initial_velocities,
                        stage, Step{0}};
    double const thermal = units::thermal_energy(draw.kelvin);
    double momentum[3] = {0.0, 0.0, 0.0};
    double total_mass = 0.0;
    for (int atom = 0; atom < atoms; ++atom) {
        double const width = mass[atom] > 0.0 ? std::sqrt(thermal / mass[atom]) : 0.0;
        FourNormals const xi = random_normals(key, atom);
        for (int c = 0; c < 3; ++c) {
            v[3 * atom + c] = width * xi.value[c];
            momentum[c] += mass[atom] * v[3 * atom + c];
        }
        total_mass += mass[atom];
    }
    if (!draw.without_momentum || atoms < 2 || !(total_mass > 0.0)) return;
    for (int atom = 0; atom < atoms; ++atom)
        for (int c = 0; c < 3; ++c)
            if (mass[atom] > 0.0) v[3 * atom + c] -= momentum[c] / total_mass;
}

}  // namespace athanor
