// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

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

namespace detail {

/// Every part begins at a multiple of it from the start.
inline constexpr std::size_t packed_part_alignment = 16;
inline constexpr std::size_t packed_table_entry_bytes = 16;

[[nodiscard]] constexpr std::size_t packed_part_bytes(std::size_t bytes) {
    return (bytes + packed_part_alignment - 1) / packed_part_alignment * packed_part_alignment;
}
/// Rows of each level, by its number.
[[nodiscard]] inline std::array<std::size_t, 3> rows_by_level(PackedCounts const& counts) {
    std::array<std::size_t, 3> rows{};
    rows[static_cast<std::size_t>(Level::atom)] = counts.atoms;
    rows[static_cast<std::size_t>(Level::edge)] = counts.edges;
    rows[static_cast<std::size_t>(Level::system)] = counts.systems;
    return rows;
}
/// True when the first fields of `all` are those of `travelling`.
[[nodiscard]] bool begins_with(Schema const& all, Schema const& travelling);
/// True for so many bytes of the host's own memory, which alone is known to be written by plain
/// stores.
[[nodiscard]] bool goes_past_caches(MemorySpace const& space, std::size_t bytes);

}  // namespace detail
}  // namespace athanor
