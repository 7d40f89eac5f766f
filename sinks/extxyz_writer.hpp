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

#include "runtime/outcome.hpp"
#include "runtime/sample.hpp"
#include "sinks/bad_frame.hpp"
#include "sinks/extxyz_header.hpp"

namespace athanor {

/// Further keys of a written frame; the values are text, quoted where needed.
using ExtraKeys = std::vector<std::pair<std::string, std::string>>;

/// One frame of extended XYZ. Every double reads back to the same bits. Velocities stand twice: as
/// `momenta`, where ASE looks, and as `velocities`, which have the exact bits. Masses are written
/// where they differ from the default, custom fields always unless every number in them is NaN.
/// Results: energy, forces and stress under that condition, velocities unless all are +0, custom
///          fields in the order of their names, so that the frame depends on the values alone. A
///          name that has another meaning in a file becomes `input_NAME`.
/// Not there: fields of edges, and those whose names can_name_extxyz_field() refuses.
[[nodiscard]] std::string format_extxyz(Sample const& sample, FrameContent content,
                                        ExtraKeys const& extra = {});

/// `kind` and `outcome` of a row, and `status` where it is not 0.
[[nodiscard]] ExtraKeys ledger_keys(Sample const& sample, RowKind kind);
/// True when frames show this user field.
[[nodiscard]] bool extxyz_holds(FieldSpec const& field);

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
