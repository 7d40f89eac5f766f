// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_keys.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "kernels/lbfgs_step.hpp"
#include "launch/nearest_word.hpp"

namespace athanor {
namespace {

using enum KeyKind;

constexpr double largest_int = 2147483647.0;
constexpr double largest_exact = 9007199254740992.0;  // 2^53
constexpr double largest_seed = 18446744073709551615.0;

constexpr std::string_view later_hooks = "a later version has this hook";

// --- dynamics ------------------------------------------------------------------------------------
constexpr KeySpec timestep{.key = "timestep_fs",
                           .kind = number,
                           .noun = "time step",
                           .help = "time step",
                           .default_json = "1.0",
                           .unit = "femtoseconds",
                           .least = 0,
                           .above_least = true};
constexpr std::array nve_keys{timestep};
constexpr std::array nvt_langevin_keys{
    timestep,
    KeySpec{.key = "temperature_kelvin",
            .kind = number,
            .noun = "temperature",
            .help = "temperature of the heat bath",
            .default_json = "300.0",
            .unit = "kelvin",
            .least = 0},
    KeySpec{.key = "friction_per_fs",
            .kind = number,
            .noun = "friction",
            .help = "friction coefficient; 0 is constant energy",
            .default_json = "0.01",
            .unit = "inverse femtoseconds",
            .least = 0},
};
constexpr KeySpec bath_temperature{.key = "temperature_kelvin",
                                   .kind = number,
                                   .noun = "temperature",
                                   .help = "temperature of the heat bath",
                                   .default_json = "300.0",
                                   .unit = "kelvin",
                                   .least = 0,
                                   .above_least = true};
constexpr KeySpec thermostat_time{
    .key = "thermostat_time_fs",
    .kind = number,
    .noun = "time",
    .help = "period of the thermostat, some ten periods of the fastest motion",
    .default_json = "100.0",
    .unit = "femtoseconds",
    .least = 0,
    .above_least = true};
constexpr KeySpec chain_length{.key = "chain_length",
                               .kind = integer,
                               .noun = "length of the chain",
                               .help = "thermostats in the chain",
                               .default_json = "3",
                               .least = 1,
                               .most = 8};
constexpr KeySpec yoshida_order{.key = "yoshida_order",
                                .kind = integer,
                                .noun = "order",
                                .help = "Suzuki-Yoshida weights of a chain step: 1, 3 or 5",
                                .default_json = "3",
                                .least = 1,
                                .most = 5};
constexpr std::array nvt_nose_hoover_keys{timestep, bath_temperature, thermostat_time, chain_length,
                                          yoshida_order};
constexpr std::array pressure_coupling_choices{
    KeyChoice{.word = "isotropic", .help = "all directions alike"},
    KeyChoice{.word = "anisotropic", .help = "x, y and z each on its own"},
    KeyChoice{.word = "triclinic", .help = "any strain, no rotation"},
};
constexpr KeySpec pressure_gpa{.key = "pressure_gpa",
                               .kind = number,
                               .noun = "pressure",
                               .help =
                                   "pressure; 0 when neither "
                                   "this nor pressure_ev_per_a3 is given",
                               .unit = "gigapascal"};
constexpr KeySpec pressure_ev_per_a3{.key = "pressure_ev_per_a3",
                                     .kind = number,
                                     .noun = "pressure",
                                     .help = "pressure, in place of pressure_gpa",
                                     .unit = "eV/Å³"};
constexpr KeySpec barostat_time{.key = "barostat_time_fs",
                                .kind = number,
                                .noun = "time",
                                .help = "period of the cell, several times the thermostat's",
                                .default_json = "1000.0",
                                .unit = "femtoseconds",
                                .least = 0,
                                .above_least = true};
constexpr KeySpec pressure_coupling{.key = "pressure_coupling",
                                    .kind = word,
                                    .noun = "pressure coupling",
                                    .help = "which changes of the cell there are",
                                    .default_json = "\"isotropic\"",
                                    .choices = pressure_coupling_choices};
constexpr std::array nph_keys{timestep, pressure_gpa, pressure_ev_per_a3, barostat_time,
                              pressure_coupling};
constexpr std::array npt_keys{timestep,           bath_temperature, pressure_gpa,
                              pressure_ev_per_a3, barostat_time,    thermostat_time,
                              pressure_coupling,  chain_length,     yoshida_order};
constexpr std::array fire_keys{
    timestep,
    KeySpec{.key = "timestep_max_fs",
            .kind = number,
            .noun = "time step",
            .help = "largest time step; 0 is ten times timestep_fs",
            .default_json = "0.0",
            .unit = "femtoseconds",
            .least = 0},
    KeySpec{.key = "timestep_min_fs",
            .kind = number,
            .noun = "time step",
            .help = "smallest time step; 0 is 0.02 times timestep_fs",
            .default_json = "0.0",
            .unit = "femtoseconds",
            .least = 0},
    KeySpec{.key = "max_step",
            .kind = number,
            .noun = "length",
            .help = "largest move of one atom in one step",
            .default_json = "0.2",
            .unit = "ångström",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "downhill_steps",
            .kind = integer,
            .noun = "number of steps",
            .help = "steps downhill before the time step grows",
            .default_json = "5",
            .least = 0,
            .most = largest_int},
    KeySpec{.key = "timestep_increase",
            .kind = number,
            .noun = "factor of growth",
            .help = "factor on the time step while going downhill",
            .default_json = "1.1",
            .least = 1,
            .above_least = true},
    KeySpec{.key = "timestep_decrease",
            .kind = number,
            .noun = "factor of decrease",
            .help = "factor on the time step after a step uphill",
            .default_json = "0.5",
            .least = 0,
            .most = 1,
            .above_least = true,
            .below_most = true},
    KeySpec{.key = "mixing_start",
            .kind = number,
            .noun = "mixing",
            .help = "share of the force direction in the velocity, at the start and after uphill",
            .default_json = "0.1",
            .least = 0,
            .most = 1,
            .above_least = true},
    KeySpec{.key = "mixing_decrease",
            .kind = number,
            .noun = "factor of decrease",
            .help = "factor on the mixing while going downhill",
            .default_json = "0.99",
            .least = 0,
            .most = 1,
            .above_least = true},
    KeySpec{.key = "keep_velocities",
            .kind = boolean,
            .noun = "switch",
            .help = "start from the sample's velocities and leave them behind",
            .default_json = "false"},
};
constexpr std::array fire2_keys{
    KeySpec{.key = "timestep_fs",
            .kind = number,
            .noun = "time step",
            .help = "first time step; every atom counts as 1 amu",
            .default_json = "0.5",
            .unit = "femtoseconds",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "timestep_max_fs",
            .kind = number,
            .noun = "time step",
            .help = "largest time step",
            .default_json = "0.8",
            .unit = "femtoseconds",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "timestep_min_fs",
            .kind = number,
            .noun = "time step",
            .help = "smallest time step",
            .default_json = "0.05",
            .unit = "femtoseconds",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "max_step",
            .kind = number,
            .noun = "length",
            .help = "largest move of one atom in one step",
            .default_json = "0.1",
            .unit = "ångström",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "delay_steps",
            .kind = integer,
            .noun = "number of steps",
            .help = "steps downhill before the time step grows",
            .default_json = "60",
            .least = 0,
            .most = largest_int},
    KeySpec{.key = "timestep_increase",
            .kind = number,
            .noun = "factor of growth",
            .help = "factor on the time step while going downhill",
            .default_json = "1.05",
            .least = 1,
            .above_least = true},
    KeySpec{.key = "timestep_decrease",
            .kind = number,
            .noun = "factor of decrease",
            .help = "factor on the time step after a step uphill",
            .default_json = "0.75",
            .least = 0,
            .most = 1,
            .above_least = true,
            .below_most = true},
    KeySpec{.key = "mixing_start",
            .kind = number,
            .noun = "mixing",
            .help = "share of the force direction in the velocity, at the start and after uphill",
            .default_json = "0.09",
            .least = 0,
            .most = 1,
            .above_least = true},
    KeySpec{.key = "mixing_decrease",
            .kind = number,
            .noun = "factor of decrease",
            .help = "factor on the mixing while going downhill",
            .default_json = "0.985",
            .least = 0,
            .most = 1,
            .above_least = true},
    KeySpec{.key = "keep_velocities",
            .kind = boolean,
            .noun = "switch",
            .help = "start from the sample's velocities and leave them behind",
            .default_json = "false"},
};
constexpr KeySpec pressure{.key = "pressure_gpa",
                           .kind = number,
                           .noun = "pressure",
                           .help = "external pressure",
                           .default_json = "0.0",
                           .unit = "gigapascal"};
/// The keys of a relaxation without its last one, keep_velocities, and with a pressure.
template <std::size_t Count>
constexpr std::array<KeySpec, Count> with_pressure(std::array<KeySpec, Count> keys) {
    keys[Count - 1] = pressure;
    return keys;
}
constexpr auto fire_variable_cell_keys = with_pressure(fire_keys);
constexpr auto fire2_variable_cell_keys = with_pressure(fire2_keys);
constexpr std::array lbfgs_keys{
    KeySpec{.key = "max_step",
            .kind = number,
            .noun = "length",
            .help = "largest move of one atom in one step",
            .default_json = "0.2",
            .unit = "ångström",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "history",
            .kind = integer,
            .noun = "number of moves",
            .help = "moves that a sample remembers",
            .default_json = "16",
            .least = 1,
            .most = most_lbfgs_pairs},
};
constexpr std::array dynamics_choices{
    KeyChoice{.word = "single_point", .help = "one evaluation of energy and forces"},
    KeyChoice{.word = "demo",
              .help = "constant energy, velocity Verlet with averaged accelerations",
              .keys = nve_keys},
    KeyChoice{.word = "nve", .help = "constant energy, velocity Verlet", .keys = nve_keys},
    KeyChoice{.word = "nvt_langevin",
              .help = "constant temperature, Langevin dynamics (BAOAB)",
              .keys = nvt_langevin_keys},
    KeyChoice{.word = "nvt_nose_hoover",
              .help = "constant temperature, Nosé-Hoover chains",
              .keys = nvt_nose_hoover_keys},
    KeyChoice{.word = "npt",
              .help = "constant temperature and pressure, Martyna-Tobias-Klein",
              .keys = npt_keys},
    KeyChoice{.word = "nph", .help = "constant enthalpy and pressure", .keys = nph_keys},
    KeyChoice{
        .word = "fire", .help = "relaxation, fast inertial relaxation engine", .keys = fire_keys},
    KeyChoice{.word = "fire2", .help = "relaxation, FIRE 2.0", .keys = fire2_keys},
    KeyChoice{.word = "fire_variable_cell",
              .help = "relaxation of positions and cell, FIRE",
              .keys = fire_variable_cell_keys},
    KeyChoice{.word = "fire2_variable_cell",
              .help = "relaxation of positions and cell, FIRE 2.0",
              .keys = fire2_variable_cell_keys},
    KeyChoice{.word = "lbfgs", .help = "relaxation, limited-memory BFGS", .keys = lbfgs_keys},
};

// --- convergence ---------------------------------------------------------------------------------
constexpr std::array reduce_choices{
    KeyChoice{.word = "norm", .help = "length of the row"},
    KeyChoice{.word = "max_abs", .help = "largest magnitude"},
    KeyChoice{.word = "max", .help = "largest element"},
    KeyChoice{.word = "min", .help = "smallest element"},
    KeyChoice{.word = "sum", .help = "sum of the elements"},
    KeyChoice{.word = "mean", .help = "mean of the elements"},
};
constexpr std::array converge_keys{
    KeySpec{.key = "fmax",
            .kind = number,
            .noun = "force",
            .help = "no atom feels more than this",
            .required = true,
            .unit = "eV/Å",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "residual_stress_gpa",
            .kind = number,
            .noun = "stress",
            .help = "relaxations that move the cell: no element of stress plus pressure exceeds "
                    "this",
            .unit = "gigapascal",
            .least = 0,
            .above_least = true},
};
constexpr std::array criterion_keys{
    KeySpec{.key = "field",
            .noun = "field",
            .help = "field that the criterion looks at",
            .default_json = "\"forces\"",
            .may_be_empty = false},
    KeySpec{.key = "reduce",
            .kind = word,
            .noun = "reduction",
            .help = "how the elements of one row become one number",
            .default_json = "\"norm\"",
            .choices = reduce_choices},
    KeySpec{.key = "threshold",
            .kind = number,
            .noun = "threshold",
            .help = "the largest row value is at most this, in the field's unit",
            .required = true},
};
constexpr KeySpec criterion{
    .kind = object, .noun = "criterion", .help = "one condition", .keys = criterion_keys};

// --- hooks ---------------------------------------------------------------------------------------
constexpr KeySpec hook_sink{.key = "sink",
                            .noun = "sink",
                            .help = "name of the sink that takes the rows",
                            .required = true,
                            .may_be_empty = false};
constexpr std::array snapshot_keys{
    hook_sink,
    KeySpec{.key = "frequency",
            .kind = integer,
            .noun = "frequency",
            .help = "a row every so many of the sample's own steps",
            .default_json = "1",
            .unit = "steps",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "initial",
            .kind = boolean,
            .noun = "switch",
            .help = "also a row when the sample enters the stage",
            .default_json = "false"},
};
constexpr std::array converged_snapshot_keys{hook_sink};
constexpr KeySpec hook_frequency{.key = "frequency",
                                 .kind = integer,
                                 .noun = "frequency",
                                 .help = "it fires every so many of the sample's own steps",
                                 .default_json = "1",
                                 .unit = "steps",
                                 .least = 1,
                                 .most = largest_int};
constexpr std::array max_force_clamp_keys{
    KeySpec{.key = "max_force",
            .kind = number,
            .noun = "force",
            .help = "longest force that an atom keeps",
            .required = true,
            .unit = "eV/Å",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "log_clamps",
            .kind = boolean,
            .noun = "switch",
            .help = "a line for the first shortened force of a sample, and one with the sums",
            .default_json = "false"},
};
constexpr std::array wrap_periodic_keys{hook_frequency};
constexpr KeySpec atom_index{.kind = integer,
                             .noun = "number of an atom",
                             .help = "an atom, from 0",
                             .least = 0,
                             .most = largest_int};
constexpr std::array freeze_atoms_keys{
    KeySpec{.key = "category",
            .kind = integer,
            .noun = "category",
            .help = "atoms with this value in atom_categories",
            .least = -1,
            .most = 10},
    KeySpec{.key = "indices",
            .kind = list,
            .noun = "list of atoms",
            .help = "atoms of every sample, from 0",
            .may_be_empty = false,
            .item = &atom_index},
    KeySpec{.key = "zero_forces",
            .kind = boolean,
            .noun = "switch",
            .help = "forces of frozen atoms count as zero",
            .default_json = "true"},
};
constexpr KeySpec spring_constant{.key = "spring_constant",
                                  .kind = number,
                                  .noun = "spring constant",
                                  .help = "k of E = k/2 d²",
                                  .required = true,
                                  .unit = "eV/Å²",
                                  .least = 0,
                                  .above_least = true};
constexpr KeySpec coordinate{
    .kind = number, .noun = "coordinate", .help = "x, y or z", .unit = "ångström"};
constexpr std::array center_of_mass_keys{
    spring_constant,
    KeySpec{.key = "center",
            .kind = list,
            .noun = "place",
            .help = "where the centre of mass is held, x y z; where it enters when left out",
            .item = &coordinate},
    KeySpec{.key = "indices",
            .kind = list,
            .noun = "list of atoms",
            .help = "atoms of every sample, from 0; all when left out",
            .may_be_empty = false,
            .item = &atom_index},
};
constexpr std::array distance_keys{
    spring_constant,
    KeySpec{.key = "atoms",
            .kind = list,
            .noun = "pair of atoms",
            .help = "two atoms of every sample, from 0",
            .required = true,
            .item = &atom_index},
    KeySpec{.key = "distance",
            .kind = number,
            .noun = "distance",
            .help = "distance at which they are held; that at admission when left out",
            .unit = "ångström",
            .least = 0},
};
constexpr std::array axis_choices{KeyChoice{.word = "x"}, KeyChoice{.word = "y"},
                                  KeyChoice{.word = "z"}};
constexpr std::array side_choices{
    KeyChoice{.word = "below", .help = "atoms stay below the position"},
    KeyChoice{.word = "above", .help = "atoms stay above it"},
};
constexpr std::array wall_keys{
    spring_constant,
    KeySpec{.key = "axis",
            .kind = word,
            .noun = "axis",
            .help = "axis at right angles to the wall",
            .required = true,
            .choices = axis_choices},
    KeySpec{.key = "position",
            .kind = number,
            .noun = "position",
            .help = "where the wall stands on the axis",
            .required = true,
            .unit = "ångström"},
    KeySpec{.key = "side",
            .kind = word,
            .noun = "side",
            .help = "where atoms may be",
            .required = true,
            .choices = side_choices},
};
constexpr std::array bias_choices{
    KeyChoice{.word = "center_of_mass",
              .help = "a spring on the centre of mass",
              .keys = center_of_mass_keys},
    KeyChoice{.word = "distance", .help = "a spring between two atoms", .keys = distance_keys},
    KeyChoice{.word = "wall", .help = "a spring for every atom beyond a plane", .keys = wall_keys},
};
constexpr std::array biased_potential_keys{
    KeySpec{.key = "bias",
            .kind = tagged,
            .noun = "bias",
            .help = "what is added to the energy of the model",
            .required = true,
            .choices = bias_choices},
};
constexpr KeySpec field_name{
    .noun = "field", .help = "name of a field of the samples", .may_be_empty = false};
constexpr std::array nan_action_choices{
    KeyChoice{.word = "quarantine", .help = "the sample leaves, the others go on"},
    KeyChoice{.word = "stop", .help = "the campaign ends"},
};
constexpr std::array nan_detector_keys{
    KeySpec{.key = "fields",
            .kind = list,
            .noun = "list of fields",
            .help = "to look at beside positions, energy and forces",
            .default_json = "[]",
            .item = &field_name},
    KeySpec{.key = "action",
            .kind = word,
            .noun = "action",
            .help = "what happens to a sample that is no longer finite",
            .default_json = "\"quarantine\"",
            .choices = nan_action_choices},
    hook_frequency,
};
constexpr std::array drift_metric_choices{
    KeyChoice{.word = "per_atom_per_step", .help = "divided by atoms and steps"},
    KeyChoice{.word = "absolute", .help = "as it is"},
};
constexpr std::array drift_action_choices{
    KeyChoice{.word = "warn", .help = "one line per sample and stage"},
    KeyChoice{.word = "raise", .help = "the sample goes to quarantine, the others go on"},
    KeyChoice{.word = "stop", .help = "the campaign ends"},
};
constexpr std::array energy_drift_monitor_keys{
    KeySpec{.key = "threshold",
            .kind = number,
            .noun = "threshold",
            .help = "largest drift that passes",
            .required = true,
            .unit = "eV",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "metric",
            .kind = word,
            .noun = "metric",
            .help = "what the threshold is compared with",
            .default_json = "\"per_atom_per_step\"",
            .choices = drift_metric_choices},
    KeySpec{.key = "action",
            .kind = word,
            .noun = "action",
            .help = "what happens to a sample beyond the threshold",
            .default_json = "\"warn\"",
            .choices = drift_action_choices},
    KeySpec{.key = "include_kinetic",
            .kind = boolean,
            .noun = "switch",
            .help = "the kinetic energy counts too",
            .default_json = "true"},
    hook_frequency,
};
constexpr std::array neighbor_list_keys{
    KeySpec{.key = "skin",
            .kind = number,
            .noun = "length",
            .help = "how much farther than the cutoff the list of the stage reaches",
            .default_json = "2.0",
            .unit = "ångström",
            .least = 0},
    KeySpec{.key = "store_edges",
            .kind = boolean,
            .noun = "switch",
            .help = "rows of the stage are stored with the pairs within the cutoff",
            .default_json = "false"},
};
constexpr std::array backend_choices{
    KeyChoice{.word = "csv", .help = "comma-separated values"},
    KeyChoice{.word = "tensorboard", .help = "an event file for TensorBoard"},
};
constexpr std::array column_choices{
    KeyChoice{.word = "kinetic_energy", .help = "in eV"},
    KeyChoice{.word = "volume", .help = "in cubic ångström"},
    KeyChoice{.word = "pressure", .help = "in eV per cubic ångström"},
};
constexpr KeySpec log_column{.kind = word,
                             .noun = "column of a log",
                             .help = "one column beside energy, fmax and temperature",
                             .choices = column_choices};
constexpr std::array logging_keys{
    KeySpec{.key = "backend",
            .kind = word,
            .noun = "form of a log",
            .help = "what the log is read with",
            .default_json = "\"csv\"",
            .choices = backend_choices},
    KeySpec{.key = "path",
            .noun = "path",
            .help = "csv: file to write; tensorboard: folder of the event file",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "frequency",
            .kind = integer,
            .noun = "frequency",
            .help = "a line every so many of the sample's own steps",
            .default_json = "1",
            .unit = "steps",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "scalars",
            .kind = list,
            .noun = "list of columns",
            .help = "columns beside energy, fmax and temperature",
            .default_json = "[]",
            .item = &log_column},
};
constexpr std::array profiler_range_choices{
    KeyChoice{.word = "all", .help = "hooks and kernels too"},
    KeyChoice{.word = "step", .help = "whole steps, and what lies between them"},
};
constexpr std::array profiler_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "file to write, for Perfetto or chrome://tracing",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "frequency",
            .kind = integer,
            .noun = "frequency",
            .help = "it records every so many steps of the batch",
            .default_json = "1",
            .unit = "steps",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "ranges",
            .kind = word,
            .noun = "choice of ranges",
            .help = "what stands on the timeline",
            .default_json = "\"all\"",
            .choices = profiler_range_choices},
    KeySpec{.key = "nvtx",
            .kind = boolean,
            .noun = "switch",
            .help = "steps and hooks are shown to NVIDIA's tools as well",
            .default_json = "true"},
    KeySpec{.key = "max_events",
            .kind = integer,
            .noun = "number of ranges",
            .help = "ranges that the file can hold; the others are counted",
            .default_json = "1000000",
            .least = 1,
            .most = 100000000},
};
constexpr std::array hook_choices{
    KeyChoice{.word = "logging",
              .help = "a line per sample every few steps, in a file",
              .keys = logging_keys},
    KeyChoice{
        .word = "snapshot", .help = "rows of all samples every few steps", .keys = snapshot_keys},
    KeyChoice{.word = "converged_snapshot",
              .help = "one row of every sample that converges",
              .keys = converged_snapshot_keys},
    KeyChoice{.word = "energy_drift_monitor",
              .help = "compares the energy with that at admission; warn, raise or stop",
              .keys = energy_drift_monitor_keys},
    KeyChoice{.word = "profiler",
              .help = "where the time of the stage goes, on a timeline",
              .keys = profiler_keys},
    KeyChoice{.word = "nan_detector",
              .help = "says where a number is not finite; quarantine or stop",
              .keys = nan_detector_keys},
    KeyChoice{.word = "max_force_clamp",
              .help = "shortens forces that are too long, keeps their direction",
              .keys = max_force_clamp_keys},
    KeyChoice{.word = "freeze_atoms",
              .help = "holds atoms of a category, or of a list, where they are",
              .keys = freeze_atoms_keys},
    KeyChoice{.word = "biased_potential",
              .help = "adds a bias to the energy and forces of the model",
              .keys = biased_potential_keys},
    KeyChoice{.word = "neighbor_list",
              .help = "settings of the stage's neighbour list",
              .keys = neighbor_list_keys},
    KeyChoice{.word = "wrap_periodic",
              .help = "moves atoms back into the cell, by whole lattice vectors",
              .keys = wrap_periodic_keys},
    KeyChoice{.word = "align_cell",
              .help = "turns a sample so that its cell is lower triangular, never a mirror"},
};
constexpr KeySpec hook{.kind = tagged, .noun = "hook", .help = "one hook", .choices = hook_choices};

// --- pipeline ------------------------------------------------------------------------------------
constexpr std::array degrees_choices{
    KeyChoice{.word = "auto", .help = "3 less than 3N where the campaign removed the momentum"},
    KeyChoice{.word = "3N", .help = "three per atom"},
};
constexpr std::array stage_keys{
    KeySpec{.key = "name",
            .noun = "name",
            .help = "name in tables and stores; stage_0, stage_1 ... when left out",
            .may_be_empty = false},
    KeySpec{.key = "dynamics",
            .kind = tagged,
            .noun = "dynamics",
            .help = "what happens to a sample in a step",
            .required = true,
            .choices = dynamics_choices},
    KeySpec{.key = "converge",
            .kind = object_or_list,
            .noun = "convergence",
            .help = "optimizers: when a sample is done; all criteria must hold",
            .may_be_empty = false,
            .keys = converge_keys,
            .item = &criterion},
    KeySpec{.key = "max_steps",
            .kind = integer,
            .noun = "number of steps",
            .help = "optimizers: the sample goes on after so many steps, converged or not",
            .least = 1,
            .most = largest_exact},
    KeySpec{.key = "steps",
            .kind = integer,
            .noun = "number of steps",
            .help = "molecular dynamics: exactly so many steps",
            .least = 1,
            .most = largest_exact},
    KeySpec{.key = "initial_temperature_kelvin",
            .kind = number,
            .noun = "temperature",
            .help = "velocities are drawn anew at this temperature when a sample enters",
            .unit = "kelvin",
            .least = 0},
    KeySpec{
        .key = "degrees_of_freedom",
        .kind = word,
        .noun = "count of degrees of freedom",
        .help = "what a temperature is divided by; auto: 3N - 3 where the stage draws velocities",
        .default_json = "\"auto\"",
        .choices = degrees_choices},
    KeySpec{.key = "hooks",
            .kind = list,
            .noun = "list of hooks",
            .help = "what looks at the samples of this stage",
            .default_json = "[]",
            .item = &hook},
    KeySpec{.key = "replicas",
            .kind = integer,
            .noun = "number of replicas",
            .help = "instances of the stage, each on a rank of its own",
            .default_json = "1",
            .least = 1,
            .most = largest_int,
            .unavailable = "a stage has one instance",
            .only_available = "1"},
    KeySpec{.key = "ranks",
            .help = "ranks that run the stage",
            .unavailable = "stages stand on ranks in the order of the pipeline"},
    KeySpec{.key = "overflow",
            .help = "sinks for samples that are still to run",
            .unavailable = "samples wait in their batch until the next stage has room"},
};
constexpr KeySpec stage{.kind = object, .noun = "stage", .help = "one stage", .keys = stage_keys};
constexpr std::array fused_order_choices{
    KeyChoice{.word = "standard",
              .help = "forces between the updates: second order, equal to the pipelined run"},
    KeyChoice{.word = "documented", .help = "forces first, then both updates of each stage"},
};
constexpr std::array fuse_keys{
    KeySpec{.key = "fuse",
            .kind = list,
            .noun = "list of stages",
            .help = "stages that share one batch and one evaluation of forces",
            .required = true,
            .may_be_empty = false,
            .item = &stage},
    KeySpec{.key = "order",
            .kind = word,
            .noun = "order of a step",
            .help = "where in a step the forces are evaluated",
            .default_json = "\"standard\"",
            .choices = fused_order_choices},
    KeySpec{.key = "hooks",
            .kind = list,
            .noun = "list of hooks",
            .help = "what looks at the samples of all fused stages, in one go",
            .default_json = "[]",
            .item = &hook},
};
constexpr KeySpec fused{
    .kind = object, .noun = "fused element", .help = "several stages", .keys = fuse_keys};
constexpr KeySpec element{.kind = stage_or_fuse,
                          .noun = "element of a pipeline",
                          .help = "a stage, or {\"fuse\": [stage, ...]}",
                          .keys = stage_keys,
                          .item = &fused};

// --- model ---------------------------------------------------------------------------------------
constexpr std::array lennard_jones_parameter_keys{
    KeySpec{.key = "epsilon",
            .kind = number,
            .noun = "energy",
            .help = "depth of the well",
            .required = true,
            .unit = "eV",
            .least = 0},
    KeySpec{.key = "sigma",
            .kind = number,
            .noun = "length",
            .help = "distance at which the energy crosses zero",
            .required = true,
            .unit = "ångström",
            .least = 0,
            .above_least = true},
};
constexpr KeySpec lennard_jones_parameters{.kind = object,
                                           .noun = "set of parameters",
                                           .help = "epsilon and sigma",
                                           .keys = lennard_jones_parameter_keys};
constexpr std::array lennard_jones_keys{
    KeySpec{.key = "cutoff",
            .kind = number,
            .noun = "cutoff",
            .help = "pairs farther apart do not interact",
            .required = true,
            .unit = "ångström",
            .least = 0,
            .above_least = true},
    KeySpec{.key = "species",
            .kind = map,
            .noun = "map of species",
            .help = "parameters of each element, by symbol",
            .required = true,
            .may_be_empty = false,
            .item = &lennard_jones_parameters},
    KeySpec{.key = "pairs",
            .kind = map,
            .noun = "map of pairs",
            .help = "parameters in place of the mixing rule, by \"Ar-Kr\" in either order",
            .default_json = "{}",
            .item = &lennard_jones_parameters},
    KeySpec{.key = "shift",
            .kind = boolean,
            .noun = "switch",
            .help = "the energy of a pair is shifted to zero at the cutoff",
            .default_json = "false"},
    KeySpec{.key = "switch_width",
            .kind = number,
            .noun = "length",
            .help = "energy and force go smoothly to zero over this length; 0 is no switch",
            .default_json = "0.0",
            .unit = "ångström",
            .least = 0},
};
constexpr std::array model_choices{
    KeyChoice{.word = "lennard_jones", .help = "Lennard-Jones pairs", .keys = lennard_jones_keys},
};

// --- input, sampler, buffers ---------------------------------------------------------------------
constexpr std::array input_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "extended XYZ file with the structures, .gz too",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "select",
            .noun = "selection",
            .help = "frames that take part: \"5\", \"10:20\", \"::100\"",
            .default_json = "\":\"",
            .may_be_empty = false,
            .digits_are_text = true},
};
constexpr std::array order_choices{
    KeyChoice{.word = "input", .help = "the first that fits, in the order of the input"},
    KeyChoice{.word = "largest_first", .help = "the largest that fits, of those read ahead"},
};
constexpr std::array sampler_keys{
    KeySpec{.key = "max_systems",
            .kind = integer,
            .noun = "number of systems",
            .help = "samples in a batch",
            .default_json = "64",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "max_atoms",
            .kind = integer,
            .noun = "number of atoms",
            .help = "atoms in a batch",
            .default_json = "8192",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "max_edges",
            .kind = integer,
            .noun = "number of edges",
            .help = "edges in a batch; 0 is no bound",
            .default_json = "0",
            .least = 0,
            .most = largest_int},
    KeySpec{.key = "order",
            .kind = word,
            .noun = "order of samples",
            .help = "which of the samples that fit comes next; results do not depend on it",
            .default_json = "\"largest_first\"",
            .choices = order_choices},
    KeySpec{.key = "window",
            .kind = integer,
            .noun = "number of samples",
            .help = "samples read ahead, from which the next one is chosen",
            .default_json = "64",
            .least = 1,
            .most = 65536},
    KeySpec{.key = "refill_frequency",
            .kind = integer,
            .noun = "frequency",
            .help = "freed room is filled every so many steps of the batch",
            .default_json = "1",
            .unit = "steps",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "batch",
            .help = "\"auto\": batch sizes from the memory there is",
            .unavailable = "give max_systems and max_atoms"},
};
constexpr std::array mode_choices{
    KeyChoice{.word = "sync", .help = "a send waits until its message has left"},
    KeyChoice{.word = "async_recv", .help = "receives are posted ahead"},
    KeyChoice{.word = "fully_async", .help = "sends and receives are under way during steps"},
};
constexpr std::array buffer_keys{
    KeySpec{.key = "systems",
            .kind = integer,
            .noun = "number of systems",
            .help = "samples in a slot",
            .default_json = "16",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "atoms",
            .kind = integer,
            .noun = "number of atoms",
            .help = "atoms in a slot",
            .default_json = "2048",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "edges",
            .kind = integer,
            .noun = "number of edges",
            .help = "edges in a slot; 0: no edge columns travel",
            .default_json = "0",
            .least = 0,
            .most = largest_int},
    KeySpec{.key = "slots",
            .kind = integer,
            .noun = "number of slots",
            .help = "messages that can be under way between two stages",
            .default_json = "3",
            .least = 1,
            .most = 1024},
    KeySpec{.key = "mode",
            .kind = word,
            .noun = "channel mode",
            .help = "how messages overlap with steps; results do not depend on it",
            .default_json = "\"async_recv\"",
            .choices = mode_choices},
};

// --- sinks ---------------------------------------------------------------------------------------
constexpr std::array dtype_choices{KeyChoice{.word = "float64"}, KeyChoice{.word = "float32"}};
constexpr std::array codec_choices{
    KeyChoice{.word = "none", .help = "no compression"},
    KeyChoice{.word = "blosclz"},
    KeyChoice{.word = "lz4"},
    KeyChoice{.word = "lz4hc"},
    KeyChoice{.word = "zlib"},
    KeyChoice{.word = "zstd"},
};
constexpr std::array durability_choices{
    KeyChoice{.word = "none", .help = "the system writes to disk when it likes"},
    KeyChoice{.word = "commit", .help = "chunks reach the disk before the count that names them"},
    KeyChoice{.word = "strict", .help = "every append is on disk when it returns"},
};
constexpr std::array zarr_keys{
    KeySpec{.key = "url",
            .noun = "path",
            .help = "folder of the store",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "dtype",
            .kind = word,
            .noun = "type of numbers",
            .help = "floating-point type of the stored rows",
            .default_json = "\"float64\"",
            .choices = dtype_choices},
    KeySpec{.key = "chunk_rows",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows in a chunk of an array over atoms or edges",
            .default_json = "16384",
            .least = 1,
            .most = 16777216},
    KeySpec{.key = "system_chunk_rows",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows in a chunk of an array over structures",
            .default_json = "1024",
            .least = 1,
            .most = 16777216},
    KeySpec{.key = "shard_rows",
            .help = "rows in a shard",
            .unavailable = "stores are written without shards"},
    KeySpec{.key = "codec",
            .kind = word,
            .noun = "codec",
            .help = "compressor inside Blosc",
            .default_json = "\"lz4\"",
            .choices = codec_choices},
    KeySpec{.key = "level",
            .kind = integer,
            .noun = "compression level",
            .help = "0 is fastest, 9 is smallest",
            .default_json = "5",
            .least = 0,
            .most = 9},
    KeySpec{.key = "durability",
            .kind = word,
            .noun = "durability",
            .help = "what survives a power cut",
            .default_json = "\"commit\"",
            .choices = durability_choices},
};
constexpr std::array host_memory_keys{
    KeySpec{.key = "capacity",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows that it holds; 0 is no bound",
            .default_json = "0",
            .least = 0,
            .most = largest_exact},
};
constexpr std::array extxyz_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "extended XYZ file to write",
            .required = true,
            .may_be_empty = false},
};
constexpr std::array sink_choices{
    KeyChoice{.word = "zarr", .help = "a Zarr v3 store", .keys = zarr_keys},
    KeyChoice{.word = "host_memory", .help = "rows kept in memory", .keys = host_memory_keys},
    KeyChoice{.word = "device_buffer", .unavailable = "rows are kept on the host"},
    KeyChoice{.word = "extxyz", .help = "an extended XYZ file", .keys = extxyz_keys},
};
constexpr KeySpec sink{
    .kind = tagged, .noun = "sink", .help = "where rows go", .choices = sink_choices};
constexpr KeySpec sink_name{.noun = "sink", .help = "name of a sink", .may_be_empty = false};

// --- the whole -----------------------------------------------------------------------------------
constexpr std::array device_choices{
    KeyChoice{.word = "auto", .help = "the best there is"},
    KeyChoice{.word = "cpu", .help = "the processor's cores"},
    KeyChoice{.word = "cuda",
              .help = "a CUDA device",
              .unavailable = "it has no device kernels; give auto or cpu"},
};
constexpr std::array precision_choices{
    KeyChoice{.word = "double", .help = "float64 throughout"},
    KeyChoice{.word = "mixed", .unavailable = "arithmetic is double throughout"},
};
constexpr std::array oversized_choices{
    KeyChoice{.word = "refuse", .help = "the campaign does not start"},
    KeyChoice{.word = "quarantine", .help = "the others run"},
};
constexpr std::array top_keys{
    KeySpec{.key = "athanor",
            .kind = integer,
            .noun = "version of this format",
            .help = "version of the configuration's format",
            .required = true,
            .least = 1,
            .most = 1},
    KeySpec{.key = "seed",
            .kind = integer,
            .noun = "seed",
            .help = "seed of every random number",
            .default_json = "0",
            .least = 0,
            .most = largest_seed},
    KeySpec{.key = "device",
            .kind = word,
            .noun = "device",
            .help = "what computes",
            .default_json = "\"auto\"",
            .choices = device_choices},
    KeySpec{.key = "precision",
            .kind = word,
            .noun = "precision",
            .help = "arithmetic of the model",
            .default_json = "\"double\"",
            .choices = precision_choices},
    KeySpec{.key = "input",
            .kind = object,
            .noun = "input",
            .help = "the structures",
            .required = true,
            .keys = input_keys},
    KeySpec{.key = "sampler",
            .kind = object,
            .noun = "sampler",
            .help = "how much the first stage takes in at a time",
            .default_json = "{}",
            .keys = sampler_keys},
    KeySpec{.key = "model",
            .kind = tagged,
            .noun = "model",
            .help = "what gives energies and forces",
            .required = true,
            .choices = model_choices},
    KeySpec{.key = "pipeline",
            .kind = list,
            .noun = "pipeline",
            .help = "the stages that every sample passes",
            .required = true,
            .may_be_empty = false,
            .item = &element},
    KeySpec{.key = "pipelines",
            .help = "independent pipelines in one job",
            .unavailable = "a job runs one \"pipeline\""},
    KeySpec{.key = "buffers",
            .kind = object,
            .noun = "set of buffer sizes",
            .help = "what travels between two stages at a time",
            .default_json = "{}",
            .keys = buffer_keys},
    KeySpec{.key = "sinks",
            .kind = map,
            .noun = "map of sinks",
            .help = "where rows go, by name",
            .required = true,
            .may_be_empty = false,
            .item = &sink},
    KeySpec{.key = "output",
            .kind = list,
            .noun = "list of sinks",
            .help = "sinks of finished samples; the next takes what the first has no room for",
            .required = true,
            .may_be_empty = false,
            .item = &sink_name},
    KeySpec{.key = "quarantine",
            .noun = "path",
            .help = "extended XYZ file for samples that fail, with the reason",
            .default_json = "\"quarantine.extxyz\"",
            .may_be_empty = false},
    KeySpec{.key = "oversized",
            .kind = word,
            .noun = "policy",
            .help = "what happens when a frame fits in no batch or slot",
            .default_json = "\"refuse\"",
            .choices = oversized_choices},
    KeySpec{.key = "stall_timeout_seconds",
            .kind = number,
            .noun = "time limit",
            .help = "a rank that is silent for longer counts as lost",
            .default_json = "120.0",
            .unit = "seconds",
            .least = 0,
            .above_least = true,
            .unavailable = "silent ranks are not watched for",
            .only_available = "120.0"},
    KeySpec{.key = "checkpoint",
            .help = "where samples in flight are kept, and how often",
            .unavailable = "a campaign runs in one go"},
};

std::string range_of(KeySpec const& spec) {
    bool const bounded_below = std::isfinite(spec.least),
               bounded_above = std::isfinite(spec.most) && spec.most < largest_int;
    if (!bounded_below && !bounded_above) return "";
    if (bounded_below && bounded_above) {
        if (spec.least == spec.most) return fmt::format(" equal to {}", spec.least);
        if (!spec.above_least && !spec.below_most)
            return fmt::format(" from {} to {}", spec.least, spec.most);
        return fmt::format(" {} {} and {} {}", spec.above_least ? "above" : "from", spec.least,
                           spec.below_most ? "below" : "up to", spec.most);
    }
    if (bounded_above) return fmt::format(" {} {}", spec.below_most ? "below" : "up to", spec.most);
    return spec.above_least ? fmt::format(" above {}", spec.least)
                            : fmt::format(", {} or above", spec.least);
}

}  // namespace

std::span<KeySpec const> campaign_keys() { return top_keys; }

std::string expectation(KeySpec const& spec) {
    std::string const empty = spec.may_be_empty ? "" : " that is not empty";
    switch (spec.kind) {
        case text:
            return "a string" + empty;
        case boolean:
            return "true or false";
        case integer:
        case number: {
            std::string_view const what = !spec.unit.empty()     ? spec.unit
                                          : spec.kind == integer ? "an integer"
                                                                 : "a number";
            return fmt::format("{}{}{}", what,
                               spec.kind == integer && !spec.unit.empty() ? " as an integer" : "",
                               range_of(spec));
        }
        case word: {
            std::vector<std::string> words;
            for (KeyChoice const& choice : spec.choices)
                if (choice.unavailable.empty()) words.emplace_back(choice.word);
            return any_of_words(words);
        }
        case object:
        case tagged:
        case stage_or_fuse:
            return "an object {...}";
        case map:
            return fmt::format("an object {{name: ...}}{}", empty);
        case list:
            return fmt::format("a list [...]{}", empty);
        case object_or_list:
            return fmt::format("an object {{\"{}\": ...}} or a list{}", spec.keys.front().key,
                               empty);
    }
    return "";
}

}  // namespace athanor
