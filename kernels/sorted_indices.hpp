// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "runtime/host_device.hpp"

namespace athanor {

/// A list of atoms of every sample, by their numbers inside it: ascending, each once.
/// Ownership: none.
struct SortedIndices {
    int const* indices = nullptr;
    int count = 0;

    [[nodiscard]] ATHANOR_HD bool has(int atom) const {
        int first = 0, last = count;
        while (first < last) {
            int const middle = first + (last - first) / 2;
            if (indices[middle] < atom)
                first = middle + 1;
            else
                last = middle;
        }
        return first < count && indices[first] == atom;
    }
};

}  // namespace athanor
