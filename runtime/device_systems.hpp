// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// A batch on a device, and whose turn it is: what every device kernel gets. A launch covers all
/// rows there are room for, so that it stays the same while samples come and go; who takes part is
/// looked up on the device.
/// Shapes:    `batch` holds columns on the device, as BatchView says; its system_count means
///            nothing. An atom row belongs to system_of[row], -1 in a hole.
/// Moves:     between two steps the atoms of a system may get other rows. Columns of the schema go
///            with them; what else is kept by atom row does not, and is for one step, or made anew.
/// Sums:      the elements of a system are added up in blocks (SumBlocks), each by a group of eight
///            threads: row r of the table is block sum_block[r] of system sum_system[r] (-1: none)
///            for three elements an atom; the rows of system s are sum_first[s] onwards. Sums of
///            one element an atom have fewer blocks and leave the last rows alone.
/// Ownership: none.
struct DeviceSystems {
    /// Systems of all sub-stages.
    static constexpr int every_code = -2;

    BatchView batch;
    int atom_rows = 0;
    int system_rows = 0;
    int sum_rows = 0;
    std::int32_t const* system_of = nullptr;
    /// By system: the code of the sub-stage that it is in, -1 when it makes no step.
    std::int32_t const* sub_stage = nullptr;
    std::int32_t const* sum_system = nullptr;
    std::int32_t const* sum_block = nullptr;
    std::int32_t const* sum_first = nullptr;
    int code = every_code;  ///< whose turn it is

    [[nodiscard]] ATHANOR_HD bool takes_part(int system) const {
        int const its = sub_stage[system];
        return code == every_code ? its >= 0 : its == code;
    }
    /// The system of an atom row, -1 when there is none or it is not its turn.
    [[nodiscard]] ATHANOR_HD int system_at(int atom_row) const {
        if (atom_row >= atom_rows) return -1;
        int const system = system_of[atom_row];
        return system >= 0 && takes_part(system) ? system : -1;
    }
    /// The system of a row of the table of sums, as above.
    [[nodiscard]] ATHANOR_HD int system_of_sum(int row) const {
        if (row >= sum_rows) return -1;
        int const system = sum_system[row];
        return system >= 0 && takes_part(system) ? system : -1;
    }
    /// Systems `first` by code, for the kernels of one sub-stage.
    [[nodiscard]] DeviceSystems of_code(int of) const {
        DeviceSystems result = *this;
        result.code = of;
        return result;
    }
};

}  // namespace athanor
