// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "runtime/packed_layout.hpp"

namespace athanor {

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
