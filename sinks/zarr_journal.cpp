// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_journal.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <numeric>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/file_calls.hpp"
#include "sinks/journal_reader.hpp"
#include "sinks/zarr_array_reader.hpp"
#include "sinks/zarr_store_writer.hpp"

namespace athanor {
namespace {

constexpr std::size_t counts_bytes = 2 * 5 * sizeof(std::int64_t);
using CountsBytes = std::array<std::byte, counts_bytes>;

/// Where a record stands in the store, and what it adds.
struct RecordCounts {
    RowCounts before, added;
};

auto members(RowCounts& counts) {
    return std::array{&counts.samples, &counts.atoms, &counts.edges, &counts.name_bytes,
                      &counts.text_bytes};
}

CountsBytes to_bytes(RecordCounts counts) {
    CountsBytes bytes{};
    std::byte* to = bytes.data();
    for (RowCounts* part : {&counts.before, &counts.added})
        for (std::int64_t const* member : members(*part)) {
            std::memcpy(to, member, sizeof *member);
            to += sizeof *member;
        }
    return bytes;
}

/// Nothing for bytes that are no record of ours.
std::optional<RecordCounts> counts_from(std::span<std::byte const> payload) {
    if (payload.size() < counts_bytes) return std::nullopt;
    RecordCounts counts;
    std::byte const* from = payload.data();
    for (RowCounts* part : {&counts.before, &counts.added})
        for (std::int64_t* member : members(*part)) {
            std::memcpy(member, from, sizeof *member);
            from += sizeof *member;
            if (*member < 0 || *member > (std::int64_t{1} << 60)) return std::nullopt;
        }
    return counts.added.samples > 0 ? std::optional(counts) : std::nullopt;
}

[[noreturn]] void refuse(std::filesystem::path const& path, std::string_view why) {
    throw StorageError(
        fmt::format("{}: {}; move it away to go on without its rows", path.string(), why));
}

/// Goes through the records of a journal in order, and hands `apply` those that the store lacks.
class JournalWalk {
public:
    using Apply = std::function<void(JournalFile const&, RecordCounts const&,
                                     std::span<std::byte const> rows)>;
    JournalWalk(std::optional<JournalIdentity> identity, std::optional<std::uint64_t> arrays,
                RowCounts counts)
        : identity_(identity), arrays_(arrays), counts_(counts) {}

    JournalReplay run(JournalPlace const& place, std::vector<JournalFile> const& files,
                      Apply const& apply) {
        found_.files = static_cast<int>(files.size());
        for (JournalFile const& file : files) {
            JournalReader reader(place, file);
            if (reader.header()) check(file, *reader.header());
            while (reader.next(payload_)) take(file, apply);
            found_.torn_bytes += reader.torn_bytes();
        }
        return found_;
    }

private:
    void check(JournalFile const& file, JournalHeader const& header) const {
        if (!identity_ || header.identity != *identity_)
            refuse(file.path, "is the journal of another store than the one beside it");
        if (arrays_ && header.arrays != *arrays_)
            refuse(file.path, "was written for other arrays than the store beside it has");
    }

    void take(JournalFile const& file, Apply const& apply) {
        auto const counts = counts_from(payload_);
        if (!counts) refuse(file.path, "has a record that no version of this program writes");
        RowCounts const& before = counts->before;
        if (before.samples + counts->added.samples <= counts_.samples) {
            found_.known_rows += counts->added.samples;
        } else if (before.samples > counts_.samples) {
            found_.torn_bytes += static_cast<std::int64_t>(payload_.size());
        } else if (knows_all_ && before != counts_) {
            refuse(file.path, "does not go on where the store ends: another program changed it");
        } else {
            apply(file, *counts, std::span(payload_).subspan(counts_bytes));
            counts_ = before + counts->added;
            knows_all_ = true;
            found_.rows += counts->added.samples;
        }
    }

    std::optional<JournalIdentity> identity_;
    std::optional<std::uint64_t> arrays_;
    RowCounts counts_;
    bool knows_all_ = arrays_.has_value();  ///< counts_ holds more than samples
    JournalReplay found_;
    Bytes payload_;
};

/// What a writer at work changes, as far as a look at its journal depends on it.
struct JournalState {
    std::int64_t samples = 0;  ///< in the arrays
    std::optional<JournalIdentity> identity;
    std::vector<JournalFile> files;
    std::vector<std::int64_t> sizes;  ///< of the files [bytes]

    bool operator==(JournalState const& other) const {
        return samples == other.samples && identity == other.identity && sizes == other.sizes &&
               std::equal(files.begin(), files.end(), other.files.begin(), other.files.end(),
                          [](auto const& a, auto const& b) { return a.number == b.number; });
    }
};

/// `samples`: where the store does not say how many it has.
JournalState look_at_state(Storage& storage, JournalPlace const& place, std::int64_t samples) {
    JournalState state;
    state.samples = samples;
    try {
        auto const mask = load_array_metadata(storage, "meta/samples_mask");
        if (mask.shape.size() == 1) state.samples = mask.shape[0];
    } catch (StorageError const&) {  // damage that others report
    }
    // After the samples: files go when the arrays have their rows, and never before.
    state.files = journal_files(place);
    for (JournalFile const& file : state.files) {
        auto const status = detail::status_of(*place.calls, file.path);
        state.sizes.push_back(status ? static_cast<std::int64_t>(status->st_size) : -1);
    }
    if (!state.files.empty()) state.identity = journal_identity_of(storage);
    return state;
}

void extend_arrays(ZarrStoreWriter& writer, std::vector<std::size_t> const& order,
                   JournalFile const& file, RowCounts const& added,
                   std::span<std::byte const> rows) {
    std::size_t expected = 0;
    for (std::size_t const a : order)
        expected += static_cast<std::size_t>(added.added_along(writer.arrays()[a].axis)) *
                    writer.writer(a).row_bytes();
    if (expected != rows.size()) refuse(file.path, "has a record whose rows do not fit the arrays");
    for (std::size_t const a : order) {
        std::int64_t const more = added.added_along(writer.arrays()[a].axis);
        std::size_t const bytes = static_cast<std::size_t>(more) * writer.writer(a).row_bytes();
        std::byte* const to = writer.writer(a).extend(more);
        if (bytes > 0) std::memcpy(to, rows.data(), bytes);
        rows = rows.subspan(bytes);
    }
    writer.add(added);
    writer.push_full_chunks();
}

}  // namespace

std::vector<std::size_t> in_order_of_keys(std::vector<StoredArray> const& arrays) {
    std::vector<std::size_t> order(arrays.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return arrays[a].key < arrays[b].key; });
    return order;
}

std::uint64_t journal_fingerprint(std::vector<StoredArray> const& arrays) {
    // FNV-1a, 64 bits (Fowler, Noll, Vo): not against malice, that is what nobody meets here.
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (std::size_t const a : in_order_of_keys(arrays))
        for (char const c : fmt::format("{} {} {} {}\n", arrays[a].key, name_of(arrays[a].dtype),
                                        arrays[a].row_bytes(), static_cast<int>(arrays[a].axis)))
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

void begin_rows(Journal& journal, ZarrStoreWriter const& writer, std::span<std::size_t const> order,
                RowCounts const& added, std::vector<std::span<std::byte>>& rows) {
    rows.resize(order.size());
    auto const bytes_of = [&](std::size_t a) {
        return static_cast<std::size_t>(added.added_along(writer.arrays()[a].axis)) *
               writer.writer(a).row_bytes();
    };
    std::size_t bytes = counts_bytes;
    for (std::size_t const a : order) bytes += bytes_of(a);
    std::span<std::byte> left = journal.begin_record(bytes);
    CountsBytes const head = to_bytes({writer.counts(), added});
    std::memcpy(left.data(), head.data(), head.size());
    left = left.subspan(head.size());
    for (std::size_t const a : order) {
        rows[a] = left.first(bytes_of(a));
        left = left.subspan(rows[a].size());
    }
}

JournalReplay replay_journal(ZarrStoreWriter& writer) {
    auto const place = writer.storage().journal_place();
    if (!place) return {};
    auto const files = journal_files(*place);
    if (files.empty()) return {};
    auto const identity = writer.journal_identity();
    auto const arrays = journal_fingerprint(writer.arrays());
    // A look at everything first: a journal that is to be refused must leave the store alone.
    static_cast<void>(
        JournalWalk(identity, arrays, writer.counts()).run(*place, files, [](auto const&...) {}));
    // Its rows were promised, whatever this writer promises.
    if (writer.storage().exchange_durability(Durability::commit) == Durability::strict)
        writer.storage().exchange_durability(Durability::strict);
    auto const order = in_order_of_keys(writer.arrays());
    JournalReplay const replay =
        JournalWalk(identity, arrays, writer.counts())
            .run(*place, files,
                 [&](JournalFile const& file, RecordCounts const& counts,
                     std::span<std::byte const> rows) {
                     extend_arrays(writer, order, file, counts.added, rows);
                 });
    writer.commit();
    writer.drain();
    remove_journal(*place);
    return replay;
}

std::optional<JournalReplay> look_at_journal(Storage& storage, std::int64_t samples) {
    auto const place = storage.journal_place();
    if (!place) return JournalReplay{};
    constexpr int most_looks = 8;  // a commit changes what is there in three places
    JournalState state = look_at_state(storage, *place, samples);
    for (int look = 0; look < most_looks; ++look) {
        JournalReplay found;
        std::optional<StorageError> refusal;
        try {
            RowCounts counts;
            counts.samples = state.samples;
            found = JournalWalk(state.identity, std::nullopt, counts)
                        .run(*place, state.files, [](auto const&...) {});
            if (found.files > 0) found.rows += std::max<std::int64_t>(0, state.samples - samples);
        } catch (StorageError const& error) {
            refusal = error;
        }
        // Whole records that follow on the store are what was there when the files were listed.
        if (!refusal && found.torn_bytes == 0) return found;
        JournalState const after = look_at_state(storage, *place, samples);
        if (after == state) {
            if (refusal) throw *refusal;
            return found;
        }
        state = after;
    }
    return std::nullopt;
}

}  // namespace athanor
