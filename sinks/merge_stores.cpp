// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/merge_stores.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/object_url.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

struct Place {
    RowKey key;
    std::int32_t part = 0;
    std::int64_t row = 0;
    auto operator<=>(Place const&) const = default;
};

std::vector<Place> sorted_places(std::vector<std::unique_ptr<ZarrReader>> const& readers) {
    std::vector<Place> places;
    for (std::size_t part = 0; part < readers.size(); ++part) {
        auto const keys = readers[part]->ledger_keys();
        for (std::size_t row = 0; row < keys.size(); ++row)
            if (readers[part]->is_active(static_cast<std::int64_t>(row)) ||
                keys[row].kind == RowKind::quarantined)
                places.push_back(
                    {keys[row], static_cast<std::int32_t>(part), static_cast<std::int64_t>(row)});
    }
    std::sort(places.begin(), places.end());
    return places;
}

/// What a sample takes in memory, about [bytes].
std::size_t memory_of(ZarrReader const& reader, std::int64_t row) {
    Schema const& schema = *reader.schema();
    constexpr std::size_t of_a_column = 48;
    auto const rows = [&schema](Level level, int count) {
        return static_cast<std::size_t>(count) * schema.bytes_per_row(level);
    };
    return rows(Level::system, 1) + rows(Level::atom, reader.atom_count(row)) +
           rows(Level::edge, reader.edge_count(row)) +
           of_a_column * static_cast<std::size_t>(schema.field_count());
}

/// Reads rows in the order in which they stand in the parts, and gives them in the order of their
/// keys: a part has the steps of all samples of a batch side by side, so that the rows of one
/// sample are in many chunks, each of which would be decoded for each of its rows.
class Window {
public:
    Window(std::vector<std::unique_ptr<ZarrReader>> const& readers, std::size_t bytes)
        : readers_(readers), bytes_(bytes) {}

    /// Reads from the first of `places` on as many as fit, one at least; returns how many.
    std::size_t fill(std::span<Place const> places) {
        std::size_t count = 0, bytes = 0;
        while (count < places.size() && (count == 0 || bytes < bytes_)) {
            bytes += memory_of(reader_of(places[count]), places[count].row);
            ++count;
        }
        order_.resize(count);
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::sort(order_, {}, [&places](std::size_t k) {
            return std::pair(places[k].part, places[k].row);
        });
        samples_.clear();
        samples_.resize(count);
        for (std::size_t const k : order_) samples_[k] = reader_of(places[k]).read(places[k].row);
        return count;
    }
    [[nodiscard]] Sample const& at(std::size_t k) const { return *samples_[k]; }

private:
    [[nodiscard]] ZarrReader& reader_of(Place const& place) const {
        return *readers_[static_cast<std::size_t>(place.part)];
    }

    std::vector<std::unique_ptr<ZarrReader>> const& readers_;
    std::size_t bytes_;
    std::vector<std::size_t> order_;
    std::vector<std::optional<Sample>> samples_;
};

/// Objects cannot be renamed: what stands in a bucket already stays, and grows by the other parts.
bool stays(ZarrSinkOptions const& options, std::vector<std::string> const& parts) {
    return is_object_url(options.path) &&
           std::find(parts.begin(), parts.end(), options.path) != parts.end();
}

}  // namespace

std::int64_t merge_stores(std::vector<std::string> const& all_parts, ZarrSinkOptions options,
                          MergeMemory const& memory) {
    bool const grows = stays(options, all_parts);
    std::vector<std::string> parts = all_parts;
    if (grows) std::erase(parts, options.path);
    std::vector<std::unique_ptr<ZarrReader>> readers;
    for (std::string const& part : parts) {
        ZarrReader const& reader =
            *readers.emplace_back(std::make_unique<ZarrReader>(part, memory.chunk_bytes));
        if (!reader.has_ledger())
            throw StorageError(fmt::format("{}: has no ledger and cannot be merged", part));
        if (reader.schema()->fingerprint() != readers.front()->schema()->fingerprint())
            throw StorageError(fmt::format("{}: has other fields than {}; convert one of them",
                                           part, parts.front()));
    }
    options.visible_at_once = false;
    options.mask_quarantined = true;
    options.journal = false;  // the parts stay until all is in the new store
    auto const sink = grows ? ZarrSink::reopen(std::move(options))
                            : std::make_unique<ZarrSink>(std::move(options));
    if (!readers.empty()) {
        sink->open(*readers.front()->schema());
        sink->set_provenance(readers.front()->provenance());
    }
    std::vector<Place> const sorted = sorted_places(readers);
    Window window(readers, memory.row_bytes);
    for (std::span<Place const> left = sorted; !left.empty();) {
        std::size_t const count = window.fill(left);
        for (std::size_t k = 0; k < count; ++k) sink->write(window.at(k), left[k].key.kind);
        left = left.subspan(count);
    }
    sink->close();
    return sink->committed_samples();
}

}  // namespace athanor
