// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/batch.hpp"
#include "runtime/model.hpp"
#include "runtime/neighbor_view.hpp"

namespace athanor {

/// Why a sample cannot run or go on, in words for its record of quarantine; nothing for a sound
/// one.
/// Order: the answer depends on the sample's own rows alone.

/// When it enters: a species without parameters, a place that is no number, a cell without volume.
[[nodiscard]] std::string admission_fault(Batch const& batch, SystemIndex system,
                                          Model const& model);
/// Before the forces are evaluated.
[[nodiscard]] std::string position_fault(Batch const& batch, SystemIndex system);
/// After it: energy, forces and, where it `needs_stress`, stress.
[[nodiscard]] std::string result_fault(Batch const& batch, SystemIndex system, Model const& model,
                                       bool needs_stress);
/// At the end of a step: what the next one starts from. Afterwards positions, forces and energy of
/// a sample are finite as well, so that its state is one to go back to.
[[nodiscard]] std::string motion_fault(Batch const& batch, SystemIndex system);
/// Two atoms at one place.
[[nodiscard]] std::string touching_fault(SystemNeighbors const& neighbors);

}  // namespace athanor
