// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_reader.hpp"

namespace athanor {

using detail::has;
using detail::holds;
using detail::take;
using detail::take_word;
using nlohmann::json;

namespace {

HookSpec read_max_force_clamp(json const& checked) {
    MaxForceClampOptions options;
    take(checked, "max_force", options.max_force);
    return options;
}

HookSpec read_wrap_periodic(json const& checked) {
    WrapPeriodicOptions options;
    take(checked, "frequency", options.frequency);
    return options;
}

HookSpec read_freeze_atoms(json const& checked, std::string const& pointer, ConfigErrors& errors) {
    FreezeAtomsOptions options;
    if (holds(checked, "category")) options.category = checked["category"].get<std::int64_t>();
    if (holds(checked, "indices"))
        for (json const& index : checked["indices"])
            if (!index.is_null()) options.indices.push_back(index.get<int>());
    take(checked, "zero_forces", options.zero_forces);
    if (has(checked, "category") == has(checked, "indices"))
        errors.add(pointer,
                   "it is not clear which atoms to freeze; give either \"category\" or "
                   "\"indices\"");
    return options;
}

HookSpec read_nan_detector(json const& checked) {
    NanDetectorOptions options;
    if (holds(checked, "fields"))
        for (json const& field : checked["fields"])
            if (!field.is_null()) options.fields.push_back(field.get<std::string>());
    take_word(checked, "action", options.action);
    take(checked, "frequency", options.frequency);
    return options;
}

HookSpec read_energy_drift_monitor(json const& checked) {
    EnergyDriftMonitorOptions options;
    take(checked, "threshold", options.threshold);
    take_word(checked, "metric", options.metric);
    take_word(checked, "action", options.action);
    take(checked, "include_kinetic", options.include_kinetic);
    take(checked, "frequency", options.frequency);
    return options;
}

}  // namespace

HookSpec read_hook(json const& checked, std::string const& pointer, ConfigErrors& errors) {
    auto const& type = checked["type"].get_ref<std::string const&>();
    if (type == "align_cell") return AlignCellOptions{};
    if (type == "freeze_atoms") return read_freeze_atoms(checked, pointer, errors);
    if (type == "nan_detector") return read_nan_detector(checked);
    if (type == "energy_drift_monitor") return read_energy_drift_monitor(checked);
    if (type == "wrap_periodic") return read_wrap_periodic(checked);
    return read_max_force_clamp(checked);
}

}  // namespace athanor
