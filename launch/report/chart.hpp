// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// One axis of a chart, and what its ends stand for.
struct ChartAxis {
    std::string label;  ///< with its unit
    double low = 0.0, high = 1.0;
    bool logarithmic = false;  ///< low and high are above 0 then
    bool percent = false;      ///< 1 is shown as 100 %
    bool whole = false;        ///< only whole numbers mean something
};

/// Lines, bands and bars over a pair of axes, as SVG that stands inside HTML. Colours are numbers
/// of a palette that the page's style sheet has, light and dark (page_style.hpp).
/// Text: titles, labels and names may hold anything; they are escaped here.
class Chart {
public:
    enum class Stroke { strong, thin, dashed };

    Chart(std::string title, ChartAxis x, ChartAxis y);

    /// Points that are not finite, or not above 0 on a logarithmic axis, interrupt a line.
    void line(std::vector<double> const& x, std::vector<double> const& y, int colour,
              Stroke stroke = Stroke::strong);
    /// The area between two lines; `opacity` from 0 to 1. Expects: equal lengths.
    void band(std::vector<double> const& x, std::vector<double> const& low,
              std::vector<double> const& high, int colour, double opacity);
    /// A rectangle up from the lower axis, with a text that shows under the pointer.
    void bar(double begin, double end, double high, int colour, std::string const& tip);
    /// A name for a colour, below the chart.
    void name(int colour, std::string const& text, Stroke stroke = Stroke::strong);

    /// A <figure> with title, drawing and names.
    [[nodiscard]] std::string figure() const;

    static constexpr int colours = 8;

private:
    [[nodiscard]] double place_x(double value) const;
    [[nodiscard]] double place_y(double value) const;
    [[nodiscard]] std::string axes() const;

    std::string title_;
    ChartAxis x_, y_;
    std::string drawing_, names_;
};

/// Round numbers between two ends, about so many. Expects: low < high.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, int about);

/// An axis from 0, or from the least value, to the most, with some room; sound for any values.
[[nodiscard]] ChartAxis axis_over(std::string label, std::vector<std::vector<double>> const& values,
                                  bool from_zero);
[[nodiscard]] ChartAxis log_axis_over(std::string label,
                                      std::vector<std::vector<double>> const& values);

}  // namespace athanor
