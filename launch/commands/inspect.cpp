// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/inspect.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/readable.hpp"
#include "runtime/outcome.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

constexpr std::string_view kind_names[] = {"frames", "converged", "graduated", "quarantined"};
constexpr std::string_view outcome_names[] = {"running", "converged", "steps done", "failed"};

/// What a look at every row of a store gives.
struct Contents {
    std::int64_t samples = 0, active = 0, atoms = 0, edges = 0, not_finite = 0;
    int smallest = std::numeric_limits<int>::max(), largest = 0;
    double lowest_energy = std::numeric_limits<double>::infinity();
    double highest_energy = -std::numeric_limits<double>::infinity();
    std::map<std::string, std::int64_t> kinds, outcomes;
    std::map<int, std::int64_t> stages;
    bool has_ledger = false;
};

Contents look_at(ZarrReader& reader) {
    Contents seen;
    seen.samples = reader.sample_count();
    seen.active = reader.active_count();
    seen.atoms = reader.total_atoms();
    seen.edges = reader.total_edges();
    seen.has_ledger = reader.has_ledger();
    for (std::int64_t row = 0; row < reader.sample_count(); ++row) {
        if (!reader.is_active(row)) continue;
        Sample const sample = reader.read(row);  // decodes, and so checks, every chunk
        seen.smallest = std::min(seen.smallest, sample.atom_count());
        seen.largest = std::max(seen.largest, sample.atom_count());
        double const energy = sample.values<double>(Fields::energy)[0];
        if (!std::isfinite(energy)) {
            ++seen.not_finite;
            continue;
        }
        seen.lowest_energy = std::fmin(seen.lowest_energy, energy);
        seen.highest_energy = std::fmax(seen.highest_energy, energy);
    }
    if (!seen.has_ledger) return seen;
    for (RowKey const& key : reader.ledger_keys()) {
        ++seen.kinds[std::string(kind_names[static_cast<int>(key.kind) & 3])];
        ++seen.stages[key.stage];
    }
    for (std::uint8_t outcome : reader.ledger_outcomes())
        ++seen.outcomes[std::string(outcome_names[outcome & 3])];
    return seen;
}

std::string shape_text(std::vector<int> const& shape) {
    std::string text;
    for (int extent : shape) text += fmt::format("{}{}", text.empty() ? "" : "x", extent);
    return text.empty() ? "-" : text;
}

void print_json(std::string const& store, ZarrReader const& reader, Contents const& seen) {
    nlohmann::json fields = nlohmann::json::array();
    for (StoredField const& field : reader.fields())
        fields.push_back({{"name", field.name},
                          {"key", field.key},
                          {"level", name_of(field.level)},
                          {"data_type", field.data_type},
                          {"shape", field.shape},
                          {"rows", field.rows},
                          {"complete", field.complete}});
    nlohmann::json out{{"store", store},
                       {"samples", seen.samples},
                       {"active", seen.active},
                       {"atoms", seen.atoms},
                       {"edges", seen.edges},
                       {"fields", fields},
                       {"ledger", seen.has_ledger},
                       {"non_finite_energies", seen.not_finite},
                       {"provenance", nlohmann::json::parse(reader.provenance(), nullptr, false)}};
    if (seen.has_ledger) {
        out["kinds"] = seen.kinds;
        out["outcomes"] = seen.outcomes;
        out["stages"] = nlohmann::json::object();
        for (auto const& [stage, count] : seen.stages) out["stages"][std::to_string(stage)] = count;
    }
    fmt::print("{}\n", out.dump(2));
}

template <class Key>
std::string counts_text(std::map<Key, std::int64_t> const& counts) {
    std::string text;
    for (auto const& [key, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, key);
    return text.empty() ? "none" : text;
}

void print_text(std::string const& store, ZarrReader const& reader, Contents const& seen) {
    fmt::print("{}\n\n", store);
    fmt::print("  rows      {} ({} deleted), {} atoms", seen.samples, seen.samples - seen.active,
               seen.atoms);
    if (seen.active > 0) fmt::print(", {} to {} each", seen.smallest, seen.largest);
    fmt::print("\n");
    if (seen.lowest_energy <= seen.highest_energy)
        fmt::print("  energy    {:.6g} to {:.6g} eV\n", seen.lowest_energy, seen.highest_energy);
    if (seen.not_finite > 0) fmt::print("  energy    not finite in {} rows\n", seen.not_finite);
    if (seen.has_ledger) {
        fmt::print("  kinds     {}\n", counts_text(seen.kinds));
        fmt::print("  outcomes  {}\n", counts_text(seen.outcomes));
        std::string stages;
        for (auto const& [stage, count] : seen.stages)
            stages +=
                fmt::format("{}{} rows of stage {}", stages.empty() ? "" : ", ", count, stage);
        fmt::print("  stages    {}\n", stages.empty() ? "none" : stages);
    }
    std::vector<std::vector<std::string>> rows{{"field", "level", "type", "shape", "rows"}};
    for (StoredField const& field : reader.fields())
        rows.push_back({field.name, std::string(name_of(field.level)), field.data_type,
                        shape_text(field.shape),
                        fmt::format("{}{}", field.rows, field.complete ? "" : " (incomplete)")});
    fmt::print("\n");
    for (std::string const& line : align_columns(rows)) fmt::print("  {}\n", line);
    fmt::print("\n  checked: every document, every chunk, every row\n");
}

}  // namespace

int inspect(InspectCommand const& command) {
    ZarrReader reader(command.store);
    Contents const seen = look_at(reader);
    if (command.json)
        print_json(command.store, reader, seen);
    else
        print_text(command.store, reader, seen);
    return 0;
}

}  // namespace athanor
