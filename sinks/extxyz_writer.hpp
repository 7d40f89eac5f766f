// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sample.hpp"
#include "sinks/bad_frame.hpp"

namespace athanor {

/// What a written frame is: a structure to start from again, or one with results.
enum class FrameContent {
    input,  ///< no energies or forces of ours; `input_energy` goes back to being `energy`
    result  ///< energy, forces, stress, system_id, stage, stage_step, total_steps as well
};

/// Further keys of a written frame; the values are text, quoted where needed.
using ExtraKeys = std::vector<std::pair<std::string, std::string>>;

/// One frame of extended XYZ. Every double reads back to the same bits. Velocities stand twice: as
/// `momenta`, where ASE looks, and as `velocities`, which have the exact bits. Masses are written
/// where they differ from the default, custom fields always unless every number in them is NaN.
[[nodiscard]] std::string format_extxyz(Sample const& sample, FrameContent content,
                                        ExtraKeys const& extra = {});

/// Appends frames to an extended-XYZ file.
/// Order:   each frame is one call of write(2) on a file open for appending, so that several
///          processes can append to one file.
/// Rejects: a bad frame of the input keeps its text. One that has the form of a frame goes into the
///          file with `reason` added to its comment line; any other would make the file unreadable
///          and goes to PATH.rejects.txt, each behind lines that begin with #.
/// Throws:  StorageError.
class ExtxyzWriter {
public:
    enum class Existing { append, replace };

    explicit ExtxyzWriter(std::filesystem::path path, Existing existing = Existing::append);
    ExtxyzWriter(ExtxyzWriter&& other) noexcept;
    ExtxyzWriter& operator=(ExtxyzWriter&&) = delete;
    ~ExtxyzWriter();

    void write(Sample const& sample, FrameContent content, ExtraKeys const& extra = {});
    void write(BadFrame const& frame);
    /// Makes what was written durable.
    void flush();
    /// flush(), then lets go of the file. Nothing may be written afterwards.
    void close();

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::filesystem::path rejects_path() const;

private:
    std::filesystem::path path_;
    int file_ = -1;
};

}  // namespace athanor
