// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/sample.hpp"

namespace athanor {

/// What a checkpoint file says about itself.
struct CheckpointHeader {
    std::uint64_t physics = 0;    ///< hash of what decides the numbers of a trajectory
    std::int64_t generation = 0;  ///< of two files of one instance the higher one is newer
    std::int32_t element = 0;     ///< of the pipeline
    std::int32_t replica = 0;
    bool operator==(CheckpointHeader const&) const = default;
};

/// The samples of one instance between two steps, with every field that they have there: built-in
/// and user fields, and the state of dynamics and hooks.
struct Checkpoint {
    CheckpointHeader header;
    std::vector<Sample> samples;
};

/// Writes systems of a batch and further samples as one file, whole or not at all, and onto the
/// disk.
/// Layout (little-endian): "ATHCKPT1"; the header; the fields that all samples have; then twice,
///            for the systems and for the others, their counts, the bytes they take and, from the
///            next multiple of 16, the samples as runtime/sample_packer.hpp packs them; at the
///            end the CRC-32C of everything before.
/// Fields:    those of the batch's schema and any that the others have beyond it.
/// Throws:    StorageError; what was there before then stays.
void write_checkpoint(std::filesystem::path const& path, CheckpointHeader const& header,
                      Batch const& batch, std::span<SystemIndex const> systems,
                      std::span<Sample const> others = {});
/// The same without a batch.
void write_checkpoint(std::filesystem::path const& path, CheckpointHeader const& header,
                      std::span<Sample const> samples);

/// Throws: StorageError that names the file, for one that cannot be read, is damaged or is of
///         another version.
[[nodiscard]] Checkpoint read_checkpoint(std::filesystem::path const& path);

}  // namespace athanor
