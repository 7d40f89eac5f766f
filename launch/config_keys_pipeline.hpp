// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The keys of an element of the pipeline: a stage, or stages that are fused.
#pragma once

#include <array>

#include "launch/config_keys_common.hpp"
#include "launch/config_keys_dynamics.hpp"
#include "launch/config_keys_hooks.hpp"

namespace athanor::keys {

inline constexpr double largest_replicas = 1'000'000;
inline constexpr std::array degrees_choices{
    KeyChoice{.word = "auto", .help = "3 less than 3N where the campaign removed the momentum"},
    KeyChoice{.word = "3N", .help = "three per atom"},
};
inline constexpr KeySpec replicas_key{
    .key = "replicas",
    .kind = integer,
    .noun = "number of replicas",
    .help =
        "instances that share the samples, each on its own rank; as many as ranks are given, "
        "else 1",
    .least = 1,
    .most = largest_replicas};
inline constexpr KeySpec rank_number{.kind = integer,
                                     .noun = "rank",
                                     .help = "a rank of the job",
                                     .least = 0,
                                     .most = largest_replicas};
inline constexpr KeySpec ranks_key{
    .key = "ranks",
    .kind = list,
    .noun = "list of ranks",
    .help = "ranks of the instances, one each; chosen by the program when left out",
    .may_be_empty = false,
    .item = &rank_number};
inline constexpr KeySpec overflow_sink{
    .noun = "sink", .help = "name of a sink", .may_be_empty = false};
inline constexpr KeySpec overflow_key{.key = "overflow",
                                      .kind = list,
                                      .noun = "list of sinks",
                                      .help =
                                          "host_memory or device_buffer sinks for samples that "
                                          "arrive when there is no room, in this order",
                                      .default_json = "[]",
                                      .item = &overflow_sink};
inline constexpr std::array stage_keys{
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
    replicas_key,
    ranks_key,
    overflow_key,
};
inline constexpr KeySpec stage{
    .kind = object, .noun = "stage", .help = "one stage", .keys = stage_keys};
inline constexpr std::array fused_order_choices{
    KeyChoice{.word = "standard",
              .help = "forces between the updates: second order, equal to the pipelined run"},
    KeyChoice{.word = "documented", .help = "forces first, then both updates of each stage"},
};
inline constexpr std::array fuse_keys{
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
    replicas_key,
    ranks_key,
    overflow_key,
};
inline constexpr KeySpec fused{
    .kind = object, .noun = "fused element", .help = "several stages", .keys = fuse_keys};
inline constexpr KeySpec element{.kind = stage_or_fuse,
                                 .noun = "element of a pipeline",
                                 .help = "a stage, or {\"fuse\": [stage, ...]}",
                                 .keys = stage_keys,
                                 .item = &fused};

}  // namespace athanor::keys
