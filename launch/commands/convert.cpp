// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/convert.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "launch/nearest_word.hpp"
#include "launch/row_selection.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_row_stream.hpp"
#include "sinks/extxyz_row_writer.hpp"
#include "sinks/lammps_dump_writer.hpp"
#include "sinks/memory_stores.hpp"
#include "sinks/zarr_row_stream.hpp"
#include "sinks/zarr_row_writer.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> const format_words{"extxyz", "lammps", "zarr"};

bool is_store(std::string const& path) {
    std::error_code ignored;
    return path.find("://") != std::string::npos || fs::is_directory(path, ignored);
}

std::string format_of(ConvertCommand const& command) {
    if (!command.format.empty()) {
        for (std::string const& word : format_words)
            if (word == command.format) return word;
        throw ConfigError(fmt::format("--format: \"{}\" is no format; give {}", command.format,
                                      known_words(command.format, format_words)));
    }
    std::string_view out = command.out;
    while (out.ends_with('/')) out.remove_suffix(1);
    for (auto const& [ending, format] : {std::pair{".extxyz", "extxyz"},
                                         {".xyz", "extxyz"},
                                         {".lammpstrj", "lammps"},
                                         {".dump", "lammps"},
                                         {".zarr", "zarr"}})
        if (out.ends_with(ending)) return format;
    throw ConfigError(
        fmt::format("{}: the ending names no format; let it be .extxyz, .xyz, .lammpstrj, .dump or "
                    ".zarr, or give --format",
                    command.out));
}

RowSelection parse_selection(std::string const& text) {
    try {
        return RowSelection(text);
    } catch (ConfigError const& error) {
        throw ConfigError(fmt::format("--select: {}", error.what()));
    }
}

void refuse_memory(ConvertCommand const& command) {
    for (std::string const& place : {command.in, command.out})
        if (is_memory_url(place))
            throw ConfigError(fmt::format(
                "{}: is in the memory of the process that wrote it, and this one has no part of "
                "it and ends at once; give a folder, a file or the URL of a bucket",
                place));
}

/// Before anything is read: reading may take long.
void expect_free(ConvertCommand const& command) {
    std::error_code ignored;
    if (!command.overwrite && fs::exists(fs::symlink_status(command.out, ignored)))
        throw ConfigError(
            fmt::format("{}: output exists; use --overwrite or choose another", command.out));
}

std::unique_ptr<RowStream> open_input(std::string const& path) {
    if (is_store(path)) return std::make_unique<ZarrRowStream>(path);
    return std::make_unique<ExtxyzRowStream>(path);
}

std::unique_ptr<RowWriter> open_output(ConvertCommand const& command, std::string const& format,
                                       RowStream const& rows) {
    if (format == "extxyz")
        return std::make_unique<ExtxyzRowWriter>(command.out, command.overwrite);
    if (format == "lammps")
        return std::make_unique<LammpsDumpWriter>(
            command.out, LammpsDumpWriter::Columns{rows.has_velocities(), rows.has_forces()},
            command.overwrite);
    // The store's own number of a row could be another row's system_id.
    if (is_store(command.in) && !rows.has_ledger())
        throw ConfigError(fmt::format(
            "{}: a store without a ledger cannot become another store; convert it to .extxyz",
            command.in));
    ZarrSinkOptions options;
    options.path = command.out;
    options.overwrite = command.overwrite;
    return std::make_unique<ZarrRowWriter>(options, *rows.schema(), rows.provenance());
}

}  // namespace

int convert(ConvertCommand const& command) {
    refuse_memory(command);
    std::string const format = format_of(command);
    RowSelection const selection = parse_selection(command.select);
    expect_free(command);
    auto const rows = open_input(command.in);
    if (selection.needs_ledger() && !rows->has_ledger())
        throw ConfigError(
            fmt::format("--select: {} has no ledger, which says stage, step, kind and outcome; "
                        "select by sample",
                        command.in));
    auto const writer = open_output(command, format, *rows);
    std::int64_t atoms = 0;
    while (auto const row =
               rows->next([&](RowHead const& head) { return selection.contains(head); })) {
        writer->write(*row);
        atoms += row->sample.atom_count();
    }
    writer->finish();
    fmt::print("{}: {} of {} rows, {} atoms\n", command.out, writer->rows_written(),
               rows->rows_seen(), atoms);
    for (std::string const& note : writer->notes()) fmt::print("  {}\n", note);
    return 0;
}

}  // namespace athanor
