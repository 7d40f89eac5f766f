// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Draws the velocities of one system from the Maxwell-Boltzmann distribution at `kelvin` and takes
/// its total momentum out (a single atom keeps its own).
///   v = sqrt(kT/m) ξ, then v -= Σ m v / Σ m
/// So the mean kinetic energy is (3N - 3)/2 kT: the temperature is right with 3N - 3 degrees of
/// freedom. Not rescaled: the energy of a draw fluctuates as a canonical ensemble's does.
/// ξ: keyed by (seed, sample, initial_velocities, stage, 0, atom). Massless atoms stay at rest.
void draw_initial_velocities(BatchView const& batch, SystemIndex system, double kelvin,
                             StageId stage, std::uint64_t seed);

}  // namespace athanor
