// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "launch/report/read_rows.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

using Rows = std::vector<std::int64_t>;

StoredField const* field_of(ZarrReader const& reader, std::string const& key) {
    for (StoredField const& field : reader.fields())
        if (field.key == key && (field.data_type == "float64" || field.data_type == "float32"))
            return &field;
    return nullptr;
}

std::vector<double> numbers(ZarrReader& reader, StoredField const& field, std::int64_t row) {
    Bytes const bytes = reader.read_rows(field, row);
    std::vector<double> values;
    auto const take = [&](auto one) {
        values.reserve(bytes.size() / sizeof one);
        for (std::size_t at = 0; at + sizeof one <= bytes.size(); at += sizeof one) {
            std::memcpy(&one, bytes.data() + at, sizeof one);
            values.push_back(static_cast<double>(one));
        }
    };
    field.data_type == "float64" ? take(double{}) : take(float{});
    return values;
}

double largest_force(std::vector<double> const& forces) {
    double most = 0.0;
    for (std::size_t k = 0; k + 2 < forces.size(); k += 3)
        most = std::max(most, forces[k] * forces[k] + forces[k + 1] * forces[k + 1] +
                                  forces[k + 2] * forces[k + 2]);
    return std::sqrt(most);
}

/// A number that depends on all bits of an id: the finalizer of SplitMix64 (Steele, Lea, Flood,
/// OOPSLA 2014), a bijection, so that no two ids share one.
std::uint64_t scattered(std::int64_t id) {
    auto x = static_cast<std::uint64_t>(id) + 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// The rows that are read, and of how many samples they are.
struct ChosenRows {
    Rows rows;
    std::size_t samples = 0, all_samples = 0;
};

/// Live rows of whole samples, as many as there is room for, but of one at least. Samples are taken
/// in the order of their scattered ids, whatever ids there are: a shard has every n-th. The order
/// is the same for each store of a campaign, so that where a sample has more rows, those that are
/// taken are among those that are taken elsewhere.
ChosenRows rows_of_some_samples(ZarrReader const& reader, std::vector<RowKey> const& keys,
                                std::int64_t most) {
    std::vector<std::uint64_t> places;  // one for each live row
    for (std::int64_t row = 0; row < reader.sample_count(); ++row)
        if (reader.is_active(row))
            places.push_back(scattered(keys[static_cast<std::size_t>(row)].system_id));
    std::ranges::sort(places);
    ChosenRows chosen;
    std::uint64_t last = 0;
    bool fits = true;
    for (std::size_t begin = 0, end = 0; begin < places.size(); begin = end) {
        while (end < places.size() && places[end] == places[begin]) ++end;
        ++chosen.all_samples;
        fits = fits && static_cast<std::int64_t>(end) <= most;
        if (!fits && chosen.samples > 0) continue;
        last = places[begin];  // the first one always
        ++chosen.samples;
    }
    for (std::int64_t row = 0; row < reader.sample_count(); ++row)
        if (reader.is_active(row) &&
            scattered(keys[static_cast<std::size_t>(row)].system_id) <= last)
            chosen.rows.push_back(row);
    return chosen;
}

/// Of the rows of one sample that is itself too long: some, evenly.
void thin_out(Rows& rows, std::int64_t most) {
    auto const room = static_cast<std::size_t>(std::max<std::int64_t>(most, 1));
    if (rows.size() <= room) return;
    std::size_t const every = (rows.size() + room - 1) / room;
    std::size_t kept = 0;
    for (std::size_t k = 0; k < rows.size(); k += every) rows[kept++] = rows[k];
    rows.resize(kept);
}

/// Those whose forces are read: all, or windows of rows beside each other, for decoding a chunk
/// costs the same for one row as for all.
Rows rows_with_forces(ZarrReader const& reader, Rows const& rows, std::int64_t most_atoms) {
    std::int64_t atoms = 0;
    for (std::int64_t const row : rows) atoms += reader.atom_count(row);
    if (atoms <= most_atoms) return rows;
    std::size_t const windows = std::clamp<std::size_t>(rows.size() / 20, 1, 100);
    Rows some;
    for (std::size_t w = 0; w < windows; ++w) {
        std::int64_t room = most_atoms / static_cast<std::int64_t>(windows);
        std::size_t const end = rows.size() * (w + 1) / windows;
        for (std::size_t k = rows.size() * w / windows; k < end && room > 0; ++k) {
            some.push_back(rows[k]);
            room -= reader.atom_count(rows[k]);
        }
    }
    return some;
}

/// The records of a stage; nothing for a number that can be no stage's.
StageRecords* stage_of(CampaignRecords& records, std::int32_t stage) {
    constexpr std::int32_t most_stages = 10'000;  // the number comes from a file
    if (stage < 0 || stage >= most_stages) return nullptr;
    auto const position = static_cast<std::size_t>(stage);
    if (records.stages.size() <= position) records.stages.resize(position + 1);
    return &records.stages[position];
}

void count_rows(ZarrReader& reader, std::string const& place, std::vector<RowKey> const& keys,
                std::vector<std::uint8_t> const& outcomes, CampaignRecords& records) {
    constexpr std::size_t most_converged = 1'000'000;
    records.rows_by_store[place] = reader.active_count();
    for (std::size_t k = 0; k < keys.size(); ++k) {
        RowKey const& key = keys[k];
        bool const at_end = key.kind == RowKind::converged || key.kind == RowKind::graduated;
        if (!at_end || !reader.is_active(static_cast<std::int64_t>(k))) continue;
        // Only the stores of the output have such rows, each sample in one of them.
        if (key.kind == RowKind::graduated) records.finished = records.finished.value_or(0) + 1;
        StageRecords* const stage = stage_of(records, key.stage);
        if (stage != nullptr && outcomes[k] == static_cast<std::uint8_t>(Outcome::converged) &&
            stage->converged.size() < most_converged)
            stage->converged[key.system_id] = key.step;
    }
}

void note_what_is_left_out(std::string const& place, ZarrReader const& reader,
                           ChosenRows const& chosen, std::size_t with_forces,
                           CampaignRecords& records) {
    auto const all = static_cast<std::size_t>(reader.active_count());
    if (chosen.rows.size() < all)
        records.notes.push_back(fmt::format("{}: {} of {} rows are read, of {} of {} samples",
                                            place, chosen.rows.size(), all, chosen.samples,
                                            chosen.all_samples));
    if (with_forces < chosen.rows.size())
        records.notes.push_back(
            fmt::format("{}: forces of {} of {} rows are read", place, with_forces, all));
}

}  // namespace

void read_store_rows(std::string const& place, RowLimits const& limits, CampaignRecords& records) {
    ZarrReader reader(place);
    if (!reader.has_ledger()) {
        records.notes.push_back(place + ": has no ledger, so that stages and steps are not known");
        return;
    }
    auto const keys = reader.ledger_keys();
    count_rows(reader, place, keys, reader.ledger_outcomes(), records);
    ChosenRows chosen = rows_of_some_samples(reader, keys, limits.rows);
    thin_out(chosen.rows, limits.rows);
    Rows const with_forces = rows_with_forces(reader, chosen.rows, limits.atoms);
    note_what_is_left_out(place, reader, chosen, with_forces.size(), records);
    StoredField const* const energy = field_of(reader, "core/energy");
    StoredField const* const forces = field_of(reader, "core/forces");
    auto next_with_forces = with_forces.begin();
    for (std::int64_t const row : chosen.rows) {
        bool const wants_forces = next_with_forces != with_forces.end() && *next_with_forces == row;
        if (wants_forces) ++next_with_forces;
        RowKey const& key = keys[static_cast<std::size_t>(row)];
        StageRecords* const stage = stage_of(records, key.stage);
        if (stage == nullptr) continue;
        Observation seen{key.system_id, key.step};
        seen.at_end = key.kind != RowKind::frame;
        if (energy != nullptr) seen.energy = numbers(reader, *energy, row).at(0);
        if (forces != nullptr && wants_forces)
            seen.fmax = largest_force(numbers(reader, *forces, row));
        stage->observations.push_back(seen);
        records.atoms[key.system_id] = reader.atom_count(row);
    }
}

void merge_observations(StageRecords& stage) {
    auto& all = stage.observations;
    std::stable_sort(all.begin(), all.end(), [](Observation const& a, Observation const& b) {
        return a.sample != b.sample ? a.sample < b.sample : a.step < b.step;
    });
    std::size_t kept = 0;
    for (Observation const& one : all) {
        if (kept > 0 && all[kept - 1].sample == one.sample && all[kept - 1].step == one.step) {
            Observation& same = all[kept - 1];
            if (std::isnan(same.energy)) same.energy = one.energy;
            if (std::isnan(same.fmax)) same.fmax = one.fmax;
            if (std::isnan(same.temperature)) same.temperature = one.temperature;
            same.at_end = same.at_end && one.at_end;
        } else {
            all[kept++] = one;
        }
    }
    all.resize(kept);
}

}  // namespace athanor
