// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/html_table.hpp"

#include <fmt/format.h>

#include "launch/report/markup.hpp"

namespace athanor {

HtmlTable::HtmlTable(std::vector<std::string> const& heading, bool all_text) : all_text_(all_text) {
    for (std::string const& cell : heading) {
        heading_.push_back(escape_markup(cell));
        rows_ += fmt::format("<th scope=\"col\">{}</th>", heading_.back());
    }
    rows_ = "<thead><tr>" + rows_ + "</tr></thead><tbody>";
}

void HtmlTable::add(std::vector<std::string> const& cells) {
    if (count_++ >= most_rows) return;
    rows_ += "<tr>";
    for (std::size_t c = 0; c < cells.size(); ++c) {
        std::string const label =
            all_text_ && c < heading_.size() ? " data-label=\"" + heading_[c] + "\"" : "";
        rows_ += fmt::format("<td{}>{}</td>", label, escape_markup(cells[c]));
    }
    rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
    std::string const more =
        count_ > most_rows
            ? fmt::format("<p class=\"note\">{} more are not shown.</p>", count_ - most_rows)
            : "";
    return fmt::format("<div class=\"scroll\"><table{}>{}</tbody></table></div>{}\n",
                       all_text_ ? " class=\"text\"" : "", rows_, more);
}

}  // namespace athanor
