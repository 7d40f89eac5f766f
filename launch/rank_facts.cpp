// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/rank_facts.hpp"

#include <array>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace athanor {
namespace {

std::string name_of_host() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string name_of_processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            if (auto const colon = line.find(": "); colon != std::string::npos)
                return line.substr(colon + 2);
    return "unknown";
}

}  // namespace

RankFacts facts_of_this_rank(int threads) { return {name_of_host(), name_of_processor(), threads}; }

std::string to_text(RankFacts const& facts) {
    return fmt::format("{}\n{}\n{}\n", facts.threads, facts.host, facts.processor);
}

RankFacts rank_facts_from(std::string const& text) {
    RankFacts facts;
    std::istringstream lines(text);
    std::string threads;
    if (!std::getline(lines, threads) || !std::getline(lines, facts.host) ||
        !std::getline(lines, facts.processor))
        return {};
    std::istringstream(threads) >> facts.threads;
    return facts;
}

}  // namespace athanor
