// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor::detail {

/// Who can share memory with this rank, as MPI sees it.
class MpiNode {
public:
    /// Collective over all ranks. Expects: MPI runs.
    MpiNode();

    /// True for this rank itself too.
    [[nodiscard]] bool holds(Rank rank) const;
    /// A word that no other job and no earlier object has on this machine; the same on all ranks.
    [[nodiscard]] std::string const& key() const { return key_; }

private:
    std::vector<char> here_;  ///< by rank
    std::string key_;
};

}  // namespace athanor::detail
