// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "launch/config_keys.hpp"

namespace athanor {

/// A key of the configuration, or a word that one takes, with the way to it. The tables are static,
/// so entries stay good.
struct KeyEntry {
    std::vector<std::string> path;    ///< keys and words: pipeline, dynamics, nve, timestep_fs
    std::string place;                ///< for people: "pipeline[].dynamics (nve).timestep_fs"
    KeySpec const* spec = nullptr;    ///< the key; for a word, the key that takes it
    KeyChoice const* word = nullptr;  ///< null: the entry is the key itself
};

/// Every key and word, in the order of the tables. What hangs below several keys (the stages of
/// "pipelines" are those of "pipeline") stands below the first alone.
[[nodiscard]] std::vector<KeyEntry> key_index();

/// The entries that a person means by "timestep", "dynamics.timestep" or "/pipeline/0/dynamics":
/// the last part is a name, or all of a name up to its unit; those before it come on the way, in
/// this order. Numbers are places in lists, and are skipped. Empty when nothing fits.
[[nodiscard]] std::vector<KeyEntry> find_keys(std::string_view query);

/// Names near the last part of `query`, the nearest first, at most five.
[[nodiscard]] std::vector<std::string> near_names(std::string_view query);

}  // namespace athanor
