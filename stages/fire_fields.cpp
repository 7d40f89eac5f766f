// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire_fields.hpp"

namespace athanor {
namespace {

constexpr char const* timestep = "timestep";
constexpr char const* mixing = "mixing";
constexpr char const* downhill = "downhill_steps";

}  // namespace

std::vector<FieldSpec> FireFields::specs() const {
    char const* const time = "angstrom*sqrt(amu/eV)";
    return {{name(timestep), Level::system, Dtype::float64, {1}, time, FieldRole::state},
            {name(mixing), Level::system, Dtype::float64, {1}, "", FieldRole::state},
            {name(downhill), Level::system, Dtype::int64, {1}, "", FieldRole::state}};
}

FireState FireFields::of(Batch& batch) const {
    Schema const& schema = batch.schema();
    return {batch.column<double>(*schema.find(name(timestep))),
            batch.column<double>(*schema.find(name(mixing))),
            batch.column<std::int64_t>(*schema.find(name(downhill)))};
}

FireState FireFields::of(DeviceColumns const& columns) const {
    return {columns.column<double>(name(timestep)), columns.column<double>(name(mixing)),
            columns.column<std::int64_t>(name(downhill))};
}

void begin_relaxation(FireState const& state, std::span<SystemIndex const> systems, double dt,
                      double mixing) {
    for (SystemIndex s : systems) {
        state.dt[s.value()] = dt;
        state.mixing[s.value()] = mixing;
        state.downhill[s.value()] = 0;
    }
}

}  // namespace athanor
