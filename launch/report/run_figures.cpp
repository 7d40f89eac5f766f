// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/run_figures.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "launch/readable.hpp"
#include "launch/report/chart.hpp"
#include "launch/report/html_table.hpp"
#include "launch/report/markup.hpp"

namespace athanor {
namespace {

constexpr std::size_t most_lines = 8;
constexpr std::size_t most_points = 120;

/// "md" of "md[3]".
std::string element_of(std::string const& instance) {
    return instance.substr(0, instance.rfind('['));
}

void add(std::vector<double> const& more, double weight, std::vector<double>& sum) {
    sum.resize(std::max(sum.size(), more.size()), 0.0);
    for (std::size_t k = 0; k < more.size(); ++k) sum[k] += weight * more[k];
}

/// Instances as charts show them: samples and rates of those that go together are sums, shares of
/// time are means.
std::vector<InstanceRecord> shown_instances(MetricsRecord const& metrics) {
    if (metrics.instances.size() <= most_lines) return metrics.instances;
    std::map<std::string, int> replicas;
    for (InstanceRecord const& one : metrics.instances) ++replicas[element_of(one.name)];
    std::vector<InstanceRecord> shown;
    for (InstanceRecord const& one : metrics.instances) {
        std::string const element = element_of(one.name);
        double const share = 1.0 / replicas[element];
        if (shown.empty() || shown.back().name != element) {
            shown.emplace_back();
            shown.back().name = element;
            shown.back().seconds_of = one.seconds_of;
            for (auto& part : shown.back().seconds_of) part.second = 0.0;
        }
        InstanceRecord& sum = shown.back();
        for (std::size_t p = 0; p < std::min(sum.seconds_of.size(), one.seconds_of.size()); ++p)
            sum.seconds_of[p].second += share * one.seconds_of[p].second;
        add(one.timeline.active, 1.0, sum.timeline.active);
        add(one.timeline.atom_steps_per_second, 1.0, sum.timeline.atom_steps_per_second);
        add(one.timeline.working, share, sum.timeline.working);
        add(one.timeline.waiting_for_input, share, sum.timeline.waiting_for_input);
        add(one.timeline.waiting_for_room, share, sum.timeline.waiting_for_room);
    }
    return shown;
}

/// Neighbouring intervals together, so that short ones do not draw combs. The first point has no
/// interval before it.
class Bins {
public:
    explicit Bins(std::vector<double> const& seconds) : seconds_(seconds) {
        std::size_t const intervals = seconds.size() < 2 ? 0 : seconds.size() - 1;
        together_ = std::max<std::size_t>(1, (intervals + most_points - 1) / most_points);
        for (std::size_t k = 1; k < seconds.size(); k += together_)
            middle_.push_back((seconds[k - 1] + seconds[end_of(k) - 1]) / 2);
    }
    [[nodiscard]] std::vector<double> const& middle() const { return middle_; }
    /// Means, weighted by the length of the intervals.
    [[nodiscard]] std::vector<double> means(std::vector<double> const& values) const {
        std::vector<double> means;
        for (std::size_t k = 1; k < seconds_.size(); k += together_) {
            double sum = 0.0, length = 0.0;
            for (std::size_t i = k; i < end_of(k); ++i) {
                double const interval = seconds_[i] - seconds_[i - 1];
                sum += interval * (i < values.size() ? values[i] : 0.0);
                length += interval;
            }
            means.push_back(length > 0.0 ? sum / length : 0.0);
        }
        return means;
    }

private:
    [[nodiscard]] std::size_t end_of(std::size_t k) const {
        return std::min(k + together_, seconds_.size());
    }
    std::vector<double> const& seconds_;
    std::size_t together_ = 1;
    std::vector<double> middle_;
};

ChartAxis time_axis(MetricsRecord const& metrics) {
    return axis_over("time since the start [s]", {{0.0, metrics.seconds.back()}}, true);
}

using Column = std::vector<double> InstanceTimeline::*;

std::string lines_over_time(std::string const& title, std::string const& label, Column column,
                            std::vector<InstanceRecord> const& instances,
                            MetricsRecord const& metrics) {
    Bins const bins(metrics.seconds);
    std::vector<std::vector<double>> values;
    for (InstanceRecord const& one : instances) values.push_back(bins.means(one.timeline.*column));
    Chart chart(title, time_axis(metrics), axis_over(label, values, true));
    for (std::size_t s = 0; s < values.size(); ++s) {
        auto const stroke = s < Chart::colours ? Chart::Stroke::strong : Chart::Stroke::dashed;
        chart.line(bins.middle(), values[s], static_cast<int>(s), stroke);
        chart.name(static_cast<int>(s), instances[s].name);
    }
    return chart.figure();
}

std::string shares_over_time(InstanceRecord const& one, MetricsRecord const& metrics) {
    Bins const bins(metrics.seconds);
    ChartAxis shares{"share of the time [%]", 0.0, 1.0};
    shares.percent = true;
    Chart chart("What " + one.name + " did", time_axis(metrics), shares);
    std::vector<double> floor(bins.middle().size(), 0.0);
    struct Layer {
        Column column;
        int colour;
        char const* name;
    };
    for (Layer const& layer : {Layer{&InstanceTimeline::working, 2, "works"},
                               Layer{&InstanceTimeline::waiting_for_input, 1, "waits for input"},
                               Layer{&InstanceTimeline::waiting_for_room, 3, "waits for room"}}) {
        std::vector<double> roof = bins.means(one.timeline.*layer.column);
        for (std::size_t k = 0; k < roof.size(); ++k) roof[k] = std::min(1.0, roof[k] + floor[k]);
        chart.band(bins.middle(), floor, roof, layer.colour, 0.85);
        chart.name(layer.colour, layer.name);
        floor = roof;
    }
    return chart.figure();
}

}  // namespace

std::string figures_of_time(MetricsRecord const& metrics) {
    if (metrics.seconds.size() < 3) return "";
    auto const instances = shown_instances(metrics);
    std::string html =
        lines_over_time("Samples in the batch", "samples", &InstanceTimeline::active, instances,
                        metrics) +
        lines_over_time("Throughput", "atom·steps per second",
                        &InstanceTimeline::atom_steps_per_second, instances, metrics);
    for (std::size_t s = 0; s < std::min<std::size_t>(instances.size(), 16); ++s)
        html += shares_over_time(instances[s], metrics);
    return html;
}

std::string figure_of_parts(MetricsRecord const& metrics) {
    // Colours of their own, so that neighbours in a bar are far apart.
    std::map<std::string, int> const colour_of{{"forces", 0}, {"neighbors", 5}, {"update", 2},
                                               {"hooks", 4},  {"pack", 6},      {"wait", 1},
                                               {"write", 3},  {"other", 7}};
    std::string bars, names;
    auto const instances = shown_instances(metrics);
    for (InstanceRecord const& one : instances) {
        double total = 0.0;
        for (auto const& [part, seconds] : one.seconds_of) total += seconds;
        bars += fmt::format("<div class=\"bar\"><span>{}</span><div>", escape_markup(one.name));
        for (auto const& [part, seconds] : one.seconds_of)
            if (total > 0.0 && seconds > 0.001 * total)
                bars += fmt::format(
                    "<i class=\"f{}\" style=\"flex:{:.4f}\" title=\"{}: {:.2f} s, {:.0f} %\"></i>",
                    colour_of.contains(part) ? colour_of.at(part) : 7, seconds / total,
                    escape_markup(part), seconds, 100 * seconds / total);
        bars += fmt::format("</div><span>{}</span></div>", readable_seconds(total));
    }
    if (instances.empty()) return "";
    for (auto const& [part, seconds] : instances[0].seconds_of)
        names +=
            fmt::format("<li><i class=\"key f{}\"></i>{}</li>",
                        colour_of.contains(part) ? colour_of.at(part) : 7, escape_markup(part));
    return fmt::format(
        "<figure class=\"wide\"><figcaption>Share of each stage's time</figcaption>"
        "{}<ul class=\"names\">{}</ul></figure>\n",
        bars, names);
}

std::string table_of_throughput(MetricsRecord const& metrics) {
    HtmlTable table(
        {"stage", "rank", "time", "steps/s", "atom·steps/s", "µs/atom/step", "batch full [%]"});
    for (InstanceRecord const& one : metrics.instances) {
        double const seconds = one.seconds > 0.0 ? one.seconds : 1.0;
        table.add({one.name, fmt::format("{}", one.rank), readable_seconds(one.seconds),
                   short_number(static_cast<double>(one.steps) / seconds),
                   short_number(static_cast<double>(one.atom_steps) / seconds),
                   one.atom_steps > 0 ? short_number(one.microseconds_per_atom_step) : "-",
                   fmt::format("{:.0f}", 100.0 * one.batch_fill)});
    }
    return table.html();
}

std::string table_of_parts(MetricsRecord const& metrics) {
    if (metrics.instances.size() < 2) return "";
    HtmlTable table({"part [s]", "least", "mean", "most"});
    for (std::size_t p = 0; p < metrics.instances[0].seconds_of.size(); ++p) {
        double least = 1e300, most = 0.0, sum = 0.0;
        int count = 0;
        for (InstanceRecord const& one : metrics.instances) {
            if (p >= one.seconds_of.size()) continue;
            double const seconds = one.seconds_of[p].second;
            least = std::min(least, seconds);
            most = std::max(most, seconds);
            sum += seconds;
            ++count;
        }
        table.add({metrics.instances[0].seconds_of[p].first, fmt::format("{:.2f}", least),
                   fmt::format("{:.2f}", sum / count), fmt::format("{:.2f}", most)});
    }
    return table.html();
}

std::string table_of_outcomes(MetricsRecord const& metrics) {
    HtmlTable table({"stage", "came in", "converged", "steps done", "failed", "left inside"});
    for (InstanceRecord const& one : metrics.instances)
        table.add({one.name, readable_count(one.samples_in), readable_count(one.converged),
                   readable_count(one.budget_spent), readable_count(one.failed),
                   readable_count(one.samples_active)});
    return table.html();
}

}  // namespace athanor
