// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/rank_agreement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// A line for each name and each value.
std::string to_text(AgreedFacts const& facts) {
    std::string text;
    for (auto const& [name, value] : facts) text += name + "\n" + value + "\n";
    return text;
}

AgreedFacts from_text(std::string const& text) {
    AgreedFacts facts;
    std::istringstream lines(text);
    for (std::string name, value; std::getline(lines, name) && std::getline(lines, value);)
        facts.emplace_back(name, value);
    return facts;
}

std::string name_of_host() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// What one rank says: its host, and the facts.
struct Statement {
    std::string host;
    AgreedFacts facts;
};

Statement statement_of(std::string const& text) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    return {text.substr(0, end), from_text(text.substr(std::min(end + 1, text.size())))};
}

/// The first fact in which two ranks differ, in words.
std::string difference(Statement const& here, Statement const& there, std::string const& rank) {
    std::string const rank_0 = fmt::format("rank 0 (host {})", here.host);
    for (std::size_t k = 0; k < here.facts.size(); ++k) {
        auto const& [name, value] = here.facts[k];
        if (k >= there.facts.size() || there.facts[k].first != name)
            return fmt::format("{} does not say its {}, {} has {}", rank, name, rank_0, value);
        std::string const& other = there.facts[k].second;
        if (!value.empty() && !other.empty() && other != value)
            return fmt::format("{} has the {} {}, {} has {}", rank, name, other, rank_0, value);
    }
    if (here.facts.size() == there.facts.size()) return "";
    return fmt::format("{} says its {}, {} does not", rank, there.facts[here.facts.size()].first,
                       rank_0);
}

/// One message about all ranks that differ from rank 0; empty when none does.
std::string differences(std::vector<std::string> const& texts) {
    constexpr int most_names = 8;
    Statement const here = statement_of(texts.front());
    std::string first, others;
    int more = 0;
    for (std::size_t r = 1; r < texts.size(); ++r) {
        Statement const there = statement_of(texts[r]);
        std::string const rank = fmt::format("rank {} (host {})", r, there.host);
        std::string const found = difference(here, there, rank);
        if (found.empty()) continue;
        if (first.empty())
            first = found;
        else if (++more <= most_names)
            others += (others.empty() ? "; so differ " : ", ") + rank;
    }
    if (more > most_names) others += fmt::format(" and {} more", more - most_names);
    return first + others;
}

}  // namespace

void expect_same_on_all_ranks(MpiEnvironment const& mpi, AgreedFacts const& facts,
                              std::string const& advice) {
    auto const all = mpi.gather(name_of_host() + "\n" + to_text(facts));
    std::string const found = mpi.broadcast(all.empty() ? "" : differences(all));
    if (found.empty()) return;
    throw ConfigError(mpi.rank() == Rank{0} ? found + "; " + advice : "");
}

}  // namespace athanor
