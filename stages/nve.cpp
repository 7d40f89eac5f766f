// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nve.hpp"

#include "kernels/velocity_verlet.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {

Nve::Nve(NveOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))) {}

void Nve::pre_update(UpdateContext const& context) {
    kick_and_drift(context.batch, context.systems, dt_);
}

void Nve::post_update(UpdateContext const& context) {
    half_kick(context.batch, context.systems, dt_);
}

}  // namespace athanor
