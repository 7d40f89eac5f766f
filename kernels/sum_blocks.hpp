// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/real.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// In which pieces the elements of one sample are added up, on the host as on a device: blocks of
/// `elements` elements each, of which the last may have fewer. By their number alone, so that no
/// sum depends on who adds up which block. Element k of a block goes to lane k mod 8, the lanes are
/// added in one fixed tree, and so are the sums of the blocks; one block is its own sum.
struct SumBlocks {
    static constexpr std::size_t usual = 8192, most = 128;
    static_assert(usual % lane_count == 0);

    ATHANOR_HD explicit SumBlocks(std::size_t elements_in_all) : end(elements_in_all) {
        std::size_t const fewest = (end + most - 1) / most;
        elements = fewest > usual ? fewest : usual;
        count = static_cast<int>((end + elements - 1) / elements);
    }
    [[nodiscard]] ATHANOR_HD std::size_t begin_of(int block) const {
        return static_cast<std::size_t>(block) * elements;
    }
    [[nodiscard]] ATHANOR_HD std::size_t end_of(int block) const {
        std::size_t const full = begin_of(block) + elements;
        return full < end ? full : end;
    }

    std::size_t end;
    std::size_t elements = 0;
    int count = 0;
};

}  // namespace athanor
