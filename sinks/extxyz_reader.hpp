// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "runtime/sample_source.hpp"
#include "sinks/bad_frame.hpp"
#include "sinks/extxyz_frame.hpp"
#include "sinks/frame_selection.hpp"

namespace athanor {

/// Puts what a frame says into a sample of `schema`. Fields of the schema that the frame lacks stay
/// zero, but real user fields become NaN, and so do energy, forces and stress of a result; values
/// that fit no field of the schema become text. The id of a result with a ledger is its system_id.
[[nodiscard]] Sample to_sample(ExtxyzFrame const& frame, SchemaPtr const& schema);

/// The selected frames of an extended-XYZ file as samples, in the order of the file.
/// Ids:    the ordinal of the frame in the file, whatever is selected or refused.
/// Bound:  memory for one frame.
/// Throws: as ExtxyzFrameReader; selected bad frames go to `on_bad_frame`.
class ExtxyzReader final : public SampleSource {
public:
    /// A selection that counts from the end is resolved by a pass of its own; spare it by resolving
    /// the selection with ExtxyzScan::frame_count.
    ExtxyzReader(std::filesystem::path path, SchemaPtr schema, FrameSelection selection,
                 BadFrameHandler on_bad_frame);
    /// Every frame, with the built-in fields; a bad one is an InputError.
    explicit ExtxyzReader(std::filesystem::path path);

    [[nodiscard]] std::optional<Sample> next() override;

private:
    ExtxyzFrameReader frames_;
    SchemaPtr schema_;
    FrameSelection selection_;
    BadFrameHandler on_bad_frame_;
    ExtxyzFrame frame_;
    bool ended_ = false;
};

}  // namespace athanor
