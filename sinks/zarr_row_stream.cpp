// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_row_stream.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/species.hpp"
#include "sinks/convert_elements.hpp"

namespace athanor {
namespace {

ZarrReader open_reader(auto&& place) {
    try {
        return ZarrReader(place);
    } catch (StorageError const& error) {
        throw InputError(error.what());  // what is read from is input here
    }
}

}  // namespace

ZarrRowStream::ZarrRowStream(std::string const& path) : reader_(open_reader(path)) {
    find_fields();
}

ZarrRowStream::ZarrRowStream(Storage& storage) : reader_(open_reader(storage)) { find_fields(); }

void ZarrRowStream::find_fields() {
    constexpr std::array<char const*, 5> keys{"core/system_id", "custom/ledger_stage",
                                              "custom/ledger_step", "custom/ledger_kind",
                                              "custom/ledger_outcome"};
    for (StoredField const& field : reader_.fields()) {
        if (field.field && field.field->value() < Fields::count)
            has_[static_cast<std::size_t>(field.field->value())] = true;
        for (std::size_t k = 0; k < keys.size(); ++k)
            if (field.key == keys[k]) ledger_[k] = &field;
    }
}

RowKey ZarrRowStream::key_of(std::int64_t row, Outcome& outcome) {
    std::array<std::int64_t, 5> entry{row, 0, 0, 0, 0};
    std::size_t const known = reader_.has_ledger()                                        ? 5
                              : has_[static_cast<std::size_t>(Fields::system_id.value())] ? 1
                                                                                          : 0;
    for (std::size_t k = 0; k < known; ++k) {
        Bytes const bytes = reader_.read_rows(*ledger_[k], row);
        convert_elements(reinterpret_cast<std::byte*>(&entry[k]), Dtype::int64, bytes.data(),
                         ledger_[k]->data_type, 1);
    }
    outcome = static_cast<Outcome>(entry[4]);
    return {entry[0], static_cast<std::int32_t>(entry[1]), entry[2],
            static_cast<RowKind>(entry[3])};
}

void ZarrRowStream::fill_missing(Sample& sample) const {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    for (FieldIndex const field : {Fields::energy, Fields::forces, Fields::stress})
        if (!has_[static_cast<std::size_t>(field.value())])
            std::ranges::fill(sample.values<double>(field), unknown);
    auto const numbers = sample.values<std::int64_t>(Fields::atomic_numbers);
    for (std::int64_t const z : numbers)
        if (z < 1 || z > largest_atomic_number)
            throw InputError(fmt::format("{}: an atom has the atomic number {}; expected 1 to 118",
                                         sample.name(), z));
    if (has_[static_cast<std::size_t>(Fields::atomic_masses.value())]) return;
    std::ranges::transform(numbers, sample.values<double>(Fields::atomic_masses).begin(),
                           [](std::int64_t z) { return default_mass(static_cast<int>(z)); });
}

std::optional<StoredRow> ZarrRowStream::next(RowFilter const& filter) {
    try {
        for (; row_ < reader_.sample_count(); ++row_) {
            bool const masked = !reader_.is_active(row_);
            if (masked && !(filter && reader_.has_ledger())) continue;
            if (!masked) ++seen_;
            Outcome outcome = Outcome::running;
            RowKey const key = key_of(row_, outcome);
            if (masked && key.kind != RowKind::quarantined) continue;
            if (filter && !filter({key, outcome, reader_.name(row_), masked})) continue;
            StoredRow row{reader_.read(row_++), key.kind, reader_.has_ledger(),
                          has_[static_cast<std::size_t>(Fields::system_id.value())]};
            fill_missing(row.sample);
            return row;
        }
    } catch (StorageError const& error) {
        throw InputError(error.what());
    }
    return std::nullopt;
}

}  // namespace athanor
