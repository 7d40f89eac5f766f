// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "launch/config.hpp"

namespace athanor {

class ConfigErrors;

/// Makes plain data of a document that check_document() returned, and checks what spans several
/// keys: names that must exist, stages that must end, paths that must differ.
[[nodiscard]] Config read_config(nlohmann::json const& checked, std::filesystem::path const& base,
                                 ConfigErrors& errors);

/// What decides how a stage ends.
enum class StageKind { unknown, single_point, molecular_dynamics, optimizer };
/// The dynamics of one stage; `dynamics` stays as it is when `checked` has no type.
[[nodiscard]] StageKind read_dynamics(nlohmann::json const& checked, DynamicsSpec& dynamics);
/// What spans several keys of a dynamics, or is no range.
void check_dynamics(nlohmann::json const& checked, std::string const& pointer,
                    DynamicsSpec const& dynamics, ConfigErrors& errors);

/// Makes a path of what a key of an object holds, absolute and unlike all others of the
/// configuration: (object, key, pointer).
using PathReader =
    std::function<std::filesystem::path(nlohmann::json const&, char const*, std::string const&)>;
/// One hook that names no sink. Expects: `checked` has its type.
[[nodiscard]] HookSpec read_hook(nlohmann::json const& checked, std::string const& pointer,
                                 PathReader const& read_path, ConfigErrors& errors);
/// What the hooks of one stage must not do to each other or to its dynamics. `pointer` leads to
/// the list, of which every entry has been read into `stage`.
void check_hooks_together(nlohmann::json const& hooks, std::string const& pointer,
                          StageSpec const& stage, ConfigErrors& errors);

struct PlacedHooks {
    nlohmann::json const& hooks;  ///< the list
    std::string pointer;          ///< to it
};
/// Refuses hooks of `second` that write the rows of one of `first` into the same sink: it keeps one
/// of them, and whoever counts rows to see whether all are there waits for the other. Both may be
/// one list.
void check_rows_stand_once(PlacedHooks const& first, PlacedHooks const& second,
                           ConfigErrors& errors);

/// Replicas, ranks and overflow of the element at `pointer`; sinks are looked up in `document`.
void read_topology(nlohmann::json const& checked, std::string const& pointer,
                   nlohmann::json const& document, ElementSpec& element, ConfigErrors& errors);
/// Refuses those keys in a stage inside "fuse".
void refuse_topology(nlohmann::json const& stage, std::string const& pointer, ConfigErrors& errors);
/// Every rank of the job has one instance, or nobody says any. `pointers`: of the elements.
void check_ranks(PipelineSpec const& pipeline, std::vector<std::string> const& pointers,
                 ConfigErrors& errors);

/// The part of it that is a pipeline, or several; sink names are looked up in `checked`.
void read_pipeline(nlohmann::json const& checked, PathReader read_path, Config& config,
                   ConfigErrors& errors);

}  // namespace athanor
