// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/ids.hpp"

namespace athanor {

/// What kernels see of a batch: raw columns, rows of atoms found through atom_begin and atom_count.
/// Ownership: none; valid until the batch gains, loses or moves a system.
/// Shapes:    as listed at `Fields`; the atoms of system s are rows atom_begin[s] ..
///            atom_begin[s] + atom_count[s] - 1. Systems are dense, atoms may have holes between
///            them.
/// Units:     internal (units.hpp).
struct BatchView {
    int system_count = 0;
    int const* atom_begin = nullptr;
    int const* atom_count = nullptr;
    int const* edge_begin = nullptr;
    int const* edge_count = nullptr;

    double* positions = nullptr;
    double* velocities = nullptr;
    double* forces = nullptr;
    double* atomic_masses = nullptr;
    std::int64_t* atomic_numbers = nullptr;
    double* cell = nullptr;
    std::uint8_t* pbc = nullptr;
    double* energy = nullptr;
    double* stress = nullptr;
    std::int64_t* system_id = nullptr;
    std::int64_t* status = nullptr;
    std::int32_t* stage = nullptr;
    std::int64_t* stage_step = nullptr;
    std::int64_t* total_steps = nullptr;
    std::uint8_t* outcome = nullptr;
    std::uint8_t* velocities_given = nullptr;
    std::int64_t* degrees_of_freedom = nullptr;
    std::int64_t* stored_rows = nullptr;
};

}  // namespace athanor
