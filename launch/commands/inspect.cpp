// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/inspect.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "launch/readable.hpp"
#include "runtime/error.hpp"
#include "sinks/ledger_words.hpp"
#include "sinks/object_url.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/store_check.hpp"

namespace athanor {
namespace {

using Json = nlohmann::json;

std::unique_ptr<Storage> open_store(std::string const& path) {
    // A server in trouble is no missing input.
    if (is_object_url(path)) return open_storage(path, StoreAccess::read);
    try {
        return open_storage(path, StoreAccess::read);
    } catch (StorageError const& error) {
        throw InputError(error.what());
    }
}

std::string kind_word(RowKind kind) {
    return ledger_word(kind_words, static_cast<std::size_t>(kind));
}
std::string outcome_word(Outcome outcome) {
    return ledger_word(outcome_words, static_cast<std::size_t>(outcome));
}

template <class T>
Json or_null(std::optional<T> const& value) {
    return value ? Json(*value) : Json(nullptr);
}

// --- for programs --------------------------------------------------------------------------------

void add_groups(StoreCheck const& found, Json& out) {
    for (char const* member : {"kinds", "outcomes", "stages"}) out[member] = Json::object();
    out["rows"] = Json::array();
    for (RowGroup const& group : found.groups) {
        auto const add = [&](char const* member, std::string const& word) {
            out[member][word] = out[member].value(word, std::int64_t{0}) + group.rows;
        };
        add("kinds", kind_word(group.kind));
        add("outcomes", outcome_word(group.outcome));
        add("stages", std::to_string(group.stage));
        out["rows"].push_back({{"stage", group.stage},
                               {"kind", kind_word(group.kind)},
                               {"outcome", outcome_word(group.outcome)},
                               {"rows", group.rows},
                               {"systems", group.samples},
                               {"first_step", group.first_step},
                               {"last_step", group.last_step}});
    }
}

Json arrays_json(StoreCheck const& found) {
    Json arrays = Json::array();
    for (ArrayFigures const& array : found.arrays)
        arrays.push_back({{"key", array.key},
                          {"data_type", array.data_type},
                          {"shape", array.shape},
                          {"chunk_shape", array.chunk_shape},
                          {"codecs", array.codecs},
                          {"chunks", array.chunks},
                          {"chunks_stored", array.chunks_stored},
                          {"raw_bytes", array.raw_bytes},
                          {"stored_bytes", or_null(array.stored_bytes)}});
    return arrays;
}

Json journal_json(StoreCheck const& found) {
    if (!found.journal) return nullptr;
    return {{"rows", found.journal->rows},
            {"known_rows", found.journal->known_rows},
            {"torn_bytes", found.journal->torn_bytes}};
}

void print_json(InspectCommand const& command, StoreCheck const& found) {
    Json out{{"store", command.store},
             {"samples", found.rows},
             {"active", found.active_rows},
             {"quarantined", found.masked_failures},
             {"atoms", found.atoms},
             {"edges", found.edges},
             {"systems", or_null(found.samples)},
             {"atoms_smallest", found.smallest},
             {"atoms_largest", found.largest},
             {"energy_lowest", or_null(found.lowest_energy)},
             {"energy_highest", or_null(found.highest_energy)},
             {"non_finite_energies", found.energies_not_finite},
             {"ledger", found.has_ledger},
             {"arrays", arrays_json(found)},
             {"provenance", Json::parse(found.provenance, nullptr, false)},
             {"journal", journal_json(found)},
             {"check",
              {{"depth", command.quick ? "quick" : "full"},
               {"good", found.good()},
               {"problems", found.problems},
               {"leftovers", found.leftovers}}}};
    add_groups(found, out);
    fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

// --- for people ----------------------------------------------------------------------------------

std::string readable_bytes(std::int64_t bytes) {
    constexpr std::array<char const*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (size >= 1024.0 && unit + 1 < units.size()) size /= 1024.0, ++unit;
    return unit == 0 ? fmt::format("{} B", bytes)
                     : fmt::format("{:.{}f} {}", size, size < 10.0 ? 1 : 0, units[unit]);
}

std::string readable_ratio(std::int64_t raw, std::int64_t stored) {
    if (raw == 0 || stored == 0) return "-";
    double const ratio = static_cast<double>(raw) / static_cast<double>(stored);
    return fmt::format("{:.{}f}", ratio, ratio < 9.95 ? 1 : 0);
}

std::string plural(std::int64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void print_table(std::vector<std::vector<std::string>> const& rows) {
    fmt::print("\n");
    for (std::string const& line : align_columns(rows)) fmt::print("  {}\n", line);
}

void print_head(InspectCommand const& command, StoreCheck const& found) {
    fmt::print("{}: {}\n\n", command.store,
               found.ours ? "a store of Athanor" : "a Zarr store that another program wrote");
    if (!found.opens) return;
    std::string others;
    if (found.masked_failures > 0)
        others = fmt::format(", and {} of failed samples, masked", found.masked_failures);
    if (auto const deleted = found.rows - found.active_rows - found.masked_failures; deleted > 0)
        others += fmt::format(", and {} deleted", deleted);
    fmt::print("  rows    {}{}\n", found.active_rows, others);
    if (found.samples) fmt::print("  of      {}\n", plural(*found.samples, "sample"));
    fmt::print("  atoms   {}", found.atoms);
    if (found.smallest < found.largest)
        fmt::print(", {} to {} a row", found.smallest, found.largest);
    else if (found.active_rows > 0)
        fmt::print(", {} a row", found.largest);
    fmt::print("\n");
    if (found.edges > 0) fmt::print("  edges   {}\n", found.edges);
    if (found.lowest_energy)
        fmt::print("  energy  {:.6g} to {:.6g} eV\n", *found.lowest_energy, *found.highest_energy);
    if (found.energies_not_finite > 0)
        fmt::print("  energy  not finite in {}\n", plural(found.energies_not_finite, "row"));
    if (found.journal)
        fmt::print("  journal {} more, which its writer or `athanor resume` will bring in\n",
                   plural(found.journal->rows, "row"));
    std::int64_t raw = 0, stored = 0;
    for (ArrayFigures const& array : found.arrays) {
        raw += array.raw_bytes;
        stored += array.stored_bytes.value_or(0);
    }
    if (!command.quick)
        fmt::print("  size    {} for {} of numbers, ratio {}\n", readable_bytes(stored),
                   readable_bytes(raw), readable_ratio(raw, stored));
}

void print_groups(StoreCheck const& found) {
    if (!found.has_ledger) {
        if (found.opens) fmt::print("  ledger  none: rows have no stage, step, kind and outcome\n");
        return;
    }
    std::vector<std::vector<std::string>> rows{
        {"stage", "kind", "outcome", "rows", "samples", "steps"}};
    for (RowGroup const& group : found.groups)
        rows.push_back({std::to_string(group.stage), kind_word(group.kind),
                        outcome_word(group.outcome), std::to_string(group.rows),
                        std::to_string(group.samples),
                        group.first_step == group.last_step
                            ? std::to_string(group.first_step)
                            : fmt::format("{} to {}", group.first_step, group.last_step)});
    print_table(rows);
}

void print_arrays(StoreCheck const& found) {
    std::vector<std::vector<std::string>> rows{
        {"array", "type", "shape", "chunk", "codecs", "chunks", "stored", "ratio"}};
    for (ArrayFigures const& array : found.arrays)
        rows.push_back(
            {array.key, array.data_type, fmt::format("{}", fmt::join(array.shape, " x ")),
             fmt::format("{}", fmt::join(array.chunk_shape, " x ")), array.codecs,
             array.chunks == array.chunks_stored
                 ? std::to_string(array.chunks)
                 : fmt::format("{} of {}", array.chunks_stored, array.chunks),
             array.stored_bytes ? readable_bytes(*array.stored_bytes) : "-",
             array.stored_bytes ? readable_ratio(array.raw_bytes, *array.stored_bytes) : "-"});
    print_table(rows);
}

void print_verdict(InspectCommand const& command, StoreCheck const& found) {
    fmt::print("\n");
    for (std::string const& line : found.leftovers) fmt::print("  left over: {}\n", line);
    if (!found.leftovers.empty())
        fmt::print(
            "  Left over from a writer that was cut off, or is at work: readers do not see it, and "
            "the next writer removes it.\n\n");
    for (std::string const& line : found.problems) fmt::print("  damaged: {}\n", line);
    if (!found.good())
        fmt::print("  This store is damaged.\n");
    else if (command.quick)
        fmt::print(
            "  good: every document, pointer and ledger entry read; chunks are there, but "
            "were not decoded\n");
    else
        fmt::print("  good: every document, every chunk and every row was read\n");
}

}  // namespace

int inspect(InspectCommand const& command) {
    auto const storage = open_store(command.store);
    StoreCheck const found =
        check_store(*storage, command.quick ? CheckDepth::quick : CheckDepth::full);
    if (command.json) {
        print_json(command, found);
    } else {
        print_head(command, found);
        print_groups(found);
        print_arrays(found);
        print_verdict(command, found);
    }
    return found.good() ? 0 : StorageError("").exit_code();
}

}  // namespace athanor
