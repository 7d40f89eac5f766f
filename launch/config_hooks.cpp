// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include <fmt/format.h>
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

HookSpec read_logging(json const& checked, std::string const& pointer,
                      PathReader const& read_path) {
    LoggingSpec spec;
    take_word(checked, "backend", spec.backend);
    spec.path = read_path(checked, "path", pointer + "/path").string();
    take(checked, "frequency", spec.frequency);
    if (holds(checked, "scalars"))
        for (json const& column : checked["scalars"])
            if (column.is_string())
                spec.scalars.push_back(
                    detail::value_of<LogColumn>(column.get_ref<std::string const&>()));
    return spec;
}

HookSpec read_profiler(json const& checked, std::string const& pointer,
                       PathReader const& read_path) {
    ProfilerOptions options;
    options.path = read_path(checked, "path", pointer + "/path").string();
    take(checked, "frequency", options.frequency);
    take_word(checked, "ranges", options.ranges);
    take(checked, "nvtx", options.nvtx);
    take(checked, "max_events", options.max_events);
    return options;
}

HookSpec read_max_force_clamp(json const& checked) {
    MaxForceClampOptions options;
    take(checked, "max_force", options.max_force);
    take(checked, "log_clamps", options.log_clamps);
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

/// The numbers of a list, when it has as many as `target` and all passed the checker.
template <class T, std::size_t count>
bool take_numbers(json const& found, std::array<T, count>& target) {
    if (found.size() != count) return false;
    for (std::size_t k = 0; k < count; ++k)
        if (!found[k].is_null()) found[k].get_to(target[k]);
    return true;
}

CenterOfMassBiasOptions read_center_of_mass(json const& checked, std::string const& pointer,
                                            ConfigErrors& errors) {
    CenterOfMassBiasOptions options;
    take(checked, "spring_constant", options.spring_constant);
    if (holds(checked, "center")) {
        options.center.emplace();
        if (!take_numbers(checked["center"], *options.center))
            errors.add(pointer + "/center",
                       fmt::format("a list of {}; a place is a list of 3, [x, y, z]",
                                   checked["center"].size()));
    }
    if (holds(checked, "indices"))
        for (json const& index : checked["indices"])
            if (!index.is_null()) options.indices.push_back(index.get<int>());
    return options;
}

DistanceBiasOptions read_distance(json const& checked, std::string const& pointer,
                                  ConfigErrors& errors) {
    DistanceBiasOptions options;
    take(checked, "spring_constant", options.spring_constant);
    if (holds(checked, "atoms")) {
        if (!take_numbers(checked["atoms"], options.atoms))
            errors.add(pointer + "/atoms", fmt::format("a list of {}; a distance is between 2 "
                                                       "atoms, [i, j]",
                                                       checked["atoms"].size()));
        else if (options.atoms[0] == options.atoms[1])
            errors.add(pointer + "/atoms",
                       fmt::format("atom {} twice; give two different ones", options.atoms[0]));
    }
    if (holds(checked, "distance")) options.distance = checked["distance"].get<double>();
    return options;
}

WallBiasOptions read_wall(json const& checked) {
    WallBiasOptions options;
    take(checked, "spring_constant", options.spring_constant);
    take_word(checked, "axis", options.axis);
    take(checked, "position", options.position);
    take_word(checked, "side", options.side);
    return options;
}

HookSpec read_biased_potential(json const& checked, std::string const& pointer,
                               ConfigErrors& errors) {
    if (!holds(checked, "bias")) return BiasedPotentialSpec{};
    json const& bias = checked["bias"];
    std::string const bias_pointer = pointer + "/bias";
    auto const& type = bias["type"].get_ref<std::string const&>();
    if (type == "distance") return BiasedPotentialSpec{read_distance(bias, bias_pointer, errors)};
    if (type == "wall") return BiasedPotentialSpec{read_wall(bias)};
    return BiasedPotentialSpec{read_center_of_mass(bias, bias_pointer, errors)};
}

/// The word of the bias of a hook that has one; else empty.
std::string bias_of(json const& hook) {
    if (!holds(hook, "bias")) return {};
    return hook["bias"]["type"].get<std::string>();
}

bool moves_the_cell(DynamicsSpec const& dynamics) {
    return std::visit(
        [](auto const& options) {
            return requires { options.pressure_ev_per_a3; }
            || requires { options.pressure_gpa; };
        },
        dynamics);
}

void check_bias(json const& hooks, std::string const& pointer, std::size_t place,
                StageSpec const& stage, ConfigErrors& errors) {
    std::string const bias = bias_of(hooks[place]), here = child_pointer(pointer, place);
    if (moves_the_cell(stage.dynamics))
        errors.add(here,
                   "a bias has no stress, by which the dynamics of this stage moves the cell; take "
                   "it out, or give a dynamics that keeps the cell");
    if (bias.empty() || bias == "distance")
        return;  // which images of atoms stand there is no matter
    for (std::size_t h = 0; h < hooks.size(); ++h) {
        if (!holds(hooks[h], "type")) continue;
        if (hooks[h]["type"] == "wrap_periodic")
            errors.add(here, fmt::format("the wrap_periodic of {} moves atoms by lattice vectors, "
                                         "at which the biased_potential on {} would jump; take one "
                                         "of the two out",
                                         child_pointer(pointer, h), bias));
        if (hooks[h]["type"] == "align_cell" && h > place)
            errors.add(child_pointer(pointer, h),
                       "it turns atoms whose places a biased_potential before it has looked at; "
                       "put align_cell before it");
    }
}

}  // namespace

void check_hooks_together(json const& hooks, std::string const& pointer, StageSpec const& stage,
                          ConfigErrors& errors) {
    bool has_places = false;
    for (std::size_t h = 0; h < hooks.size(); ++h) {
        if (!holds(hooks[h], "type")) continue;
        auto const& type = hooks[h]["type"].get_ref<std::string const&>();
        has_places = has_places || type == "freeze_atoms";
        if (type == "align_cell" && has_places)
            errors.add(child_pointer(pointer, h),
                       "it turns atoms whose places a freeze_atoms before it has taken; put "
                       "align_cell before it");
        if (type == "biased_potential") check_bias(hooks, pointer, h, stage, errors);
    }
}

void check_rows_stand_once(PlacedHooks const& first, PlacedHooks const& second,
                           ConfigErrors& errors) {
    auto const writes = [](json const& hook) { return holds(hook, "type") && holds(hook, "sink"); };
    bool const is_one_list = &first.hooks == &second.hooks;
    for (std::size_t b = 0; b < second.hooks.size(); ++b)
        for (std::size_t a = 0; a < (is_one_list ? b : first.hooks.size()); ++a) {
            json const &one = first.hooks[a], &other = second.hooks[b];
            if (!writes(one) || !writes(other) || one["type"] != other["type"] ||
                one["sink"] != other["sink"])
                continue;
            errors.add(child_pointer(second.pointer, b),
                       fmt::format("would write rows that {} writes into \"{}\" already; keep one "
                                   "of the two, or give them two sinks",
                                   child_pointer(first.pointer, a),
                                   one["sink"].get_ref<std::string const&>()));
            break;
        }
}

HookSpec read_hook(json const& checked, std::string const& pointer, PathReader const& read_path,
                   ConfigErrors& errors) {
    auto const& type = checked["type"].get_ref<std::string const&>();
    if (type == "align_cell") return AlignCellOptions{};
    if (type == "freeze_atoms") return read_freeze_atoms(checked, pointer, errors);
    if (type == "logging") return read_logging(checked, pointer, read_path);
    if (type == "profiler") return read_profiler(checked, pointer, read_path);
    if (type == "nan_detector") return read_nan_detector(checked);
    if (type == "energy_drift_monitor") return read_energy_drift_monitor(checked);
    if (type == "biased_potential") return read_biased_potential(checked, pointer, errors);
    if (type == "wrap_periodic") return read_wrap_periodic(checked);
    return read_max_force_clamp(checked);
}

}  // namespace athanor
