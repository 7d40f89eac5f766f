// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The keys of every hook.
#pragma once

#include <array>

#include "launch/config_keys_common.hpp"

namespace athanor::keys {

inline constexpr KeySpec hook_sink{.key = "sink",
                                   .noun = "sink",
                                   .help = "name of the sink that takes the rows",
                                   .required = true,
                                   .may_be_empty = false};
inline constexpr std::array snapshot_keys{
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
inline constexpr std::array converged_snapshot_keys{hook_sink};
inline constexpr KeySpec hook_frequency{.key = "frequency",
                                        .kind = integer,
                                        .noun = "frequency",
                                        .help = "it fires every so many of the sample's own steps",
                                        .default_json = "1",
                                        .unit = "steps",
                                        .least = 1,
                                        .most = largest_int};
inline constexpr std::array max_force_clamp_keys{
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
inline constexpr std::array wrap_periodic_keys{hook_frequency};
inline constexpr KeySpec atom_index{.kind = integer,
                                    .noun = "number of an atom",
                                    .help = "an atom, from 0",
                                    .least = 0,
                                    .most = largest_int};
inline constexpr std::array freeze_atoms_keys{
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
inline constexpr KeySpec spring_constant{.key = "spring_constant",
                                         .kind = number,
                                         .noun = "spring constant",
                                         .help = "k of E = k/2 d²",
                                         .required = true,
                                         .unit = "eV/Å²",
                                         .least = 0,
                                         .above_least = true};
inline constexpr KeySpec coordinate{
    .kind = number, .noun = "coordinate", .help = "x, y or z", .unit = "ångström"};
inline constexpr std::array center_of_mass_keys{
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
inline constexpr std::array distance_keys{
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
inline constexpr std::array axis_choices{KeyChoice{.word = "x", .help = "the first coordinate"},
                                         KeyChoice{.word = "y", .help = "the second"},
                                         KeyChoice{.word = "z", .help = "the third"}};
inline constexpr std::array side_choices{
    KeyChoice{.word = "below", .help = "atoms stay below the position"},
    KeyChoice{.word = "above", .help = "atoms stay above it"},
};
inline constexpr std::array wall_keys{
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
inline constexpr std::array bias_choices{
    KeyChoice{.word = "center_of_mass",
              .help = "a spring on the centre of mass",
              .keys = center_of_mass_keys},
    KeyChoice{.word = "distance", .help = "a spring between two atoms", .keys = distance_keys},
    KeyChoice{.word = "wall", .help = "a spring for every atom beyond a plane", .keys = wall_keys},
};
inline constexpr std::array biased_potential_keys{
    KeySpec{.key = "bias",
            .kind = tagged,
            .noun = "bias",
            .help = "what is added to the energy of the model",
            .required = true,
            .choices = bias_choices},
};
inline constexpr KeySpec field_name{
    .noun = "field", .help = "name of a field of the samples", .may_be_empty = false};
inline constexpr std::array nan_action_choices{
    KeyChoice{.word = "quarantine", .help = "the sample leaves, the others go on"},
    KeyChoice{.word = "stop", .help = "the campaign ends"},
};
inline constexpr std::array nan_detector_keys{
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
inline constexpr std::array drift_metric_choices{
    KeyChoice{.word = "per_atom_per_step", .help = "divided by atoms and steps"},
    KeyChoice{.word = "absolute", .help = "as it is"},
};
inline constexpr std::array drift_action_choices{
    KeyChoice{.word = "warn", .help = "one line per sample and stage"},
    KeyChoice{.word = "raise", .help = "the sample goes to quarantine, the others go on"},
    KeyChoice{.word = "stop", .help = "the campaign ends"},
};
inline constexpr std::array energy_drift_monitor_keys{
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
inline constexpr std::array neighbor_list_keys{
    KeySpec{.key = "skin",
            .kind = number,
            .noun = "length",
            .help = "how much farther than the cutoff the list of the stage reaches",
            .default_json = "2.0",
            .unit = "ångström",
            .least = 0,
            .most = 100},
    KeySpec{.key = "store_edges",
            .kind = boolean,
            .noun = "switch",
            .help = "rows of the stage are stored with the pairs within the cutoff",
            .default_json = "false"},
};
inline constexpr std::array backend_choices{
    KeyChoice{.word = "csv", .help = "comma-separated values"},
    KeyChoice{.word = "tensorboard", .help = "an event file for TensorBoard"},
};
inline constexpr std::array column_choices{
    KeyChoice{.word = "kinetic_energy", .help = "in eV"},
    KeyChoice{.word = "volume", .help = "in cubic ångström"},
    KeyChoice{.word = "pressure", .help = "in eV per cubic ångström"},
};
inline constexpr KeySpec log_column{.kind = word,
                                    .noun = "column of a log",
                                    .help = "one column beside energy, fmax and temperature",
                                    .choices = column_choices};
inline constexpr std::array logging_keys{
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
inline constexpr std::array profiler_range_choices{
    KeyChoice{.word = "all", .help = "hooks and kernels too"},
    KeyChoice{.word = "step", .help = "whole steps, and what lies between them"},
};
inline constexpr std::array profiler_keys{
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
inline constexpr std::array hook_choices{
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
inline constexpr KeySpec hook{
    .kind = tagged, .noun = "hook", .help = "one hook", .choices = hook_choices};

}  // namespace athanor::keys
