// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/merge_stores.hpp"

#include <algorithm>
#include <memory>

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

/// Objects cannot be renamed: what stands in a bucket already stays, and grows by the other parts.
bool stays(ZarrSinkOptions const& options, std::vector<std::string> const& parts) {
    return is_object_url(options.path) &&
           std::find(parts.begin(), parts.end(), options.path) != parts.end();
}

}  // namespace

std::int64_t merge_stores(std::vector<std::string> const& all_parts, ZarrSinkOptions options) {
    bool const grows = stays(options, all_parts);
    std::vector<std::string> parts = all_parts;
    if (grows) std::erase(parts, options.path);
    std::vector<std::unique_ptr<ZarrReader>> readers;
    for (std::string const& part : parts) {
        ZarrReader const& reader = *readers.emplace_back(std::make_unique<ZarrReader>(part));
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
    for (Place const& place : sorted_places(readers))
        sink->write(readers[static_cast<std::size_t>(place.part)]->read(place.row), place.key.kind);
    sink->close();
    return sink->committed_samples();
}

}  // namespace athanor
