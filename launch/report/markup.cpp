// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/markup.hpp"

#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace athanor {
namespace {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 when it begins with none.
std::size_t sequence_length(std::string_view text) {
    auto const lead = static_cast<unsigned char>(text[0]);
    std::size_t const length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t k = 1; k < length; ++k)
        if ((static_cast<unsigned char>(text[k]) & 0xC0) != 0x80) return 0;
    auto const second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
    bool const too_long = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    bool const no_character = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
    return too_long || no_character ? 0 : length;
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

}  // namespace

std::string escape_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t const length = sequence_length(text);
        char const c = text[0];
        if (length == 0 || is_control(c))
            out += "\xEF\xBF\xBD";
        else if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string short_number(double value, int digits) {
    if (!std::isfinite(value)) return "-";
    if (value == 0.0) return "0";
    constexpr std::array<char const*, 6> prefixes{"", " k", " M", " G", " T", " P"};
    double const least_that_rounds_up = 1000.0 - 0.5 * std::pow(10.0, 3 - digits);
    double scaled = value;
    std::size_t prefix = 0;
    while (std::fabs(scaled) >= least_that_rounds_up && prefix + 1 < prefixes.size()) {
        scaled /= 1000.0;
        ++prefix;
    }
    return fmt::format("{:.{}g}{}", scaled, digits, prefixes[prefix]);
}

std::string power_of_ten(int exponent) {
    if (exponent >= -3 && exponent <= 3) return fmt::format("{:g}", std::pow(10.0, exponent));
    constexpr std::array<char const*, 10> raised{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = exponent < 0 ? "10⁻" : "10";
    for (char const digit : std::to_string(std::abs(exponent)))
        text += raised[static_cast<std::size_t>(digit - '0')];
    return text;
}

}  // namespace athanor
