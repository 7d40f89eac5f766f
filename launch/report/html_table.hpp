// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace athanor {

/// Rows of text as a table that scrolls inside its own box where the page is narrow; the first
/// column is text, the others numbers to the right. With `all_text` all are text, and on a narrow
/// page the cells of a row stand below each other, each behind its heading. Cells are escaped here.
/// Bound: so many rows are shown, and how many more there are is said.
class HtmlTable {
public:
    explicit HtmlTable(std::vector<std::string> const& heading, bool all_text = false);
    void add(std::vector<std::string> const& cells);
    [[nodiscard]] std::string html() const;

    static constexpr std::size_t most_rows = 200;

private:
    bool all_text_;
    std::vector<std::string> heading_;  ///< escaped
    std::string rows_;
    std::size_t count_ = 0;
};

}  // namespace athanor
