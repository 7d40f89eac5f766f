// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_rows.hpp"

#include <algorithm>
#include <cstring>

namespace athanor {
namespace {

int rows_of(RowAxis axis, int atoms, int edges) {
    return axis == RowAxis::atom ? atoms : axis == RowAxis::edge ? edges : 1;
}

std::int64_t size_of(std::string const* text) { return static_cast<std::int64_t>(text->size()); }

/// Writes `value` to the place of row `index`.
void store(std::byte* to, std::int64_t index, std::int64_t value) {
    std::memcpy(to + static_cast<std::size_t>(index) * sizeof value, &value, sizeof value);
}

}  // namespace

ZarrRows::ZarrRows(Batch const& from, std::span<SystemIndex const> systems, RowKind what)
    : batch(&from), kind(what) {
    for (SystemIndex const s : systems)
        list.push_back({from.atom_count(s), from.edge_count(s), &from.name(s), &from.text(s), s});
}

ZarrRows::ZarrRows(Sample const& from, RowKind what) : sample(&from), kind(what) {
    list.push_back({from.atom_count(), from.edge_count(), &from.name(), &from.text(), {}});
}

MemorySpace& ZarrRows::space() const { return batch != nullptr ? batch->space() : host_memory(); }

std::byte const* ZarrRows::begin(FieldIndex field, One const& one) const {
    return batch != nullptr ? batch->rows(field, one.system) : sample->bytes(field).data();
}

RowCounts ZarrRows::counts() const {
    RowCounts sum;
    for (One const& one : list) {
        sum.atoms += one.atoms;
        sum.edges += one.edges;
        sum.name_bytes += size_of(one.name);
        sum.text_bytes += size_of(one.text);
        ++sum.samples;
    }
    return sum;
}

void ZarrRows::move_into(std::span<std::span<std::byte> const> pieces, FieldIndex field,
                         RowAxis axis, std::vector<RowMove>& moves) const {
    Schema const& schema = batch != nullptr ? batch->schema() : *sample->schema_ptr();
    std::size_t const row_bytes = schema.field(field).bytes_per_row();
    std::size_t filled = 0;  // of the first of them
    for (One const& one : list) {
        auto bytes = static_cast<std::size_t>(rows_of(axis, one.atoms, one.edges)) * row_bytes;
        if (bytes == 0) continue;
        for (std::byte const* from = begin(field, one); bytes > 0;) {
            std::size_t const now = std::min(bytes, pieces.front().size() - filled);
            moves.push_back({pieces.front().data() + filled, from, now});
            from += now;
            bytes -= now;
            filled += now;
            if (filled < pieces.front().size()) continue;
            pieces = pieces.subspan(1);
            filled = 0;
        }
    }
}

void ZarrRows::write_own(StoredArray const& array, RowCounts const& before, bool masks_quarantined,
                         std::byte* to) const {
    auto const ends = [&](std::int64_t at, auto count_of) {
        std::int64_t row = 0;
        for (One const& one : list) store(to, row++, at += count_of(one));
    };
    auto const texts = [&](std::string const* One::*text) {
        for (One const& one : list) {
            std::string const& bytes = *(one.*text);
            if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
            to += bytes.size();
        }
    };
    auto const fill = [&](int value) {
        auto const rows = static_cast<std::size_t>(counts().added_along(array.axis));
        if (rows > 0) std::memset(to, value, rows * array.row_bytes());
    };
    switch (array.source) {
        case RowSource::field:
            break;
        case RowSource::zeros:
            fill(0);
            break;
        case RowSource::present:
            fill(masks_quarantined && kind == RowKind::quarantined ? 0 : 1);
            break;
        case RowSource::kind:
            fill(static_cast<int>(kind));
            break;
        case RowSource::atoms_ptr:
            ends(before.atoms, [](One const& one) { return one.atoms; });
            break;
        case RowSource::edges_ptr:
            ends(before.edges, [](One const& one) { return one.edges; });
            break;
        case RowSource::names_ptr:
            ends(before.name_bytes, [](One const& one) { return size_of(one.name); });
            break;
        case RowSource::texts_ptr:
            ends(before.text_bytes, [](One const& one) { return size_of(one.text); });
            break;
        case RowSource::name:
            texts(&One::name);
            break;
        case RowSource::text:
            texts(&One::text);
            break;
    }
}

void ZarrRows::number_atoms_from(std::int64_t atoms, std::byte* to) const {
    std::int64_t at = 0;
    for (One const& one : list) {
        for (int k = 0; k < 2 * one.edges; ++k, ++at) {
            std::int64_t atom = 0;
            std::memcpy(&atom, to + static_cast<std::size_t>(at) * sizeof atom, sizeof atom);
            store(to, at, atom + atoms);
        }
        atoms += one.atoms;
    }
}

}  // namespace athanor
