// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/energy_drift_monitor.hpp"

#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "stages/options_check.hpp"

namespace athanor {

using Metric = EnergyDriftMonitorOptions::Metric;
using Action = EnergyDriftMonitorOptions::Action;

namespace {

/// The hook's state of all systems, where the columns are.
struct DriftState {
    double* reference;
    std::uint8_t *warned, *untold;
    double* drift;
    std::int64_t* step;

    template <class Columns>
    DriftState(Columns&& of, std::span<FieldIndex const> state)
        : reference(of.template column<double>(state[0])),
          warned(of.template column<std::uint8_t>(state[1])),
          untold(of.template column<std::uint8_t>(state[2])),
          drift(of.template column<double>(state[3])),
          step(of.template column<std::int64_t>(state[4])) {}
};

class DeviceEnergyDriftMonitor final : public DeviceHook {
public:
    DeviceEnergyDriftMonitor(EnergyDrift const& limit, DriftState const& state, bool marks)
        : limit_(limit),
          state_{state.reference, state.warned, state.untold, state.drift, state.step},
          marks_(marks) {}
    void fire(DeviceFiring const& firing) override {
        find_drift(firing.queue, firing.systems, firing.sums, limit_, state_,
                   marks_ ? firing.mark : nullptr);
    }
    [[nodiscard]] bool may_fail(HookPoint) const override { return marks_; }

private:
    EnergyDrift limit_;
    DeviceDriftState state_;
    bool marks_;
};

}  // namespace

EnergyDriftMonitor::EnergyDriftMonitor(EnergyDriftMonitorOptions const& options, Warn warn)
    : options_(options),
      limit_{options.threshold, options.metric == Metric::per_atom_per_step,
             options.include_kinetic},
      warn_(std::move(warn)) {
    require_positive("threshold", options.threshold);
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
}

std::vector<FieldSpec> EnergyDriftMonitor::state_fields() const {
    return {{"reference_energy", Level::system, Dtype::float64, {1}, "eV", FieldRole::state},
            {"warned", Level::system, Dtype::boolean, {1}, "", FieldRole::state},
            {"untold", Level::system, Dtype::boolean, {1}, "", FieldRole::state},
            {"drift", Level::system, Dtype::float64, {1}, "eV", FieldRole::state},
            {"drift_step", Level::system, Dtype::int64, {1}, "", FieldRole::state}};
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
    DriftState const state(context.batch, context.state);
    // Of a sample that was on a device when its campaign was stopped.
    if (context.point != HookPoint::on_admission) tell_of_device(context);
    for (SystemIndex system : context.systems) {
        int const s = system.value();
        if (context.point == HookPoint::on_admission) {
            state.reference[s] = energy_of(view, system);
            state.warned[s] = state.untold[s] = 0;
            state.drift[s] = 0.0;
            state.step[s] = 0;
            continue;
        }
        if (state.warned[s] != 0) continue;
        double const drift = limit_.of(energy_of(view, system), state.reference[s],
                                       view.atom_count[s], view.stage_step[s]);
        if (!limit_.is_too_far(drift)) continue;
        state.warned[s] = 1;
        state.drift[s] = drift;
        state.step[s] = view.stage_step[s];
        report(context, system);
    }
}

std::unique_ptr<DeviceHook> EnergyDriftMonitor::on_device(DeviceQueue&,
                                                          DeviceColumns const& columns,
                                                          std::span<FieldIndex const> state) const {
    return std::make_unique<DeviceEnergyDriftMonitor>(limit_, DriftState(columns, state),
                                                      options_.action != Action::warn);
}

void EnergyDriftMonitor::tell_of_device(HookContext& context) {
    DriftState const state(context.batch, context.state);
    for (SystemIndex system : context.systems)
        if (std::exchange(state.untold[system.value()], std::uint8_t{0}) != 0)
            report(context, system);
}

void EnergyDriftMonitor::report(HookContext& context, SystemIndex system) {
    Batch const& batch = context.batch;
    DriftState const state(context.batch, context.state);
    std::string const finding =
        fmt::format("the energy has drifted by {:.3g} eV{} in {} steps, more than {:.3g}",
                    state.drift[system.value()],
                    options_.metric == Metric::per_atom_per_step ? " per atom and step" : "",
                    state.step[system.value()], options_.threshold);
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
