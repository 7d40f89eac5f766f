// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/packed_samples.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/streaming_copy.hpp"

namespace athanor {
namespace {

constexpr std::size_t part_alignment = 16;
constexpr std::size_t table_entry_bytes = 16;

std::size_t aligned(std::size_t bytes) {
    return (bytes + part_alignment - 1) / part_alignment * part_alignment;
}

std::size_t rows_of(PackedCounts const& counts, Level level) {
    switch (level) {
        case Level::atom:
            return counts.atoms;
        case Level::edge:
            return counts.edges;
        case Level::system:
            return counts.systems;
    }
    return 0;
}

/// Of a field's rows of all systems, with what fills up the part.
std::size_t column_bytes(Schema const& schema, int field, PackedCounts const& counts) {
    FieldIndex const f{field};
    return aligned(rows_of(counts, schema.field(f).level) * schema.bytes_per_row(f));
}

/// True when the first fields of `all` are those of `travelling`.
bool begins_with(Schema const& all, Schema const& travelling) {
    if (&all == &travelling) return true;
    return all.field_count() >= travelling.field_count() &&
           std::equal(travelling.fields().begin(), travelling.fields().end(), all.fields().begin(),
                      [](FieldSpec const& a, FieldSpec const& b) { return a.name == b.name; });
}

}  // namespace

std::size_t packed_bytes(Schema const& schema, PackedCounts const& counts) {
    std::size_t bytes = aligned(counts.systems * table_entry_bytes);
    for (int f = 0; f < schema.field_count(); ++f) bytes += column_bytes(schema, f, counts);
    return bytes + aligned(counts.text_bytes);
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

namespace {

/// Only the host's own memory is known to be written by plain stores.
bool goes_past_caches(MemorySpace const& space, std::size_t bytes) {
    return bytes >= streaming_bytes && &space == &host_memory();
}

/// Writes one run of bytes from its beginning, and takes its checksum in step: of a piece that was
/// written while it is still in the first cache, of one that goes past the caches before.
class PackWriter {
public:
    /// Without `checksum` none is taken, and nothing is told.
    PackWriter(std::span<std::byte> out, std::uint32_t* checksum, PackProgress const* progress)
        : begin_(out.data()),
          to_(begin_),
          unchecked_(begin_),
          told_(begin_),
          checksum_(checksum),
          progress_(progress) {}

    void copy(void const* from, std::size_t bytes) {
        std::memcpy(to_, from, bytes);
        advance(bytes);
    }
    /// Rows of a batch, which its memory space moves; `streams`: past the caches, with a checksum,
    /// unless they are few and would go there in parts of lines.
    void copy(Batch const& batch, std::byte const* from, std::size_t bytes, bool streams) {
        streams = streams && bytes >= least_streamed_bytes;
        std::size_t const most = checksum_ == nullptr ? bytes : piece_bytes;
        while (bytes > 0) {
            std::size_t const piece = std::min(bytes, most);
            if (streams) {
                stream(from, piece);
            } else {
                RowMove const move{to_, from, piece};
                batch.space().move({&move, 1});
                advance(piece);
            }
            from += piece;
            bytes -= piece;
        }
    }
    void pad_to(std::size_t bytes) {
        std::size_t const missing = bytes - static_cast<std::size_t>(to_ - begin_);
        if (missing == 0) return;
        std::memset(to_, 0, missing);
        advance(missing);
    }
    [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(to_ - begin_); }
    void finish() {
        if (checksum_ != nullptr) *checksum_ = crc32c({unchecked_, to_}, *checksum_);
        unchecked_ = to_;
    }

private:
    static constexpr std::size_t piece_bytes = 24 * 1024;
    static constexpr std::size_t least_streamed_bytes = 4 * 1024;

    void advance(std::size_t bytes) {
        to_ += bytes;
        if (to_ - unchecked_ < static_cast<std::ptrdiff_t>(piece_bytes)) return;
        finish();
        tell();
    }
    void stream(std::byte const* from, std::size_t bytes) {
        finish();
        *checksum_ = crc32c({from, bytes}, *checksum_);
        copy_streaming(to_, from, bytes);
        to_ += bytes;
        unchecked_ = to_;
        tell();
    }
    void tell() {
        if (progress_ == nullptr || to_ - told_ < static_cast<std::ptrdiff_t>(told_bytes)) return;
        told_ = to_;
        (*progress_)(bytes());
    }

    std::byte* begin_;
    std::byte* to_;
    std::byte* unchecked_;  // the first byte that the checksum does not have
    std::byte* told_;       // the first byte that progress_ does not know of
    std::uint32_t* checksum_;
    PackProgress const* progress_;
};

void write_table(PackWriter& writer, Batch const& batch, std::span<SystemIndex const> systems,
                 EdgeRows edges) {
    for (SystemIndex s : systems) {
        std::int32_t const sizes[2] = {batch.atom_count(s),
                                       edges == EdgeRows::travel ? batch.edge_count(s) : 0};
        std::uint32_t const texts[2] = {static_cast<std::uint32_t>(batch.name(s).size()),
                                        static_cast<std::uint32_t>(batch.text(s).size())};
        writer.copy(sizes, sizeof sizes);
        writer.copy(texts, sizeof texts);
    }
}

std::size_t pack(Schema const& schema, Batch const& batch, std::span<SystemIndex const> systems,
                 std::span<std::byte> out, EdgeRows edges, std::uint32_t* checksum,
                 PackProgress const* progress) {
    std::size_t const total = packed_bytes(schema, count_packed(batch, systems, edges));
    ATHANOR_EXPECTS(total <= out.size());
    ATHANOR_EXPECTS(begins_with(batch.schema(), schema));
    PackWriter writer(out, checksum, progress);
    bool const streams = checksum != nullptr && goes_past_caches(batch.space(), total);
    write_table(writer, batch, systems, edges);
    for (int f = 0; f < schema.field_count(); ++f) {
        FieldIndex const field{f};
        if (schema.field(field).level == Level::edge && edges == EdgeRows::stay) continue;
        // Systems that stand one behind the other go as one.
        std::byte const* first = nullptr;
        std::size_t bytes = 0;
        for (SystemIndex s : systems) {
            std::byte const* const rows = batch.rows(field, s);
            if (rows != first + bytes) {
                writer.copy(batch, first, bytes, streams);
                first = rows;
                bytes = 0;
            }
            bytes += batch.row_bytes(field, s);
        }
        writer.copy(batch, first, bytes, streams);
        writer.pad_to(aligned(writer.bytes()));
    }
    for (SystemIndex s : systems)
        for (std::string const* words : {&batch.name(s), &batch.text(s)})
            writer.copy(words->data(), words->size());
    writer.pad_to(total);
    writer.finish();
    return total;
}

}  // namespace

std::size_t pack_samples(Schema const& schema, Batch const& batch,
                         std::span<SystemIndex const> systems, std::span<std::byte> out,
                         EdgeRows edges) {
    return pack(schema, batch, systems, out, edges, nullptr, nullptr);
}

std::uint32_t pack_and_check(Schema const& schema, Batch const& batch,
                             std::span<SystemIndex const> systems, std::span<std::byte> out,
                             EdgeRows edges, std::uint32_t before, PackProgress const& progress) {
    static_cast<void>(
        pack(schema, batch, systems, out, edges, &before, progress ? &progress : nullptr));
    return before;
}

void PackedSamples::read(PackedCounts const& counts, std::span<std::byte const> bytes) {
    counts_ = counts;
    bytes_ = bytes;
    places_.clear();
    auto const refuse = [](std::string const& why) {
        throw CampaignError("packed samples are damaged: " + why);
    };
    if (packed_bytes(*schema_, counts_) > bytes_.size())
        refuse(fmt::format("{} bytes for {} systems, {} atoms, {} edges; {} are needed",
                           bytes_.size(), counts_.systems, counts_.atoms, counts_.edges,
                           packed_bytes(*schema_, counts_)));
    Place place{0, 0, packed_bytes(*schema_, counts_) - aligned(counts_.text_bytes)};
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
    std::memcpy(&e, bytes_.data() + k * table_entry_bytes, sizeof e);
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
        ATHANOR_EXPECTS(begins_with(batch.schema(), *schema_));
        agreed_ = batch.schema_ptr();
    }
    moves_.clear();
    std::size_t offset = aligned(counts_.systems * table_entry_bytes), bytes = 0;
    for (int f = 0; f < schema_->field_count(); ++f) {
        FieldIndex const field{f};
        Level const level = schema_->field(field).level;
        std::size_t const first = level == Level::atom   ? place.first_atom
                                  : level == Level::edge ? place.first_edge
                                                         : static_cast<std::size_t>(k);
        moves_.push_back({batch.rows(field, s),
                          bytes_.data() + offset + first * schema_->bytes_per_row(field),
                          batch.row_bytes(field, s)});
        bytes += moves_.back().bytes;
        offset += column_bytes(*schema_, f, counts_);
    }
    if (goes_past_caches(batch.space(), bytes))
        for (RowMove const& m : moves_) copy_streaming(m.to, m.from, m.bytes);
    else
        batch.space().move(moves_);
    return s;
}

}  // namespace athanor
