// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/sample_packer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "runtime/copy_bytes.hpp"
#include "runtime/crc32c.hpp"
#include "runtime/expects.hpp"
#include "runtime/streaming_copy.hpp"

namespace athanor {
namespace {

using detail::packed_part_alignment;
using detail::packed_part_bytes;
using detail::packed_table_entry_bytes;

constexpr std::size_t piece_bytes = 24 * 1024;
constexpr std::size_t least_streamed_bytes = 4 * 1024;

/// Follows the writing of one run of bytes from its beginning, and takes its checksum in step: of a
/// piece that was written while it is still in the first cache, of one that goes past the caches
/// before. Where the next byte goes is the caller's to know: kept here, in memory, it would be
/// what many small columns wait for.
class Written {
public:
    /// Without `checksum` none is taken, and nothing is told.
    Written(std::byte const* begin, std::uint32_t* checksum, PackProgress const* progress)
        : begin_(begin),
          unchecked_(begin),
          told_(begin),
          checksum_(checksum),
          progress_(progress) {}

    [[nodiscard]] bool checks() const { return checksum_ != nullptr; }
    /// All bytes before `to` are written.
    void up_to(std::byte const* to) {
        if (checksum_ == nullptr || to - unchecked_ < static_cast<std::ptrdiff_t>(piece_bytes))
            return;
        finish(to);
        tell(to);
    }
    /// The same, and nothing more for now.
    void finish(std::byte const* to) {
        if (checksum_ != nullptr) *checksum_ = crc32c({unchecked_, to}, *checksum_);
        unchecked_ = to;
    }
    /// Writes bytes behind `to`, past the caches; all before are written.
    void stream(std::byte* to, std::byte const* from, std::size_t bytes) {
        finish(to);
        *checksum_ = crc32c({from, bytes}, *checksum_);
        copy_streaming(to, from, bytes);
        unchecked_ = to + bytes;
        tell(unchecked_);
    }

private:
    void tell(std::byte const* to) {
        if (progress_ == nullptr || to - told_ < static_cast<std::ptrdiff_t>(told_bytes)) return;
        told_ = to;
        (*progress_)(static_cast<std::size_t>(to - begin_));
    }

    std::byte const* begin_;
    std::byte const* unchecked_;  // the first byte that the checksum does not have
    std::byte const* told_;       // the first byte that progress_ does not know of
    std::uint32_t* checksum_;
    PackProgress const* progress_;
};

/// How rows of a batch get where they are packed.
struct RowCopy {
    MemorySpace* space;  ///< which moves them; of the host's own memory when there is none
    bool streams;        ///< past the caches, unless they are few and would go in parts of lines
    Written& written;

    /// Where they end.
    std::byte* operator()(std::byte* to, std::byte const* from, std::size_t bytes) const {
        if (space == nullptr && bytes < least_streamed_bytes) {
            copy_bytes(to, from, bytes);
            return to + bytes;
        }
        std::size_t const most = written.checks() ? piece_bytes : bytes;
        while (bytes > 0) {
            std::size_t const piece = std::min(bytes, most);
            if (streams && bytes >= least_streamed_bytes) {
                written.stream(to, from, piece);
            } else {
                copy(to, from, piece);
                written.up_to(to + piece);
            }
            to += piece;
            from += piece;
            bytes -= piece;
        }
        return to;
    }

private:
    void copy(std::byte* to, std::byte const* from, std::size_t bytes) const {
        RowMove const move{to, from, bytes};
        (space == nullptr ? host_memory() : *space).move({&move, 1});
    }
};

/// Zeros what a part of so many bytes leaves of its last unit, and the copies that follow will not
/// fill: the whole unit, without asking how much that is. Where the next part begins.
std::byte* fill_up(std::byte* part, std::size_t bytes) {
    std::byte* const end = part + packed_part_bytes(bytes);
    if (bytes > 0) std::memset(end - packed_part_alignment, 0, packed_part_alignment);
    return end;
}

std::byte* write_table(std::byte* to, Batch const& batch, std::span<SystemIndex const> systems,
                       EdgeRows edges) {
    for (SystemIndex s : systems) {
        std::int32_t const sizes[2] = {batch.atom_count(s),
                                       edges == EdgeRows::travel ? batch.edge_count(s) : 0};
        std::uint32_t const texts[2] = {static_cast<std::uint32_t>(batch.name(s).size()),
                                        static_cast<std::uint32_t>(batch.text(s).size())};
        std::memcpy(to, sizes, sizeof sizes);
        std::memcpy(to + sizeof sizes, texts, sizeof texts);
        to += packed_table_entry_bytes;
    }
    return to;
}

std::byte* write_words(std::byte* to, std::string const& words) {
    copy_bytes(to, reinterpret_cast<std::byte const*>(words.data()), words.size());
    return to + words.size();
}

/// Writes the rows of all systems; those that stand one behind the other go as one.
std::byte* write_column(std::byte* to, Batch const& batch, FieldIndex field,
                        std::span<SystemIndex const> systems, RowCopy const& copy) {
    std::byte const* first = nullptr;
    std::size_t bytes = 0;
    for (SystemIndex s : systems) {
        std::byte const* const rows = batch.rows(field, s);
        if (rows != first + bytes) {
            to = copy(to, first, bytes);
            first = rows;
            bytes = 0;
        }
        bytes += batch.row_bytes(field, s);
    }
    return copy(to, first, bytes);
}

/// Expects: `counts` are those of the systems, and the batch has the schema's fields in front.
std::size_t pack(Schema const& schema, Batch const& batch, std::span<SystemIndex const> systems,
                 PackedCounts const& counts, std::span<std::byte> out, EdgeRows edges,
                 std::uint32_t* checksum, PackProgress const* progress) {
    std::size_t const total = packed_bytes(schema, counts);
    ATHANOR_EXPECTS(total <= out.size());
    Written written(out.data(), checksum, progress);
    RowCopy const copy{&batch.space() == &host_memory() ? nullptr : &batch.space(),
                       checksum != nullptr && detail::goes_past_caches(batch.space(), total),
                       written};
    std::byte* part = write_table(out.data(), batch, systems, edges);
    auto const rows = detail::rows_by_level(counts);
    for (int f = 0; f < schema.field_count(); ++f) {
        FieldIndex const field{f};
        Level const level = schema.level(field);
        if (level == Level::edge && edges == EdgeRows::stay) continue;
        std::size_t const bytes =
            rows[static_cast<std::size_t>(level)] * schema.bytes_per_row(field);
        std::byte* const next = fill_up(part, bytes);
        std::byte* const end = systems.size() == 1
                                   ? copy(part, batch.rows(field, systems.front()), bytes)
                                   : write_column(part, batch, field, systems, copy);
        ATHANOR_ENSURES(end == part + bytes);
        written.up_to(next);
        part = next;
    }
    std::byte* const end = fill_up(part, counts.text_bytes);
    for (SystemIndex s : systems)
        part = write_words(write_words(part, batch.name(s)), batch.text(s));
    ATHANOR_ENSURES(end == out.data() + total);
    written.finish(end);
    return total;
}

}  // namespace

std::size_t pack_samples(Schema const& schema, Batch const& batch,
                         std::span<SystemIndex const> systems, std::span<std::byte> out,
                         EdgeRows edges) {
    ATHANOR_EXPECTS(detail::begins_with(batch.schema(), schema));
    return pack(schema, batch, systems, count_packed(batch, systems, edges), out, edges, nullptr,
                nullptr);
}

std::uint32_t SamplePacker::pack(Batch const& batch, std::span<SystemIndex const> systems,
                                 PackedCounts const& counts, std::span<std::byte> out,
                                 std::uint32_t before, PackProgress const& progress) {
    if (agreed_ != batch.schema_ptr()) {
        ATHANOR_EXPECTS(detail::begins_with(batch.schema(), *schema_));
        agreed_ = batch.schema_ptr();
    }
    static_cast<void>(athanor::pack(*schema_, batch, systems, counts, out, edges_, &before,
                                    progress ? &progress : nullptr));
    return before;
}

}  // namespace athanor
