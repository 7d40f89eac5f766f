// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nph.hpp"

#include <algorithm>

#include "kernels/sample_reduce.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

constexpr double inertia_kelvin = 300.0;

class DeviceNph final : public DeviceDynamics {
public:
    DeviceNph(BarostatStep const& step, double* strain_rate)
        : step_(step), strain_rate_(strain_rate) {}
    void pre_update(DeviceUpdate const& update) override {
        barostat_kick_and_drift(update.queue, update.systems, update.sums, step_, strain_rate_);
    }
    void post_update(DeviceUpdate const& update) override {
        barostat_kick(update.queue, update.systems, update.sums, step_, strain_rate_);
    }

private:
    BarostatStep step_;
    double* strain_rate_;
};

}  // namespace

Nph::Nph(NphOptions const& options) {
    require_option(true, "pressure_ev_per_a3", options.pressure_ev_per_a3, "a finite pressure");
    double const period =
        units::time_from_fs(require_positive("barostat_time_fs", options.barostat_time_fs));
    step_ = {{options.pressure_coupling, options.pressure_ev_per_a3,
              units::thermal_energy(inertia_kelvin), period * period},
             units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))};
}

std::vector<FieldSpec> Nph::state_fields() const {
    return {{"strain_rate",
             Level::system,
             Dtype::float64,
             {6},
             "1/(angstrom*sqrt(amu/eV))",
             FieldRole::state}};
}

void Nph::bind(Batch& batch) {
    strain_rate_ = batch.column<double>(*batch.schema().find("strain_rate"));
}

void Nph::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) std::fill_n(strain_rate_ + 6 * s.value(), 6, 0.0);
}

void Nph::pre_update(UpdateContext const& context) {
    barostat_kick_and_drift(context.batch, context.systems, step_, strain_rate_);
}

void Nph::post_update(UpdateContext const& context) {
    barostat_kick(context.batch, context.systems, step_, strain_rate_);
}

std::unique_ptr<DeviceDynamics> Nph::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceNph>(step_, columns.column<double>("strain_rate"));
}

double Nph::conserved_energy(BatchView const& batch, SystemIndex system) const {
    int const s = system.value();
    int const first = batch.atom_begin[s];
    return kinetic_energy(batch.velocities + 3 * first, batch.atomic_masses + first,
                          batch.atom_count[s]) +
           batch.energy[s] + barostat_energy(batch, system, step_, strain_rate_);
}

}  // namespace athanor
