// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/nearest_word.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include <fmt/format.h>

namespace athanor {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

int edit_distance(std::string_view first, std::string_view second) {
    // Optimal string alignment; rows i-2, i-1 and i of the table.
    std::vector<int> before(second.size() + 1), last(second.size() + 1), row(second.size() + 1);
    for (std::size_t j = 0; j <= second.size(); ++j) last[j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= first.size(); ++i) {
        row[0] = static_cast<int>(i);
        for (std::size_t j = 1; j <= second.size(); ++j) {
            char const a = lower(first[i - 1]), b = lower(second[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a == b ? 0 : 1)});
            if (i > 1 && j > 1 && a == lower(second[j - 2]) && lower(first[i - 2]) == b)
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[second.size()];
}

std::string nearest_word(std::string_view word, std::vector<std::string> const& known) {
    constexpr std::size_t longest = 64;  // a longer word is no slip of the fingers
    if (word.empty() || word.size() > longest) return "";
    std::string best;
    int best_distance = std::max(1, static_cast<int>(word.size()) / 2);
    for (std::string const& candidate : known) {
        bool const begins = word.size() >= 3 && candidate.size() > word.size() &&
                            candidate.compare(0, word.size(), word) == 0;
        int const distance = begins ? 1 : edit_distance(word, candidate);
        if (distance < best_distance || (distance == best_distance && best.empty())) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string any_of_words(std::vector<std::string> const& words) {
    std::string text;
    for (std::size_t w = 0; w < words.size(); ++w) {
        if (w > 0) text += w + 1 == words.size() ? " or " : ", ";
        text += words[w];
    }
    return text;
}

std::string known_words(std::string_view word, std::vector<std::string> const& known) {
    std::string const nearest = nearest_word(word, known);
    return nearest.empty() || known.size() < 2
               ? any_of_words(known)
               : fmt::format("{} (nearest: {})", any_of_words(known), nearest);
}

}  // namespace athanor
