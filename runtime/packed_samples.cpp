// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/packed_samples.hpp"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "runtime/streaming_copy.hpp"

namespace athanor {
namespace {

using detail::packed_part_bytes;
using detail::packed_table_entry_bytes;

}  // namespace

void PackedSamples::read(PackedCounts const& counts, std::span<std::byte const> bytes) {
    counts_ = counts;
    bytes_ = bytes;
    places_.clear();
    auto const refuse = [](std::string const& why) {
        throw CampaignError("packed samples are damaged: " + why);
    };
    std::size_t const needed = packed_bytes(*schema_, counts_);
    if (needed > bytes_.size())
        refuse(fmt::format("{} bytes for {} systems, {} atoms, {} edges; {} are needed",
                           bytes_.size(), counts_.systems, counts_.atoms, counts_.edges, needed));
    Place place{0, 0, needed - packed_part_bytes(counts_.text_bytes)};
    std::size_t text_bytes = 0;
    places_.reserve(counts_.systems);
    for (int k = 0; k < system_count(); ++k) {
        Entry const e = entry(k);
        if (e.atoms < 0 || e.edges < 0) refuse(fmt::format("sample {} has a negative size", k));
        places_.push_back(place);
        place.first_atom += e.atoms;
        place.first_edge += e.edges;
        place.first_text += std::size_t{e.name_bytes} + e.text_bytes;
        text_bytes += std::size_t{e.name_bytes} + e.text_bytes;
    }
    if (place.first_atom != counts_.atoms || place.first_edge != counts_.edges ||
        text_bytes != counts_.text_bytes)
        refuse("the table's sizes do not add up to the header's");
}

PackedSamples::Entry PackedSamples::entry(int k) const {
    Entry e;
    std::memcpy(&e, bytes_.data() + k * packed_table_entry_bytes, sizeof e);
    return e;
}

SystemIndex PackedSamples::append_to(Batch& batch, int k) const {
    Entry const e = entry(k);
    Place const& place = places_[k];
    auto const* const words = reinterpret_cast<char const*>(bytes_.data()) + place.first_text;
    SystemIndex const s = batch.allocate_unwritten(schema_->field_count(), e.atoms, e.edges,
                                                   std::string(words, e.name_bytes),
                                                   std::string(words + e.name_bytes, e.text_bytes));
    if (agreed_ != batch.schema_ptr()) {
        ATHANOR_EXPECTS(detail::begins_with(batch.schema(), *schema_));
        agreed_ = batch.schema_ptr();
    }
    auto const rows = detail::rows_by_level(counts_);
    std::array<std::size_t, 3> first{};
    first[static_cast<std::size_t>(Level::atom)] = place.first_atom;
    first[static_cast<std::size_t>(Level::edge)] = place.first_edge;
    first[static_cast<std::size_t>(Level::system)] = static_cast<std::size_t>(k);
    moves_.clear();
    std::byte const* column =
        bytes_.data() + packed_part_bytes(counts_.systems * packed_table_entry_bytes);
    std::size_t bytes = 0;
    for (int f = 0; f < schema_->field_count(); ++f) {
        FieldIndex const field{f};
        auto const level = static_cast<std::size_t>(schema_->level(field));
        std::size_t const row_bytes = schema_->bytes_per_row(field);
        moves_.push_back(
            {batch.rows(field, s), column + first[level] * row_bytes, batch.row_bytes(field, s)});
        bytes += moves_.back().bytes;
        column += packed_part_bytes(rows[level] * row_bytes);
    }
    if (detail::goes_past_caches(batch.space(), bytes))
        for (RowMove const& m : moves_) copy_streaming(m.to, m.from, m.bytes);
    else
        batch.space().move(moves_);
    return s;
}

}  // namespace athanor
