// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/host_device.hpp"

namespace athanor {

/// A periodic cell made ready for searching neighbours. Open directions have some vector too, so
/// that fractional coordinates exist in every case: their own one where it is independent of the
/// periodic ones, else a unit vector at right angles to them.
/// Shapes: vectors are rows; r = s·h and s = r·h⁻¹ for row vectors.
/// Units:  Å.
struct CellFrame {
    std::array<double, 9> vectors{};
    std::array<double, 9> inverse{};
    std::array<double, 3> height{};  ///< distance between opposite faces
    std::array<bool, 3> periodic{};
    bool usable = false;  ///< false: periodic along vectors that are not finite or not independent

    /// Expects: cell has 9 values, pbc 3.
    static CellFrame of(double const* cell, std::uint8_t const* pbc);

    [[nodiscard]] ATHANOR_HD std::array<double, 3> fractional(double const* r) const {
        std::array<double, 3> s{};
        for (std::size_t k = 0; k < 3; ++k)
            s[k] = r[0] * inverse[k] + r[1] * inverse[3 + k] + r[2] * inverse[6 + k];
        return s;
    }
};

/// True when no neighbour list can be made: a direction is periodic, but the periodic vectors are
/// infinite, no numbers, zero, or so flat that images lie on each other. A structure without any
/// periodic direction always passes, whatever its cell.
[[nodiscard]] bool is_unusable_cell(double const* cell, std::uint8_t const* pbc);

}  // namespace athanor
