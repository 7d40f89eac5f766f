// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// Where one rank runs.
struct RankFacts {
    std::string host;
    std::string processor;  ///< as the system calls it; "unknown" where it does not say
    int threads = 1;        ///< of each of its instances
};

/// Of this process.
[[nodiscard]] RankFacts facts_of_this_rank(int threads);

/// As text that can be gathered, and back; what is no such text gives empty facts.
[[nodiscard]] std::string to_text(RankFacts const& facts);
[[nodiscard]] RankFacts rank_facts_from(std::string const& text);

}  // namespace athanor
