// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/logging.hpp"

#include <cmath>

#include "kernels/sample_reduce.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

double kinetic_energy_of(BatchView const& view, SystemIndex system) {
    int const s = system.value();
    std::ptrdiff_t const begin = view.atom_begin[s];
    return kinetic_energy(view.velocities + 3 * begin, view.atomic_masses + begin,
                          view.atom_count[s]);
}

double volume_of(BatchView const& view, SystemIndex system) {
    double const* const h = view.cell + 9 * static_cast<std::ptrdiff_t>(system.value());
    return std::fabs(h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
                     h[2] * (h[3] * h[7] - h[4] * h[6]));
}

double pressure_of(BatchView const& view, SystemIndex system) {
    double const* const stress = view.stress + 9 * static_cast<std::ptrdiff_t>(system.value());
    double const kinetic = 2.0 / 3.0 * kinetic_energy_of(view, system) / volume_of(view, system);
    return kinetic - (stress[0] + stress[4] + stress[8]) / 3.0;
}

}  // namespace

LogScalar kinetic_energy_scalar() {
    return {"kinetic_energy", kinetic_energy_of, false,
            std::vector{Fields::velocities, Fields::atomic_masses}};
}
LogScalar volume_scalar() { return {"volume", volume_of, false, std::vector{Fields::cell}}; }
LogScalar pressure_scalar() {
    return {"pressure", pressure_of, true,
            std::vector{Fields::velocities, Fields::atomic_masses, Fields::cell, Fields::stress}};
}

Logging::Logging(std::unique_ptr<LogWriter> writer, LoggingOptions options)
    : writer_(std::move(writer)), options_(std::move(options)) {
    require_option(options_.frequency >= 1, "frequency", options_.frequency, "1 or more");
    auto const read = [this](FieldIndex field) {
        reads_[static_cast<std::size_t>(field.value())] = true;
    };
    for (FieldIndex const field :
         {Fields::stage_step, Fields::system_id, Fields::status, Fields::energy, Fields::forces,
          Fields::velocities, Fields::atomic_masses, Fields::degrees_of_freedom})
        read(field);
    for (LogScalar const& scalar : options_.scalars) {
        if (!scalar.reads) reads_.fill(true);
        for (FieldIndex const field : scalar.reads.value_or(std::vector<FieldIndex>{})) read(field);
    }
}

bool Logging::needs_stress() const {
    for (LogScalar const& scalar : options_.scalars)
        if (scalar.needs_stress) return true;
    return false;
}

void Logging::open() {
    std::vector<std::string> names{"energy", "fmax", "temperature"};
    for (LogScalar const& scalar : options_.scalars) names.push_back(scalar.name);
    writer_->open(names);
}

void Logging::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    block_.clear(3 + options_.scalars.size());
    for (SystemIndex const system : context.systems) {
        int const s = system.value();
        LogRow& row = block_.add_row();
        row.step = view.stage_step[s];
        row.graph_idx = s;
        row.system_id = view.system_id[s];
        row.name = context.batch.name(system);
        row.status = view.status[s];
        int const atoms = view.atom_count[s];
        block_.add(view.energy[s]);
        block_.add(
            max_norm(view.forces + 3 * static_cast<std::ptrdiff_t>(view.atom_begin[s]), atoms));
        auto const freedom = static_cast<double>(view.degrees_of_freedom[s]);
        block_.add(freedom > 0 ? 2.0 * kinetic_energy_of(view, system) /
                                     (freedom * units::thermal_energy(1.0))
                               : 0.0);
        for (LogScalar const& scalar : options_.scalars) block_.add(scalar.value(view, system));
    }
    writer_->write(block_);
}

}  // namespace athanor
