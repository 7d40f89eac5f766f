// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cell_frame.hpp"

#include "kernels/cell_frame_functor.hpp"

namespace athanor {

CellFrame CellFrame::of(double const* cell, std::uint8_t const* pbc) {
    return detail::cell_frame_of(cell, pbc);
}

bool is_unusable_cell(double const* cell, std::uint8_t const* pbc) {
    return !CellFrame::of(cell, pbc).usable;
}

}  // namespace athanor
