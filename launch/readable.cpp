// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/readable.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace athanor {

std::string readable_rate(double value) {
    if (!std::isfinite(value)) return "-";
    if (value == 0) return "0";
    constexpr std::string_view prefixes[] = {"", " k", " M", " G", " T", " P"};
    std::size_t prefix = 0;
    // 999.5 would round to four digits
    while (std::fabs(value) >= 999.5 && prefix + 1 < std::size(prefixes)) {
        value /= 1000;
        ++prefix;
    }
    double const size = std::fabs(value);
    int const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f}{}", value, decimals, prefixes[prefix]);
}

std::string readable_count(std::int64_t value) {
    return std::abs(value) < 1'000'000 ? fmt::format("{}", value)
                                       : readable_rate(static_cast<double>(value));
}

std::string readable_seconds(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return "-";
    if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
    if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
    if (seconds > 1e15) return "-";
    auto const whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    if (whole < 86400) return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
    return fmt::format("{} d {:02} h", whole / 86400, whole % 86400 / 3600);
}

std::string readable_share(double part, double whole) {
    if (!(whole > 0)) return "-";
    return fmt::format("{:.0f} %", 100 * std::clamp(part / whole, 0.0, 1.0));
}

int display_width(std::string_view text) {
    return static_cast<int>(std::count_if(text.begin(), text.end(),
                                          [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string cut_to_width(std::string_view text, int width) {
    int columns = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
        if (columns++ == width) return std::string(text.substr(0, at));
    }
    return std::string(text);
}

std::vector<std::string> align_columns(std::vector<std::vector<std::string>> const& rows) {
    std::vector<int> widths;
    for (auto const& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t c = 0; c < row.size(); ++c)
            widths[c] = std::max(widths[c], display_width(row[c]));
    }
    std::vector<std::string> lines;
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            std::string const space(static_cast<std::size_t>(widths[c] - display_width(row[c])),
                                    ' ');
            if (c > 0) line += "  ";
            line += c == 0 ? row[c] + space : space + row[c];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace athanor
