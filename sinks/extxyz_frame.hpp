// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/bad_frame.hpp"
#include "sinks/extxyz_header.hpp"
#include "sinks/line_reader.hpp"

namespace athanor {

/// One frame of an extended-XYZ file, read and checked, before it becomes a Sample of a schema.
/// Units: those of the runtime: Å, amu, sqrt(eV/amu). Masses are default_mass() where no column
///        gives them; momenta have been divided by the masses, but velocities given go first.
struct ExtxyzFrame {
    SampleId id;
    ExtxyzHeader header;  ///< with a name, and with the columns of user fields and texts filled in
    int atom_count = 0;
    bool velocities_given = false;
    std::vector<std::int64_t> atomic_numbers;
    std::vector<double> positions, velocities, masses;
};

/// Reads the frames of a file one after the other; those that are no good come out as BadFrame, and
/// reading goes on at the next line that holds an atom count alone.
/// Bound:  memory for one frame; a count that promises more atoms than the file has costs nothing.
/// Order:  ids count the frames from 0; junk between two counts is one frame, or belongs to the bad
///         frame before it.
/// Throws: InputError when the file cannot be read, or has no frame and begins like none.
class ExtxyzFrameReader {
public:
    enum class Status { good, bad, ended };

    explicit ExtxyzFrameReader(std::filesystem::path path,
                               FrameContent content = FrameContent::input);

    /// On `good`, `frame` is filled (its buffers are used again); on `bad`, bad_frame() is.
    [[nodiscard]] Status next(ExtxyzFrame& frame);
    [[nodiscard]] BadFrame const& bad_frame() const { return bad_; }
    /// Frames met so far, good and bad.
    [[nodiscard]] std::int64_t frame_count() const { return frame_count_; }

private:
    bool take(std::string_view& line);
    void give_back();
    bool skip_blank_lines(std::string_view& line);
    void refuse(std::int64_t line, std::string message, bool malformed);
    void read_frame(ExtxyzFrame& frame, std::string_view count_line);
    void read_comment(ExtxyzFrame& frame);
    void read_atoms(ExtxyzFrame& frame, std::int64_t count);
    void read_atom(ExtxyzFrame& frame, std::string_view line);
    void check_column_count(ExtxyzFrame const& frame, std::string_view line);
    void check_what_follows(ExtxyzFrame const& frame);
    void finish(ExtxyzFrame& frame);
    void skip_to_next_count();
    void throw_unless_structure_file() const;

    LineReader lines_;
    FrameContent content_;
    std::string file_;  // without its folders, for names and messages
    std::string raw_;
    std::size_t raw_before_line_ = 0;
    std::vector<std::string> texts_;  // of the columns of strings
    std::vector<double> momenta_;
    BadFrame bad_;
    bool refused_ = false, malformed_ = false, damage_told_ = false, began_well_ = false;
    std::int64_t frame_count_ = 0, good_count_ = 0;
};

}  // namespace athanor
