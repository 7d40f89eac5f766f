// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/sample_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "launch/report/chart.hpp"
#include "launch/report/statistics.hpp"

namespace athanor {
namespace {

constexpr std::size_t most_bands = 60;
constexpr std::size_t most_bins = 40;
constexpr std::size_t single_samples = 4;

/// The rows of one sample in a stage; those of all stand beside each other.
struct SampleRows {
    std::int64_t sample;
    Observation const* begin;
    Observation const* end;
};

std::vector<SampleRows> samples_of(StageRecords const& stage) {
    std::vector<SampleRows> samples;
    Observation const* const end = stage.observations.data() + stage.observations.size();
    for (Observation const* one = stage.observations.data(); one != end; ++one)
        if (samples.empty() || samples.back().sample != one->sample)
            samples.push_back({one->sample, one, one + 1});
        else
            samples.back().end = one + 1;
    return samples;
}

/// A quantity against steps: of all samples as points, of a few as lines.
struct StepCurves {
    std::vector<std::pair<std::int64_t, double>> points;
    struct Single {
        std::int64_t sample;
        std::vector<double> step, value;
    };
    std::vector<Single> singles;
    std::size_t least_samples = 1;  ///< that a step must have before it has percentiles
};

/// `value`: of a row, given the first row of its sample.
template <class Value>
StepCurves curves_of(StageRecords const& stage, Value const& value) {
    StepCurves curves;
    std::vector<SampleRows> with_history;
    auto const defined = [&](Observation const& one, SampleRows const& rows) {
        return std::isfinite(value(one, *rows.begin));
    };
    auto const samples = samples_of(stage);
    curves.least_samples = std::clamp<std::size_t>(samples.size() / 10, 1, 5);
    for (SampleRows const& rows : samples) {
        std::int64_t found = 0;
        for (auto const* one = rows.begin; one != rows.end; ++one) {
            if (!defined(*one, rows)) continue;
            if (!one->at_end) curves.points.emplace_back(one->step, value(*one, *rows.begin));
            ++found;
        }
        if (found > 2) with_history.push_back(rows);
    }
    std::set<std::size_t> chosen;  // spread over the samples, always the same ones
    for (std::size_t k = 0; k < single_samples && !with_history.empty(); ++k)
        chosen.insert((2 * k + 1) * with_history.size() / (2 * single_samples));
    for (std::size_t const which : chosen) {
        SampleRows const& rows = with_history[which];
        StepCurves::Single single{rows.sample, {}, {}};
        for (auto const* one = rows.begin; one != rows.end; ++one) {
            if (!defined(*one, rows)) continue;
            single.step.push_back(static_cast<double>(one->step));
            single.value.push_back(value(*one, *rows.begin));
        }
        curves.singles.push_back(std::move(single));
    }
    return curves;
}

std::string name_of(CampaignRecords const& records, std::int64_t sample) {
    auto const name = records.names.find(sample);
    if (name == records.names.end()) return fmt::format("sample {}", sample);
    constexpr std::size_t most = 28;  // one that is longer would push the chart aside
    std::string const& text = name->second;
    return fmt::format("sample {}, {}{}", sample, text.substr(0, most),
                       text.size() > most ? "…" : "");
}

/// "" where fewer than two steps are known.
std::string figure_of(std::string const& title, std::string const& label, bool logarithmic,
                      StepCurves const& curves, CampaignRecords const& records) {
    auto const bands = percentiles_by_step(curves.points, most_bands, curves.least_samples);
    if (bands.step.size() < 2) return "";
    std::vector<std::vector<double>> values{bands.p10, bands.p90};
    std::vector<std::vector<double>> steps{bands.step};
    for (auto const& single : curves.singles) {
        values.push_back(single.value);
        steps.push_back(single.step);
    }
    ChartAxis x = axis_over("steps done in the stage", steps, true);
    x.whole = true;
    Chart chart(title, std::move(x),
                logarithmic ? log_axis_over(label, values) : axis_over(label, values, false));
    chart.band(bands.step, bands.p10, bands.p90, 0, 0.18);
    chart.band(bands.step, bands.p25, bands.p75, 0, 0.30);
    int colour = 1;
    for (auto const& single : curves.singles)
        chart.line(single.step, single.value, colour++, Chart::Stroke::thin);
    chart.line(bands.step, bands.p50, 0);
    chart.name(0, "median of the samples still in the stage, and where the middle 50 and 80 % are");
    colour = 1;
    for (auto const& single : curves.singles)
        chart.name(colour++, name_of(records, single.sample), Chart::Stroke::thin);
    return chart.figure();
}

/// Samples of different sizes only compare by the atom, and by what changes.
std::string figure_of_energy(StageRecords const& stage, CampaignRecords const& records) {
    bool const sizes_known =
        std::any_of(stage.observations.begin(), stage.observations.end(),
                    [&](Observation const& one) { return records.atoms.contains(one.sample); });
    auto const change = [&](Observation const& one, Observation const& first) {
        double const difference = 1000.0 * (one.energy - first.energy);
        if (!sizes_known) return difference;
        auto const atoms = records.atoms.find(one.sample);  // of one that no store has: left out
        return atoms == records.atoms.end() ? std::numeric_limits<double>::quiet_NaN()
                                            : difference / atoms->second;
    };
    return figure_of("Energy in " + stage.name + ", from each sample's first row on",
                     sizes_known ? "energy change [meV/atom]" : "energy change [meV]", false,
                     curves_of(stage, change), records);
}

}  // namespace

std::string figures_of_steps(CampaignRecords const& records) {
    std::string html;
    for (StageRecords const& stage : records.stages) {
        html += figure_of_energy(stage, records);
        html += figure_of("Largest force in " + stage.name, "largest force [eV/Å]", true,
                          curves_of(stage, [](auto const& one, auto const&) { return one.fmax; }),
                          records);
        // In a relaxation velocities are part of the method and no temperature.
        bool const moves = !stage.ends_by_convergence &&
                           std::any_of(stage.observations.begin(), stage.observations.end(),
                                       [](Observation const& one) { return one.temperature > 1; });
        if (moves)
            html += figure_of(
                "Temperature in " + stage.name, "temperature [K]", false,
                curves_of(stage, [](auto const& one, auto const&) { return one.temperature; }),
                records);
    }
    return html;
}

namespace {

std::string samples_text(std::int64_t count) {
    return fmt::format("{} sample{}", count, count == 1 ? "" : "s");
}

}  // namespace

std::string figures_of_convergence(CampaignRecords const& records) {
    std::string html;
    for (StageRecords const& stage : records.stages) {
        if (stage.converged.empty()) continue;
        std::vector<std::int64_t> steps;
        for (auto const& [sample, count] : stage.converged) steps.push_back(count);
        auto const bins = histogram_of(steps, most_bins);
        std::vector<double> edges{bins.begin}, counts;
        for (std::int64_t const count : bins.counts) {
            edges.push_back(edges.back() + bins.width);
            counts.push_back(static_cast<double>(count));
        }
        ChartAxis x = axis_over("steps until converged", {edges}, false);
        ChartAxis y = axis_over("samples", {counts}, true);
        x.whole = y.whole = true;
        Chart chart("Steps to converge in " + stage.name, std::move(x), std::move(y));
        for (std::size_t k = 0; k < counts.size(); ++k)
            chart.bar(edges[k], edges[k + 1], counts[k], 0,
                      fmt::format("{} with {:g} to {:g} steps", samples_text(bins.counts[k]),
                                  edges[k], edges[k + 1] - 1));
        std::sort(steps.begin(), steps.end());
        chart.name(0,
                   fmt::format("{} samples; least {}, half within {}, most {} steps", steps.size(),
                               steps.front(), steps[(steps.size() - 1) / 2], steps.back()));
        html += chart.figure();
    }
    return html;
}

}  // namespace athanor
