// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/rank_agreement.hpp"

#include <cstddef>
#include <sstream>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// A line for each name and each value.
std::string to_text(RankFacts const& facts) {
    std::string text;
    for (auto const& [name, value] : facts) text += name + "\n" + value + "\n";
    return text;
}

RankFacts from_text(std::string const& text) {
    RankFacts facts;
    std::istringstream lines(text);
    for (std::string name, value; std::getline(lines, name) && std::getline(lines, value);)
        facts.emplace_back(name, value);
    return facts;
}

std::string difference(RankFacts const& here, RankFacts const& there, std::size_t rank) {
    for (std::size_t k = 0; k < here.size(); ++k) {
        auto const& [name, value] = here[k];
        if (k >= there.size() || there[k].first != name)
            return fmt::format("rank {} does not say its {}, rank 0 has {}", rank, name, value);
        if (there[k].second != value)
            return fmt::format("rank {} has the {} {}, rank 0 has {}", rank, name, there[k].second,
                               value);
    }
    return here.size() == there.size() ? ""
                                       : fmt::format("rank {} says its {}, rank 0 does not", rank,
                                                     there[here.size()].first);
}

}  // namespace

void expect_same_on_all_ranks(MpiEnvironment const& mpi, RankFacts const& facts,
                              std::string const& advice) {
    auto const all = mpi.gather(to_text(facts));
    std::string found;
    for (std::size_t rank = 1; rank < all.size() && found.empty(); ++rank)
        found = difference(facts, from_text(all[rank]), rank);
    found = mpi.broadcast(found);
    if (found.empty()) return;
    throw ConfigError(mpi.rank() == Rank{0} ? found + "; " + advice : "");
}

}  // namespace athanor
