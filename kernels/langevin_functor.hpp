// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "kernels/langevin.hpp"
#include "kernels/velocity_verlet_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/random.hpp"

namespace athanor {

/// The O step of BAOAB for one atom of one system: v = c v + sqrt(kT (1 - c²)/m) ξ.
/// Symbols: kept = c, noise_energy = kT (1 - c²). Equation and source: stages/nvt_langevin.hpp.
/// `atom` counts inside the system: noise must not know where in the batch the system stands.
struct OrnsteinUhlenbeck {
    BatchView batch;
    int first_atom;
    double kept;
    double noise_energy;
    RandomKey key;

    ATHANOR_HD void operator()(int atom) const {
        int const row = first_atom + atom;
        double const mass = batch.atomic_masses[row];
        double const noise = mass > 0.0 ? std::sqrt(noise_energy / mass) : 0.0;
        FourNormals const xi = random_normals(key, atom);
        for (int c = 0; c < 3; ++c)
            batch.velocities[3 * row + c] =
                kept * batch.velocities[3 * row + c] + noise * xi.value[c];
    }
};

/// B A O A for the atoms of one system, counted as above.
struct LangevinMove {
    HalfKick kick;
    Drift half_drift;
    OrnsteinUhlenbeck noise;

    ATHANOR_HD LangevinMove(BatchView const& batch, int s, LangevinStep const& step)
        : kick{batch, 0.5 * step.dt},
          half_drift{batch, 0.5 * step.dt},
          noise{batch,
                batch.atom_begin[s],
                step.kept,
                step.noise_energy,
                {step.seed, SampleId{batch.system_id[s]}, RandomPurpose::langevin_kick, step.stage,
                 Step{batch.stage_step[s]}}} {}

    ATHANOR_HD void operator()(int atom) const {
        int const row = noise.first_atom + atom;
        kick(row);
        half_drift(row);
        noise(atom);
        half_drift(row);
    }
};

}  // namespace athanor
