// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other,
/// without regard to case.
[[nodiscard]] int edit_distance(std::string_view first, std::string_view second);

/// The known word that a person most likely meant, or "" when none is near.
[[nodiscard]] std::string nearest_word(std::string_view word,
                                       std::vector<std::string> const& known);

/// "a, b or c".
[[nodiscard]] std::string any_of_words(std::vector<std::string> const& words);

/// The words as any_of_words(), then the nearest where there is one: "a, b or c (nearest: b)".
[[nodiscard]] std::string known_words(std::string_view word, std::vector<std::string> const& known);

}  // namespace athanor
