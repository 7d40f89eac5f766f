// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_reader.hpp"
#include "runtime/units.hpp"

namespace athanor {

using detail::has;
using detail::holds;
using detail::take;
using detail::take_word;
using nlohmann::json;

namespace {

FireOptions read_fire(json const& found) {
    FireOptions options;
    take(found, "timestep_fs", options.timestep_fs);
    take(found, "timestep_max_fs", options.timestep_max_fs);
    take(found, "timestep_min_fs", options.timestep_min_fs);
    take(found, "max_step", options.max_step);
    take(found, "downhill_steps", options.downhill_steps);
    take(found, "timestep_increase", options.timestep_increase);
    take(found, "timestep_decrease", options.timestep_decrease);
    take(found, "mixing_start", options.mixing_start);
    take(found, "mixing_decrease", options.mixing_decrease);
    take(found, "keep_velocities", options.keep_velocities);
    return options;
}

Fire2Options read_fire2(json const& found) {
    Fire2Options options;
    take(found, "timestep_fs", options.timestep_fs);
    take(found, "timestep_max_fs", options.timestep_max_fs);
    take(found, "timestep_min_fs", options.timestep_min_fs);
    take(found, "max_step", options.max_step);
    take(found, "delay_steps", options.delay_steps);
    take(found, "timestep_increase", options.timestep_increase);
    take(found, "timestep_decrease", options.timestep_decrease);
    take(found, "mixing_start", options.mixing_start);
    take(found, "mixing_decrease", options.mixing_decrease);
    take(found, "keep_velocities", options.keep_velocities);
    return options;
}

NvtNoseHooverOptions read_nose_hoover(json const& found) {
    NvtNoseHooverOptions options;
    take(found, "timestep_fs", options.timestep_fs);
    take(found, "temperature_kelvin", options.temperature_kelvin);
    take(found, "thermostat_time_fs", options.thermostat_time_fs);
    take(found, "chain_length", options.chain_length);
    take(found, "yoshida_order", options.yoshida_order);
    return options;
}

/// What npt and nph share.
template <class Options>
void read_barostat(json const& found, Options& options) {
    take(found, "timestep_fs", options.timestep_fs);
    take(found, "pressure_ev_per_a3", options.pressure_ev_per_a3);
    if (holds(found, "pressure_gpa"))
        options.pressure_ev_per_a3 =
            units::pressure_from_gpa(found["pressure_gpa"].template get<double>());
    take(found, "barostat_time_fs", options.barostat_time_fs);
    take_word(found, "pressure_coupling", options.pressure_coupling);
}

NptOptions read_npt(json const& found) {
    NptOptions options;
    read_barostat(found, options);
    take(found, "temperature_kelvin", options.temperature_kelvin);
    take(found, "thermostat_time_fs", options.thermostat_time_fs);
    take(found, "chain_length", options.chain_length);
    take(found, "yoshida_order", options.yoshida_order);
    return options;
}

NphOptions read_nph(json const& found) {
    NphOptions options;
    read_barostat(found, options);
    return options;
}

/// False when `type` is no molecular dynamics.
bool read_molecular_dynamics(json const& found, std::string const& type, DynamicsSpec& dynamics) {
    if (type == "demo") {
        DemoOptions options;
        take(found, "timestep_fs", options.timestep_fs);
        dynamics = options;
        return true;
    }
    if (type == "nve") {
        NveOptions options;
        take(found, "timestep_fs", options.timestep_fs);
        dynamics = options;
        return true;
    }
    if (type == "nvt_langevin") {
        NvtLangevinOptions options;
        take(found, "timestep_fs", options.timestep_fs);
        take(found, "temperature_kelvin", options.temperature_kelvin);
        take(found, "friction_per_fs", options.friction_per_fs);
        dynamics = options;
        return true;
    }
    if (type == "nvt_nose_hoover") {
        dynamics = read_nose_hoover(found);
        return true;
    }
    if (type == "npt") {
        dynamics = read_npt(found);
        return true;
    }
    if (type == "nph") {
        dynamics = read_nph(found);
        return true;
    }
    return false;
}

void check_options(std::string const& pointer, FireOptions const& fire, ConfigErrors& errors) {
    if (fire.timestep_max_fs != 0 && fire.timestep_max_fs < fire.timestep_fs)
        errors.add(pointer + "/timestep_max_fs",
                   fmt::format("{} is below timestep_fs, {}; give {} or above, or 0 for ten times "
                               "as much",
                               fire.timestep_max_fs, fire.timestep_fs, fire.timestep_fs));
    if (fire.timestep_min_fs > fire.timestep_fs)
        errors.add(pointer + "/timestep_min_fs",
                   fmt::format("{} is above timestep_fs, {}; give {} or below",
                               fire.timestep_min_fs, fire.timestep_fs, fire.timestep_fs));
}

void check_options(std::string const& pointer, Fire2Options const& fire, ConfigErrors& errors) {
    if (fire.timestep_max_fs < fire.timestep_fs)
        errors.add(pointer + "/timestep_max_fs",
                   fmt::format("{} is below timestep_fs, {}; give {} or above",
                               fire.timestep_max_fs, fire.timestep_fs, fire.timestep_fs));
    if (fire.timestep_min_fs > fire.timestep_fs)
        errors.add(pointer + "/timestep_min_fs",
                   fmt::format("{} is above timestep_fs, {}; give {} or below",
                               fire.timestep_min_fs, fire.timestep_fs, fire.timestep_fs));
}

void check_yoshida_order(std::string const& pointer, int order, ConfigErrors& errors) {
    if (order % 2 == 0)
        errors.add(pointer + "/yoshida_order",
                   fmt::format("{} is no order that has weights; give 1, 3 or 5", order));
}

template <class Options>
void check_options(std::string const& pointer, Options const& options, ConfigErrors& errors) {
    if constexpr (requires { options.yoshida_order; })
        check_yoshida_order(pointer, options.yoshida_order, errors);
    if constexpr (requires { options.relaxation; })
        check_options(pointer, options.relaxation, errors);
}

}  // namespace

StageKind read_dynamics(json const& found, DynamicsSpec& dynamics) {
    if (!holds(found, "type")) return StageKind::unknown;
    auto const& type = found["type"].get_ref<std::string const&>();
    if (type == "single_point") {
        dynamics = SinglePointOptions{};
        return StageKind::single_point;
    }
    if (read_molecular_dynamics(found, type, dynamics)) return StageKind::molecular_dynamics;
    if (type == "fire2") {
        dynamics = read_fire2(found);
        return StageKind::optimizer;
    }
    if (type == "lbfgs") {
        LbfgsOptions options;
        take(found, "max_step", options.max_step);
        take(found, "history", options.history);
        dynamics = options;
        return StageKind::optimizer;
    }
    if (type == "fire_variable_cell") {
        FireVariableCellOptions options{.relaxation = read_fire(found)};
        take(found, "pressure_gpa", options.pressure_gpa);
        dynamics = options;
        return StageKind::optimizer;
    }
    if (type == "fire2_variable_cell") {
        Fire2VariableCellOptions options{.relaxation = read_fire2(found)};
        take(found, "pressure_gpa", options.pressure_gpa);
        dynamics = options;
        return StageKind::optimizer;
    }
    dynamics = read_fire(found);
    return StageKind::optimizer;
}

void check_dynamics(json const& found, std::string const& pointer, DynamicsSpec const& dynamics,
                    ConfigErrors& errors) {
    if (has(found, "pressure_ev_per_a3") && has(found, "pressure_gpa"))
        errors.add(pointer + "/pressure_gpa",
                   "pressure_ev_per_a3 is given too; leave one of them out");
    std::visit([&](auto const& options) { check_options(pointer, options, errors); }, dynamics);
}

}  // namespace athanor
