// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// Numbers and columns as people read them.

/// Three digits and a prefix: "0", "7.25", "12.3 k", "1.00 M".
[[nodiscard]] std::string readable_rate(double value);
/// Every digit up to a million, a rate's form from there on: "1000", "999999", "1.00 M".
[[nodiscard]] std::string readable_count(std::int64_t value);
/// "0.42 s", "12.3 s", "4 min 07 s", "3 h 12 min", "2 d 04 h".
[[nodiscard]] std::string readable_seconds(double seconds);
/// "43 %"; of nothing it is "-".
[[nodiscard]] std::string readable_share(double part, double whole);

/// Columns that a terminal needs: one per code point, which holds for every sign used here.
[[nodiscard]] int display_width(std::string_view text);
/// The beginning of `text` that fits into `width` columns.
[[nodiscard]] std::string cut_to_width(std::string_view text, int width);

/// Rows as lines with aligned columns, the first to the left and the others to the right.
[[nodiscard]] std::vector<std::string> align_columns(
    std::vector<std::vector<std::string>> const& rows);

}  // namespace athanor
