// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

/// Throws an Error, the reason of the sample's failure, when the sample has no atom `index`.
inline void require_atom(int index, int atom_count) {
    if (index >= atom_count)
        throw Error(
            fmt::format("index {}, but the sample has {} atoms, from 0", index, atom_count));
}

}  // namespace athanor
