// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/outcome.hpp"

namespace athanor {

/// RowKind and Outcome as files and people spell them; the position in the list is the value.
inline constexpr std::array<std::string_view, 4> kind_words{"frame", "converged", "graduated",
                                                            "quarantined"};
inline constexpr std::array<std::string_view, 4> outcome_words{"running", "converged",
                                                               "budget_spent", "failed"};

/// The word; the number itself for a value that has none, as foreign stores may hold.
[[nodiscard]] inline std::string ledger_word(std::array<std::string_view, 4> const& words,
                                             std::size_t value) {
    return value < words.size() ? std::string(words[value]) : std::to_string(value);
}
/// The value of a word, or nothing.
[[nodiscard]] inline std::optional<std::size_t> ledger_value(
    std::array<std::string_view, 4> const& words, std::string_view word) {
    for (std::size_t value = 0; value < words.size(); ++value)
        if (words[value] == word) return value;
    return std::nullopt;
}

}  // namespace athanor
