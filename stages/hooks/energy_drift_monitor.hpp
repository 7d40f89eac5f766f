// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "kernels/energy_drift.hpp"
#include "runtime/hook.hpp"

namespace athanor {

struct EnergyDriftMonitorOptions {
    enum class Metric {
        per_atom_per_step,  ///< |E - E0|/(N · steps) [eV]
        absolute            ///< |E - E0| [eV]
    };
    /// What happens to a sample beyond the threshold.
    enum class Action {
        warn,   ///< one line for this sample in this stage, and it goes on
        raise,  ///< the sample leaves as failed, the others go on
        stop    ///< the campaign ends, exit code 4
    };
    double threshold = 0.0;  ///< [eV], above 0; to be given
    Metric metric = Metric::per_atom_per_step;
    Action action = Action::warn;
    bool include_kinetic = true;  ///< E is potential and kinetic energy, else potential alone
    int frequency = 1;            ///< steps of each sample between looks, above 0
    bool operator==(EnergyDriftMonitorOptions const&) const = default;
};

/// Compares the energy of a sample with the one it entered the stage with:
///   E = U + Σ 1/2 m v², d = |E - E0|, per atom and step d/(N n) with n the steps completed here.
/// A d beyond the threshold is a finding.
/// Points:  on_admission takes E0; after_step compares.
/// Order:   after hooks that change the energy, before those whose rows a failed sample must miss.
/// State:   E0, and whether and of what the sample was warned, in the batch: they stay with the
///          sample.
/// Device:  compares there; the line of a warning is written when the sample comes back, at the
///          latest when it is done.
class EnergyDriftMonitor final : public Hook {
public:
    /// Takes one line without its end; called from the thread that drives the stage.
    using Warn = std::function<void(std::string const&)>;

    /// Throws ConfigError for a threshold that is not above 0 or a frequency below 1.
    EnergyDriftMonitor(EnergyDriftMonitorOptions const& options, Warn warn);

    [[nodiscard]] std::string name() const override { return "energy_drift_monitor"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission || point == HookPoint::after_step;
    }
    [[nodiscard]] int frequency() const override { return options_.frequency; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    /// Throws CampaignError for the first finding when the action is `stop`.
    void fire(HookContext& context) override;
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;
    void tell_of_device(HookContext& context) override;

private:
    [[nodiscard]] double energy_of(BatchView const& view, SystemIndex system) const;
    void report(HookContext& context, SystemIndex system);

    EnergyDriftMonitorOptions options_;
    EnergyDrift limit_;
    Warn warn_;
};

}  // namespace athanor
