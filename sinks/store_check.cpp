// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/store_check.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/array_check.hpp"
#include "sinks/convert_elements.hpp"
#include "sinks/ledger_words.hpp"
#include "sinks/zarr_journal.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

constexpr std::size_t most_lines = 100;

void add_line(std::vector<std::string>& lines, std::string line) {
    if (lines.size() < most_lines) lines.push_back(std::move(line));
    if (lines.size() == most_lines) lines.back() = "... and more";
}

class StoreChecker {
public:
    StoreChecker(Storage& storage, CheckDepth depth) : storage_(storage), depth_(depth) {}

    StoreCheck run() {
        check_root();
        check_arrays();
        check_samples();
        tolerate([&] { check_journal(); });
        return std::move(found_);
    }

private:
    /// Without the place of the store, and once: several looks may meet the same damage.
    void problem(std::string line) {
        std::string const place = storage_.describe() + "/";
        if (line.starts_with(place)) line.erase(0, place.size());
        auto& lines = found_.problems;
        if (std::find(lines.begin(), lines.end(), line) == lines.end())
            add_line(lines, std::move(line));
    }
    void leftover(std::string line) { add_line(found_.leftovers, std::move(line)); }

    /// Runs `body`; damage that it meets is a problem.
    template <class Body>
    bool tolerate(Body body) {
        try {
            body();
            return true;
        } catch (StorageError const& error) {
            problem(error.what());
            return false;
        }
    }

    void check_root() {
        auto const root = storage_.get("zarr.json");
        if (!root)
            throw InputError(
                fmt::format("{}: is no Zarr store: it has no zarr.json", storage_.describe()));
        tolerate([&] {
            auto const group =
                parse_group_metadata({reinterpret_cast<char const*>(root->data()), root->size()});
            num_samples_ = parse_root_attributes(group.attributes).num_samples;
        });
        tolerate([&] {
            auto const own = storage_.get("athanor/zarr.json");
            if (!own) return;
            auto const group =
                parse_group_metadata({reinterpret_cast<char const*>(own->data()), own->size()});
            found_.ours = member(group.attributes, "store_format").has_value();
        });
    }

    void check_arrays() {
        for (std::string const group : {"athanor", "core", "custom", "meta"})
            for (std::string const& name : storage_.list(group)) {
                if (name == "zarr.json") continue;
                std::string const key = group + "/" + name.substr(0, name.size() - 1);
                if (!name.ends_with('/')) {
                    leftover(fmt::format("{}/{}: belongs to no array", group, name));
                } else if (storage_.get(key + "/zarr.json")) {
                    check_array(key);
                } else {
                    leftover(fmt::format("{}: has no document", key));
                }
            }
    }

    void check_array(std::string const& key) {
        ArrayCheck check(storage_, key, found_.ours);
        tolerate([&] {
            found_.arrays.push_back(check.run(depth_ == CheckDepth::full));
            for (std::string& line : check.problems()) problem(std::move(line));
            for (std::string& line : check.leftovers()) leftover(std::move(line));
        });
    }

    void check_journal() {
        auto const found = look_at_journal(storage_, found_.rows);
        if (!found) {
            leftover("journal: its writer changed it during every look; look again");
            return;
        }
        if (found->files == 0) return;
        found_.journal = found;
        if (found->torn_bytes > 0)
            leftover(
                fmt::format("journal: {} bytes after its last whole record", found->torn_bytes));
    }

    void check_samples() {
        std::optional<ZarrReader> reader;
        found_.opens = tolerate([&] { reader.emplace(storage_); });
        if (!reader) return;
        found_.rows = reader->sample_count();
        found_.active_rows = reader->active_count();
        found_.atoms = reader->total_atoms();
        found_.edges = reader->total_edges();
        found_.has_ledger = reader->has_ledger();
        found_.provenance = reader->provenance();
        check_lengths();
        look_at_sizes(*reader);
        for (StoredField const& field : reader->fields()) {
            if (field.key == "core/energy" && field.field)
                tolerate([&] { look_at_energies(*reader, field); });
            if (field.key == "core/system_id" && field.field)
                tolerate([&] { count_samples(*reader, field); });
            if (field.key == "core/neighbor_list" && depth_ == CheckDepth::full)
                tolerate([&] {
                    for (std::int64_t row = 0; row < found_.rows; ++row)
                        static_cast<void>(reader->read_rows(field, row));
                });
        }
        if (found_.has_ledger) tolerate([&] { check_ledger(*reader); });
    }

    /// Rows beyond those of the committed samples were appended and not committed.
    void check_lengths() {
        for (ArrayFigures const& array : found_.arrays) {
            if (array.shape.empty() || array.key.starts_with("athanor/")) continue;
            std::int64_t needed = found_.rows;
            if (array.key.ends_with("_ptr")) needed = found_.rows + 1;
            if (array.key == "core/positions" || array.key == "meta/atoms_mask")
                needed = found_.atoms;
            else if (array.key == "core/neighbor_list" || array.key == "meta/edges_mask")
                needed = found_.edges;
            else if (!array.key.starts_with("meta/") && array.key != "custom/ledger_step")
                continue;
            if (array.shape[0] > needed)
                leftover(fmt::format("{}: {} rows after the {} of the last commit", array.key,
                                     array.shape[0] - needed, needed));
        }
        if (num_samples_ && *num_samples_ != found_.rows)
            leftover(fmt::format("zarr.json: num_samples is {}, the store has {} rows",
                                 *num_samples_, found_.rows));
    }

    void look_at_sizes(ZarrReader const& reader) {
        bool first = true;
        for (std::int64_t row = 0; row < found_.rows; ++row) {
            if (!reader.is_active(row)) continue;
            int const atoms = reader.atom_count(row);
            found_.smallest = first ? atoms : std::min(found_.smallest, atoms);
            found_.largest = std::max(found_.largest, atoms);
            first = false;
        }
    }

    void look_at_energies(ZarrReader& reader, StoredField const& field) {
        for (std::int64_t row = 0; row < found_.rows; ++row) {
            if (!reader.is_active(row)) continue;
            Bytes const bytes = reader.read_rows(field, row);
            double energy = 0.0;
            convert_elements(reinterpret_cast<std::byte*>(&energy), Dtype::float64, bytes.data(),
                             field.data_type, 1);
            if (!std::isfinite(energy)) {
                ++found_.energies_not_finite;
                continue;
            }
            found_.lowest_energy = std::min(found_.lowest_energy.value_or(energy), energy);
            found_.highest_energy = std::max(found_.highest_energy.value_or(energy), energy);
        }
    }

    void count_samples(ZarrReader& reader, StoredField const& field) {
        std::unordered_set<std::int64_t> ids;
        for (std::int64_t row = 0; row < found_.rows; ++row) {
            if (!reader.is_active(row)) continue;
            Bytes const bytes = reader.read_rows(field, row);
            std::int64_t id = 0;
            convert_elements(reinterpret_cast<std::byte*>(&id), Dtype::int64, bytes.data(),
                             field.data_type, 1);
            ids.insert(id);
        }
        found_.samples = static_cast<std::int64_t>(ids.size());
    }

    void check_ledger(ZarrReader& reader) {
        auto const keys = reader.ledger_keys();
        auto const outcomes = reader.ledger_outcomes();
        RowKeys known;
        std::map<std::tuple<std::int32_t, RowKind, Outcome>, RowGroup> groups;
        std::map<std::tuple<std::int32_t, RowKind, Outcome>, std::unordered_set<std::int64_t>> ids;
        for (std::size_t row = 0; row < keys.size(); ++row) {
            RowKey const& key = keys[row];
            if (!reader.is_active(static_cast<std::int64_t>(row))) {
                if (key.kind != RowKind::quarantined) continue;
                ++found_.masked_failures;
            }
            auto const outcome = static_cast<Outcome>(outcomes[row]);
            check_entry(row, key, outcome, known);
            auto const at = std::tuple(key.stage, key.kind, outcome);
            auto const [place, is_new] = groups.try_emplace(
                at, RowGroup{key.stage, key.kind, outcome, 0, 0, key.step, key.step});
            RowGroup& group = place->second;
            ++group.rows;
            group.first_step = std::min(group.first_step, key.step);
            group.last_step = std::max(group.last_step, key.step);
            ids[at].insert(key.system_id);
        }
        for (auto& [at, group] : groups) {
            group.samples = static_cast<std::int64_t>(ids[at].size());
            found_.groups.push_back(group);
        }
    }

    void check_entry(std::size_t row, RowKey const& key, Outcome outcome, RowKeys& known) {
        auto const kind = static_cast<std::size_t>(key.kind);
        if (kind >= kind_words.size() || static_cast<std::size_t>(outcome) >= outcome_words.size())
            problem(fmt::format("custom/ledger_kind, ledger_outcome: row {} has {} and {}", row,
                                kind, static_cast<int>(outcome)));
        if (!known.insert(key))
            problem(fmt::format(
                "ledger: row {} has the key of an earlier row: sample {}, stage {}, step {}, {}",
                row, key.system_id, key.stage, key.step, ledger_word(kind_words, kind)));
    }

    Storage& storage_;
    CheckDepth depth_;
    StoreCheck found_;
    std::optional<std::int64_t> num_samples_;
};

}  // namespace

StoreCheck check_store(Storage& storage, CheckDepth depth) {
    return StoreChecker(storage, depth).run();
}

}  // namespace athanor
