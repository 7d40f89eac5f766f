// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_keys.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "launch/config_keys_common.hpp"
#include "launch/config_keys_pipeline.hpp"
#include "launch/config_keys_sinks.hpp"
#include "launch/nearest_word.hpp"

namespace athanor {
namespace {

using namespace keys;

constexpr double largest_seed = 18446744073709551615.0;

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
constexpr std::array batch_choices{
    KeyChoice{.word = "given", .help = "max_systems and max_atoms"},
    KeyChoice{.word = "auto", .help = "half of the memory that is free, and the size of the input"},
};
constexpr std::array sampler_keys{
    KeySpec{.key = "max_systems",
            .kind = integer,
            .noun = "number of systems",
            .help = "samples in a batch; 64 when left out",
            .least = 1,
            .most = largest_int},
    KeySpec{.key = "max_atoms",
            .kind = integer,
            .noun = "number of atoms",
            .help = "atoms in a batch; 8192 when left out",
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
    KeySpec{.key = "max_bytes",
            .kind = integer,
            .noun = "number of bytes",
            .help = "memory of a stage's batch with its lists; lowers max_atoms; 0 is no bound",
            .default_json = "0",
            .unit = "bytes",
            .least = 0,
            .most = largest_exact},
    KeySpec{.key = "batch",
            .kind = word,
            .noun = "size of a batch",
            .help = "who says how much a batch holds",
            .default_json = "\"given\"",
            .choices = batch_choices},
};
constexpr std::array mode_choices{
    KeyChoice{.word = "sync",
              .help = "a step waits for what was sent, and for input if it has room"},
    KeyChoice{.word = "async_recv", .help = "a step waits until what was sent has left"},
    KeyChoice{.word = "fully_async", .help = "messages are under way during steps"},
};
constexpr std::array transport_choices{
    KeyChoice{.word = "host", .help = "shared memory within a node, MPI between nodes"},
    KeyChoice{.word = "nccl", .help = "NCCL from device to device; a CUDA device for each rank"},
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
            .default_json = "\"fully_async\"",
            .choices = mode_choices},
    KeySpec{.key = "transport",
            .kind = word,
            .noun = "transport",
            .help = "what moves slots between ranks; results do not depend on it",
            .default_json = "\"host\"",
            .choices = transport_choices},
};

// --- the whole -----------------------------------------------------------------------------------
constexpr std::array device_choices{
    KeyChoice{
        .word = "auto",
        .help = "a CUDA device where there is one and the stage can run there, or the processor"},
    KeyChoice{.word = "cpu", .help = "the processor's cores"},
    KeyChoice{.word = "cuda", .help = "a CUDA device; without one the campaign does not begin"},
    KeyChoice{.word = "emulated",
              .help = "the kernels of a device in loops on the processor, to try them; slow"},
};
constexpr std::array precision_choices{
    KeyChoice{.word = "double", .help = "float64 throughout"},
    KeyChoice{
        .word = "mixed",
        .help = "energy and force of each pair in float32; sums, state and dynamics in float64"},
};
constexpr std::array oversized_choices{
    KeyChoice{.word = "refuse", .help = "the campaign does not start"},
    KeyChoice{.word = "quarantine", .help = "the others run"},
};
constexpr std::array chain_keys{
    KeySpec{.key = "pipeline",
            .kind = list,
            .noun = "pipeline",
            .help = "the stages that every sample passes",
            .required = true,
            .may_be_empty = false,
            .item = &element},
    KeySpec{.key = "output",
            .kind = list,
            .noun = "list of sinks",
            .help = "sinks of its finished samples, in place of the campaign's",
            .may_be_empty = false,
            .item = &sink_name},
};
constexpr KeySpec chain{.kind = object,
                        .noun = "pipeline",
                        .help = "{\"pipeline\": [stage, ...], \"output\": [sink, ...]}",
                        .keys = chain_keys};
constexpr std::array checkpoint_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "folder of the checkpoints; made where it is missing",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "interval_seconds",
            .kind = number,
            .noun = "interval",
            .help = "time between two checkpoints of one stage; what a crash costs at most",
            .default_json = "60.0",
            .unit = "seconds",
            .least = 0.01,
            .most = 1000000},
};

constexpr std::array metrics_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "JSON file for the figures of the run; `--metrics` goes before it",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "interval_seconds",
            .kind = number,
            .noun = "interval",
            .help = "time between two points of its timeline; doubles whenever there are 400",
            .default_json = "0.1",
            .unit = "seconds",
            .least = 0.02,
            .most = 1000000},
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
            .may_be_empty = false,
            .item = &element},
    KeySpec{.key = "pipelines",
            .kind = list,
            .noun = "list of pipelines",
            .help = "in place of \"pipeline\": independent ones, each runs all of the input",
            .may_be_empty = false,
            .item = &chain},
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
            .least = 1,
            .most = 1000000},
    KeySpec{.key = "checkpoint",
            .kind = object,
            .noun = "checkpoint",
            .help = "keeps the samples under way, so that `athanor resume` goes on where they were",
            .keys = checkpoint_keys},
    KeySpec{.key = "metrics",
            .kind = object,
            .noun = "metrics",
            .help = "writes the figures of the run, which `athanor report` makes pictures of",
            .keys = metrics_keys},
    KeySpec{.key = "$schema",
            .noun = "address",
            .help = "JSON Schema for the editor that the file is written in; not read here",
            .may_be_empty = false},
};

}  // namespace

std::span<KeySpec const> campaign_keys() { return top_keys; }

std::string number_range(KeySpec const& spec) {
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
                               number_range(spec));
        }
        case word: {
            std::vector<std::string> words;
            for (KeyChoice const& choice : spec.choices) words.emplace_back(choice.word);
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
