// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "launch/report/markup.hpp"

namespace athanor {
namespace {

// Of the drawing, in its own units; small enough that text is readable at the width of a phone.
constexpr double width = 440.0, height = 270.0;
constexpr double left = 62.0, right = 12.0, top = 10.0, bottom = 46.0;

double part_of(ChartAxis const& axis, double value) {
    double const low = axis.logarithmic ? std::log10(axis.low) : axis.low;
    double const high = axis.logarithmic ? std::log10(axis.high) : axis.high;
    double const at = axis.logarithmic ? std::log10(value) : value;
    return std::clamp((at - low) / (high - low), 0.0, 1.0);
}

bool can_stand_on(ChartAxis const& axis, double value) {
    return std::isfinite(value) && (!axis.logarithmic || value > 0.0);
}

std::pair<double, double> ends_of(std::vector<std::vector<double>> const& values, bool positive) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (auto const& column : values)
        for (double const value : column)
            if (std::isfinite(value) && (!positive || value > 0.0)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    return low <= high ? std::pair{low, high} : std::pair{positive ? 0.1 : 0.0, 1.0};
}

struct Tick {
    double value;
    std::string text;
};

std::vector<Tick> ticks_of(ChartAxis const& axis) {
    std::vector<Tick> ticks;
    if (axis.logarithmic) {
        int const first = static_cast<int>(std::ceil(std::log10(axis.low) - 1e-9));
        int const last = static_cast<int>(std::floor(std::log10(axis.high) + 1e-9));
        int const every = (last - first) / 6 + 1;
        for (int e = first; e <= last; e += every)
            ticks.push_back({std::pow(10.0, e), power_of_ten(e)});
        return ticks;
    }
    for (double const value : round_ticks(axis.low, axis.high, 5)) {
        if (axis.whole && value != std::round(value)) continue;
        std::string text =
            std::fabs(value) < 1e5 ? fmt::format("{:.5g}", value) : short_number(value, 4);
        if (axis.percent) text = fmt::format("{:.0f}", 100.0 * value);
        ticks.push_back({value, std::move(text)});
    }
    return ticks;
}

char const* class_of(Chart::Stroke stroke) {
    switch (stroke) {
        case Chart::Stroke::strong:
            return "line";
        case Chart::Stroke::thin:
            return "line thin";
        case Chart::Stroke::dashed:
            return "line dashed";
    }
    return "line";
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int about) {
    double const wanted = (high - low) / about;
    double step = std::pow(10.0, std::floor(std::log10(wanted)));
    if (wanted / step > 5.0)
        step *= 10.0;
    else if (wanted / step > 2.0)
        step *= 5.0;
    else if (wanted / step > 1.0)
        step *= 2.0;
    std::vector<double> ticks;
    double const first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    for (double k = first; k <= last && ticks.size() < 50; ++k)
        ticks.push_back(k == 0.0 ? 0.0 : k * step);
    return ticks;
}

ChartAxis axis_over(std::string label, std::vector<std::vector<double>> const& values,
                    bool from_zero) {
    auto [low, high] = ends_of(values, false);
    if (from_zero) low = std::min(low, 0.0);
    double const least = 1e-12 * std::max({std::fabs(low), std::fabs(high), 1e-288});
    if (!(high - low > least)) {
        double const room = low == 0.0 ? 1.0 : 0.1 * std::fabs(low);
        high += room;
        if (!from_zero) low -= room;
    }
    double const room = 0.04 * (high - low);
    return {std::move(label), from_zero && low == 0.0 ? 0.0 : low - room, high + room};
}

ChartAxis log_axis_over(std::string label, std::vector<std::vector<double>> const& values) {
    auto [low, high] = ends_of(values, true);
    low = std::pow(10.0, std::floor(std::log10(low)));
    high = std::pow(10.0, std::ceil(std::log10(high)));
    if (high <= low) high = 10.0 * low;
    return {std::move(label), low, high, true};
}

Chart::Chart(std::string title, ChartAxis x, ChartAxis y)
    : title_(std::move(title)), x_(std::move(x)), y_(std::move(y)) {}

double Chart::place_x(double value) const {
    return left + part_of(x_, value) * (width - left - right);
}
double Chart::place_y(double value) const {
    return height - bottom - part_of(y_, value) * (height - top - bottom);
}

void Chart::line(std::vector<double> const& x, std::vector<double> const& y, int colour,
                 Stroke stroke) {
    std::string path;
    bool draws = false;
    for (std::size_t k = 0; k < std::min(x.size(), y.size()); ++k) {
        bool const stands = can_stand_on(x_, x[k]) && can_stand_on(y_, y[k]);
        if (stands)
            path += fmt::format("{}{:.1f} {:.1f}", draws ? "L" : "M", place_x(x[k]), place_y(y[k]));
        draws = stands;
    }
    drawing_ +=
        fmt::format("<path class=\"{} s{}\" d=\"{}\"/>", class_of(stroke), colour % colours, path);
}

void Chart::band(std::vector<double> const& x, std::vector<double> const& low,
                 std::vector<double> const& high, int colour, double opacity) {
    std::string there, back;
    for (std::size_t k = 0; k < x.size(); ++k) {
        if (!can_stand_on(x_, x[k]) || !can_stand_on(y_, low[k]) || !can_stand_on(y_, high[k]))
            continue;
        there += fmt::format("{}{:.1f} {:.1f}", there.empty() ? "M" : "L", place_x(x[k]),
                             place_y(high[k]));
        back = fmt::format("L{:.1f} {:.1f}", place_x(x[k]), place_y(low[k])) + back;
    }
    if (!there.empty())
        drawing_ += fmt::format("<path class=\"f{}\" opacity=\"{:.2f}\" d=\"{}{}Z\"/>",
                                colour % colours, opacity, there, back);
}

void Chart::bar(double begin, double end, double high, int colour, std::string const& tip) {
    double const x = place_x(begin), y = place_y(high);
    double const gap = place_x(end) - x > 4.0 ? 1.0 : 0.0;
    drawing_ += fmt::format(
        "<rect class=\"f{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}"
        "</title></rect>",
        colour % colours, x, y, std::max(0.5, place_x(end) - x - gap), height - bottom - y,
        escape_markup(tip));
}

void Chart::name(int colour, std::string const& text, Stroke stroke) {
    names_ +=
        fmt::format("<li><i class=\"key{} f{}\"></i>{}</li>",
                    stroke == Stroke::strong ? "" : " thin", colour % colours, escape_markup(text));
}

std::string Chart::axes() const {
    std::string text;
    for (Tick const& tick : ticks_of(y_))
        text += fmt::format(
            "<line class=\"grid\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
            "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
            left, width - right, place_y(tick.value), place_y(tick.value), left - 6.0,
            place_y(tick.value) + 4.0, tick.text);
    for (Tick const& tick : ticks_of(x_))
        text += fmt::format(
            "<line class=\"tick\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
            "<text x=\"{0:.1f}\" y=\"{3:.0f}\" text-anchor=\"middle\">{4}</text>",
            place_x(tick.value), height - bottom, height - bottom + 4.0, height - bottom + 18.0,
            tick.text);
    text += fmt::format(
        "<line class=\"tick\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.0f}\" "
        "y2=\"{2:.0f}\"/>",
        left, width - right, height - bottom);
    text += fmt::format(
        "<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}"
        "</text>",
        (left + width - right) / 2, height - 6.0, escape_markup(x_.label));
    double const middle = (top + height - bottom) / 2;
    text += fmt::format(
        "<text class=\"label\" transform=\"translate(13 {:.0f}) rotate(-90)\" "
        "text-anchor=\"middle\">"
        "{}</text>",
        middle, escape_markup(y_.label));
    return text;
}

std::string Chart::figure() const {
    std::string const title = escape_markup(title_);
    return fmt::format(
        "<figure><figcaption>{0}</figcaption><svg viewBox=\"0 0 {1:.0f} {2:.0f}\" role=\"img\" "
        "aria-label=\"{0}\">{3}{4}</svg>{5}</figure>\n",
        title, width, height, axes(), drawing_,
        names_.empty() ? "" : "<ul class=\"names\">" + names_ + "</ul>");
}

}  // namespace athanor
