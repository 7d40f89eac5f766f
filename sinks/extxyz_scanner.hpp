// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/field.hpp"
#include "runtime/ids.hpp"
#include "runtime/species.hpp"
#include "sinks/extxyz_header.hpp"
#include "sinks/frame_selection.hpp"

namespace athanor {

/// What one pass over a structure file finds out before a campaign starts. Only `frame_count` and
/// `bad_frame_count` speak of the whole file, all else of its good, selected frames.
struct ExtxyzScan {
    std::int64_t frame_count = 0;
    std::int64_t bad_frame_count = 0;
    std::int64_t selected_count = 0;
    std::int64_t atom_total = 0;
    int largest_atom_count = 0;
    SampleId largest;          ///< the first with that many atoms
    std::string largest_name;  ///< what messages call it
    /// The largest atoms²/volume of a frame with a cell [1/Å³], and atoms·(atoms - 1) of one
    /// without: from these a cutoff gives the edges of the frame that has most.
    double most_pairs_per_volume = 0.0, most_pairs_without_cell = 0.0;
    std::string name_of_most_pairs_per_volume, name_of_most_pairs_without_cell;
    std::size_t longest_name_bytes = 0;
    std::size_t longest_text_bytes = 0;
    bool any_fully_periodic = false;
    bool any_velocities = false;
    bool any_forces = false;                                       ///< of results
    std::int64_t ledger_count = 0;                                 ///< results that have a ledger
    std::array<bool, largest_atomic_number + 1> atomic_numbers{};  ///< seen, by number
    std::vector<FieldSpec> user_fields;  ///< in the order in which the file first has them
    std::vector<std::string> notes;      ///< for people: which keys became text, and why

    [[nodiscard]] SchemaPtr schema() const { return std::make_shared<Schema const>(user_fields); }
};

/// Reads the whole file once, its frames as `content`. Bad frames are counted and left for
/// ExtxyzReader to report.
/// Fields: the union over all frames. Integers here and reals there become reals; other differences
///         in type, shape or level make the key text everywhere, and a note names both frames.
///         So does a key beyond the 256th. Built-in fields of results are none of them.
/// Bound:  memory for one frame.
/// Throws: InputError when the file is missing, empty or no structure file at all.
[[nodiscard]] ExtxyzScan scan_extxyz(std::filesystem::path const& path,
                                     FrameSelection selection = {},
                                     FrameContent content = FrameContent::input);

}  // namespace athanor
