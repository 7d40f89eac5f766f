// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/langevin.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/langevin_functor.hpp"
#include "kernels/share_out.hpp"
#include "kernels/velocity_verlet_functor.hpp"

namespace athanor {

void langevin_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             LangevinStep const& step) {
    HalfKick const kick{batch, 0.5 * step.dt};
    Drift const half_drift{batch, 0.5 * step.dt};
    double const nanoseconds = 60.0;
    for_each_system(batch, systems, nanoseconds, [&](int k) {
        int const s = systems[k].value();
        int const first = batch.atom_begin[s];
        OrnsteinUhlenbeck const noise{
            batch,
            first,
            step.kept,
            step.noise_energy,
            {step.seed, SampleId{batch.system_id[s]}, RandomPurpose::langevin_kick, step.stage,
             Step{batch.stage_step[s]}}};
        share_out_each(batch.atom_count[s], nanoseconds, [&](int atom) {
            kick(first + atom);
            half_drift(first + atom);
            noise(atom);
            half_drift(first + atom);
        });
    });
}

}  // namespace athanor
