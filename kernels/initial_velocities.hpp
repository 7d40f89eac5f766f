// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// What is drawn.
struct VelocityDraw {
    double kelvin;
    bool without_momentum = true;
};

/// Draws the velocities of one system from the Maxwell-Boltzmann distribution and, where asked to,
/// takes its total momentum out (a single atom keeps its own).
///   v = sqrt(kT/m) ξ, then v -= Σ m v / Σ m
/// So the mean kinetic energy is 3N/2 kT, without momentum (3N - 3)/2 kT. Not
/// rescaled: the energy of a draw fluctuates as a canonical ensemble's does.
/// ξ: keyed by (seed, sample, initial_velocities, stage, 0, atom). Massless atoms stay at rest.
void draw_initial_velocities(BatchView const& batch, SystemIndex system, VelocityDraw draw,
                             StageId stage, std::uint64_t seed);

}  // namespace athanor
