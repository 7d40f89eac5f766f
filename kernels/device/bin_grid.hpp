// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/cell_frame.hpp"
#include "kernels/image_shift.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Bins at least a radius wide along the three vectors of a cell, numbered around a ring of `count`
/// of them along each, so that there are never more than atoms, however empty or wide the space:
/// far bins then share a number, and a distance tells their atoms apart.
struct BinGrid {
    std::array<int, 3> whole{};     ///< bins of a periodic vector; 0: open, bins without end
    std::array<double, 3> scale{};  ///< bins per fraction
    std::array<int, 3> count{};

    /// Atoms that are further along an open vector share the last bin.
    static constexpr double farthest = 1e8;

    ATHANOR_HD static BinGrid of(CellFrame const& frame, double radius, int atom_count) {
        BinGrid grid;
        for (std::size_t k = 0; k < 3; ++k) {
            double const bins = frame.height[k] / (radius * (1.0 + search_safety));
            grid.scale[k] = bins;
            grid.count[k] = 1024;
            if (!frame.periodic[k]) continue;
            double const whole = std::floor(bins < 1e6 ? bins : 1e6);
            grid.whole[k] = whole < 1.0 ? 1 : static_cast<int>(whole);
            grid.scale[k] = grid.whole[k];
            if (grid.whole[k] < grid.count[k]) grid.count[k] = grid.whole[k];
        }
        while (grid.total() > (atom_count > 1 ? atom_count : 1)) {
            std::size_t most = 0;
            for (std::size_t k = 1; k < 3; ++k)
                if (grid.count[k] > grid.count[most]) most = k;
            grid.count[most] = (grid.count[most] + 1) / 2;
        }
        return grid;
    }
    [[nodiscard]] ATHANOR_HD int total() const { return count[0] * count[1] * count[2]; }

    /// Where `fraction` of a folded atom stands along vector k, before numbers are shared.
    [[nodiscard]] ATHANOR_HD int place(std::size_t k, double fraction) const {
        double const at = std::floor(fraction * scale[k]);
        if (whole[k] == 0)
            return static_cast<int>(at < -farthest ? -farthest : at > farthest ? farthest : at);
        return at < whole[k] ? static_cast<int>(at) : whole[k] - 1;
    }
    /// The number that a place has along vector k.
    [[nodiscard]] ATHANOR_HD int number(std::size_t k, int place) const {
        if (whole[k] > 0) return (place + whole[k]) % whole[k] % count[k];
        return (place % count[k] + count[k]) % count[k];
    }
    [[nodiscard]] ATHANOR_HD int bin_of(std::array<double, 3> const& s) const {
        int bin = 0;
        for (std::size_t k = 0; k < 3; ++k) bin = bin * count[k] + number(k, place(k, s[k]));
        return bin;
    }

    /// The bins that can hold neighbours of an atom, each once.
    struct Around {
        std::array<std::array<int, 3>, 3> number{};  ///< along each vector
        std::array<int, 3> size{};

        [[nodiscard]] ATHANOR_HD int total() const { return size[0] * size[1] * size[2]; }
        [[nodiscard]] ATHANOR_HD int bin(int which, BinGrid const& grid) const {
            auto const a = static_cast<std::size_t>(which / (size[1] * size[2]));
            auto const b = static_cast<std::size_t>(which / size[2] % size[1]);
            auto const c = static_cast<std::size_t>(which % size[2]);
            return (number[0][a] * grid.count[1] + number[1][b]) * grid.count[2] + number[2][c];
        }
    };
    [[nodiscard]] ATHANOR_HD Around around(std::array<double, 3> const& s) const {
        Around result;
        for (std::size_t k = 0; k < 3; ++k) {
            int const home = place(k, s[k]);
            int size = 0;
            for (int step = -1; step <= 1; ++step) {
                int const next = number(k, home + step);
                bool is_new = true;
                for (int n = 0; n < size; ++n)
                    is_new = is_new && result.number[k][static_cast<std::size_t>(n)] != next;
                if (is_new) result.number[k][static_cast<std::size_t>(size++)] = next;
            }
            result.size[k] = size;
        }
        return result;
    }
};

}  // namespace athanor
