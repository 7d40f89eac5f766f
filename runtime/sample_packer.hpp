// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "runtime/packed_layout.hpp"

namespace athanor {

/// Writes `systems` of `batch` as packed_layout.hpp says; returns the bytes used.
/// Expects: out is large enough and 16-byte aligned.
std::size_t pack_samples(Schema const& schema, Batch const& batch,
                         std::span<SystemIndex const> systems, std::span<std::byte> out,
                         EdgeRows edges = EdgeRows::travel);

/// Called while packing: the first so many bytes are written, and stay as they are.
using PackProgress = std::function<void(std::size_t)>;
/// From one call to the next there are so many bytes, or a few more.
inline constexpr std::size_t told_bytes = 256 * 1024;

/// Packs samples of one schema again and again, with a checksum.
/// Threads: one. Nothing is allocated.
class SamplePacker {
public:
    SamplePacker(SchemaPtr schema, EdgeRows edges) : schema_(std::move(schema)), edges_(edges) {}

    /// As pack_samples(), and takes the checksum of what it writes while that is in the cache:
    /// returns crc32c(the bytes written, before). Many bytes of the host's memory are written past
    /// the caches (streaming_copy.hpp).
    /// Expects: `counts` are count_packed() of the same.
    [[nodiscard]] std::uint32_t pack(Batch const& batch, std::span<SystemIndex const> systems,
                                     PackedCounts const& counts, std::span<std::byte> out,
                                     std::uint32_t before, PackProgress const& progress = {});

private:
    SchemaPtr schema_;
    EdgeRows edges_;
    SchemaPtr agreed_;  ///< of the last batch, whose fields fit ours
};

}  // namespace athanor
