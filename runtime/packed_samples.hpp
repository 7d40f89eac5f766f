// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/field.hpp"

namespace athanor {

/// How many rows and bytes some packed samples take.
struct PackedCounts {
    std::uint32_t systems = 0;
    std::uint32_t atoms = 0;
    std::uint32_t edges = 0;
    std::uint32_t text_bytes = 0;  ///< names and texts together
    bool operator==(PackedCounts const&) const = default;
};

/// Samples of a batch as one run of bytes: what a channel's slot and a checkpoint record hold.
/// Layout (little-endian; every part begins at a multiple of 16 from the start):
///   table    per system: int32 atoms, int32 edges, uint32 name bytes, uint32 text bytes
///   columns  for every field of the schema in its order: the rows of all systems, in system order
///   text     per system: its name, then its text
/// Nothing else; counts travel with whoever carries the bytes.
/// The schema here is the first part of the batch's: fields that a stage adds stay at home.
[[nodiscard]] std::size_t packed_bytes(Schema const& schema, PackedCounts const& counts);

/// Whether the edge rows of samples are packed with them; those that stay count as no edges.
enum class EdgeRows : std::uint8_t { travel, stay };

/// What `systems` of `batch` would take.
[[nodiscard]] PackedCounts count_packed(Batch const& batch, std::span<SystemIndex const> systems,
                                        EdgeRows edges = EdgeRows::travel);

/// Writes them; returns the bytes used. Expects: out is large enough and 16-byte aligned.
std::size_t pack_samples(Schema const& schema, Batch const& batch,
                         std::span<SystemIndex const> systems, std::span<std::byte> out,
                         EdgeRows edges = EdgeRows::travel);

/// Called while packing: the first so many bytes are written, and stay as they are.
using PackProgress = std::function<void(std::size_t)>;
/// From one call to the next there are so many bytes, or a few more.
inline constexpr std::size_t told_bytes = 256 * 1024;

/// The same, and takes the checksum of what it writes while that is in the cache: returns
/// crc32c(the bytes written, before). Many bytes of the host's memory are written past the caches
/// (streaming_copy.hpp).
[[nodiscard]] std::uint32_t pack_and_check(Schema const& schema, Batch const& batch,
                                           std::span<SystemIndex const> systems,
                                           std::span<std::byte> out, EdgeRows edges,
                                           std::uint32_t before, PackProgress const& progress = {});

/// Reads packed samples in place.
/// Ownership: none; `bytes` must outlive it.
/// Threads:   one.
/// Throws:    CampaignError from read() when counts, table and bytes do not fit together.
class PackedSamples {
public:
    /// Nothing to read yet.
    explicit PackedSamples(SchemaPtr schema) : schema_(std::move(schema)) {}
    PackedSamples(SchemaPtr schema, PackedCounts const& counts, std::span<std::byte const> bytes)
        : PackedSamples(std::move(schema)) {
        read(counts, bytes);
    }

    /// Room for `systems` samples, so that no read() of as many allocates.
    void reserve(int systems) {
        places_.reserve(static_cast<std::size_t>(systems));
        moves_.reserve(schema_->fields().size());
    }
    /// Turns to other bytes.
    void read(PackedCounts const& counts, std::span<std::byte const> bytes);

    [[nodiscard]] int system_count() const { return static_cast<int>(counts_.systems); }
    [[nodiscard]] int atom_count(int k) const { return entry(k).atoms; }
    [[nodiscard]] int edge_count(int k) const { return entry(k).edges; }
    /// Appends sample k, a large one past the caches; state fields of the batch are zero. Expects:
    /// it fits.
    SystemIndex append_to(Batch& batch, int k) const;

private:
    struct Entry {
        std::int32_t atoms;
        std::int32_t edges;
        std::uint32_t name_bytes;
        std::uint32_t text_bytes;
    };
    struct Place {
        std::size_t first_atom;
        std::size_t first_edge;
        std::size_t first_text;
    };
    [[nodiscard]] Entry entry(int k) const;

    SchemaPtr schema_;
    PackedCounts counts_;
    std::span<std::byte const> bytes_;
    std::vector<Place> places_;
    mutable std::vector<RowMove> moves_;  ///< of one append_to()
    mutable SchemaPtr agreed_;            ///< of the last batch, whose fields fit ours
};

}  // namespace athanor
