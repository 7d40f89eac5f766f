// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/energy_drift_monitor.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "stages/options_check.hpp"

namespace athanor {

using Metric = EnergyDriftMonitorOptions::Metric;
using Action = EnergyDriftMonitorOptions::Action;

EnergyDriftMonitor::EnergyDriftMonitor(EnergyDriftMonitorOptions const& options, Warn warn)
    : options_(options), warn_(std::move(warn)) {
    require_positive("threshold", options.threshold);
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
}

std::vector<FieldSpec> EnergyDriftMonitor::state_fields() const {
    return {{"reference_energy", Level::system, Dtype::float64, {1}, "eV", FieldRole::state},
            {"warned", Level::system, Dtype::boolean, {1}, "", FieldRole::state}};
}

double EnergyDriftMonitor::energy_of(BatchView const& view, SystemIndex system) const {
    int const s = system.value();
    if (!options_.include_kinetic) return view.energy[s];
    int const first = view.atom_begin[s];
    return view.energy[s] + kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first,
                                           view.atom_count[s]);
}

void EnergyDriftMonitor::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    auto* const reference = context.batch.column<double>(context.state[0]);
    auto* const warned = context.batch.column<std::uint8_t>(context.state[1]);
    for (SystemIndex system : context.systems) {
        int const s = system.value();
        if (context.point == HookPoint::on_admission) {
            reference[s] = energy_of(view, system);
            warned[s] = 0;
            continue;
        }
        if (warned[s] != 0) continue;
        double drift = std::abs(energy_of(view, system) - reference[s]);
        if (options_.metric == Metric::per_atom_per_step)
            drift /=
                static_cast<double>(view.atom_count[s]) * static_cast<double>(view.stage_step[s]);
        if (drift <= options_.threshold) continue;
        warned[s] = 1;
        report(context, system, drift);
    }
}

void EnergyDriftMonitor::report(HookContext& context, SystemIndex system, double drift) {
    Batch const& batch = context.batch;
    std::string const finding = fmt::format(
        "the energy has drifted by {:.3g} eV{} in {} steps, more than {:.3g}", drift,
        options_.metric == Metric::per_atom_per_step ? " per atom and step" : "",
        batch.column<std::int64_t>(Fields::stage_step)[system.value()], options_.threshold);
    if (options_.action == Action::raise) {
        context.fail(system, finding);
        return;
    }
    std::string const line =
        fmt::format("{}: stage {}, sample {} (\"{}\"): {}", name(), context.stage.value(),
                    batch.sample_id(system).value(), batch.name(system), finding);
    if (options_.action == Action::stop)
        throw CampaignError(line +
                            "; the campaign is told to stop, give \"action\": \"raise\" to go on "
                            "without it");
    if (warn_) warn_(line);
}

}  // namespace athanor
