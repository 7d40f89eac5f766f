// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/packed_layout.hpp"

#include <algorithm>

#include "runtime/streaming_copy.hpp"

namespace athanor {

bool detail::begins_with(Schema const& all, Schema const& travelling) {
    if (&all == &travelling) return true;
    return all.field_count() >= travelling.field_count() &&
           std::equal(travelling.fields().begin(), travelling.fields().end(), all.fields().begin(),
                      [](FieldSpec const& a, FieldSpec const& b) { return a.name == b.name; });
}

bool detail::goes_past_caches(MemorySpace const& space, std::size_t bytes) {
    return bytes >= streaming_bytes && &space == &host_memory();
}

std::size_t packed_bytes(Schema const& schema, PackedCounts const& counts) {
    auto const rows = detail::rows_by_level(counts);
    std::size_t bytes =
        detail::packed_part_bytes(counts.systems * detail::packed_table_entry_bytes);
    for (int f = 0; f < schema.field_count(); ++f) {
        FieldIndex const field{f};
        bytes += detail::packed_part_bytes(rows[static_cast<std::size_t>(schema.level(field))] *
                                           schema.bytes_per_row(field));
    }
    return bytes + detail::packed_part_bytes(counts.text_bytes);
}

PackedCounts count_packed(Batch const& batch, std::span<SystemIndex const> systems,
                          EdgeRows edges) {
    PackedCounts counts;
    counts.systems = static_cast<std::uint32_t>(systems.size());
    for (SystemIndex s : systems) {
        counts.atoms += static_cast<std::uint32_t>(batch.atom_count(s));
        if (edges == EdgeRows::travel)
            counts.edges += static_cast<std::uint32_t>(batch.edge_count(s));
        counts.text_bytes +=
            static_cast<std::uint32_t>(batch.name(s).size() + batch.text(s).size());
    }
    return counts;
}

}  // namespace athanor
