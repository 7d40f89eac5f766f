// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "launch/report/read_rows.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_value.hpp"
#include "sinks/line_reader.hpp"

namespace athanor {
namespace {

constexpr std::size_t most_quarantine_records = 1000;

/// The fields of a line of comma-separated values, quotes resolved.
void split_csv(std::string_view line, std::vector<std::string>& fields) {
    fields.assign(1, "");
    bool quoted = false;
    for (std::size_t k = 0; k < line.size(); ++k) {
        char const c = line[k];
        if (c == '"' && quoted && k + 1 < line.size() && line[k + 1] == '"') {
            fields.back() += '"';
            ++k;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
}

/// Where the columns of a log stand.
struct LogColumns {
    std::size_t count = 0;
    std::optional<std::size_t> step, sample, name, energy, fmax, temperature;
};

LogColumns columns_of(std::vector<std::string> const& heading) {
    auto const find = [&heading](std::string_view name) -> std::optional<std::size_t> {
        auto const at = std::find(heading.begin(), heading.end(), name);
        if (at == heading.end()) return std::nullopt;
        return static_cast<std::size_t>(at - heading.begin());
    };
    return {heading.size(), find("step"), find("system_id"),  find("name"),
            find("energy"), find("fmax"), find("temperature")};
}

double real_in(std::vector<std::string> const& fields, std::optional<std::size_t> column) {
    double const unknown = std::numeric_limits<double>::quiet_NaN();
    return column ? parse_real(fields[*column]).value_or(unknown) : unknown;
}

void add_log_row(std::vector<std::string> const& fields, LogColumns const& columns,
                 StageRecords& stage, CampaignRecords& records) {
    auto const step = parse_integer(fields[*columns.step]);
    auto const sample = parse_integer(fields[*columns.sample]);
    if (!step || !sample) return;
    stage.observations.push_back({*sample, *step, real_in(fields, columns.energy),
                                  real_in(fields, columns.fmax),
                                  real_in(fields, columns.temperature)});
    if (columns.name && !fields[*columns.name].empty() && records.names.size() < 200'000)
        records.names.emplace(*sample, fields[*columns.name]);
}

QuarantineRecord quarantine_record(std::string_view comment) {
    QuarantineRecord record;
    for (ExtxyzValue const& value : parse_extxyz_comment(comment)) {
        bool const whole = value.kind == ExtxyzValue::Kind::integer && value.integers.size() == 1;
        if (whole && value.key == "system_id") record.sample = value.integers[0];
        if (whole && value.key == "stage") record.stage = value.integers[0];
        if (whole && value.key == "stage_step") record.step = value.integers[0];
        std::string const text = value.kind == ExtxyzValue::Kind::text
                                     ? value.text
                                     : value.verbatim.substr(value.verbatim.find('=') + 1);
        if (value.key == "name") record.name = text;
        if (value.key == "reason") record.reason = text;
    }
    return record;
}

void add(QuarantineRecord record, CampaignRecords& records) {
    ++records.quarantined;
    if (records.quarantine.size() < most_quarantine_records)
        records.quarantine.push_back(std::move(record));
}

void read_quarantined_frames(std::filesystem::path const& path, CampaignRecords& records) {
    LineReader lines(path);
    std::string_view line;
    while (lines.next(line)) {
        auto const atoms = parse_integer(line);
        if (!atoms || !lines.next(line)) break;  // torn by a dying process
        try {
            add(quarantine_record(line), records);
        } catch (InputError const&) {
            add({.reason = "the frame's comment line cannot be read"}, records);
        }
        for (std::int64_t k = 0; k < *atoms; ++k)
            if (!lines.next(line)) return;
    }
}

/// "# sample 12 "name"", then "# reason", then the text as it came.
void read_rejects(std::filesystem::path const& path, CampaignRecords& records) {
    constexpr std::string_view start = "# sample ";
    LineReader lines(path);
    std::string_view line;
    while (lines.next(line)) {
        if (!line.starts_with(start)) continue;
        line.remove_prefix(start.size());
        QuarantineRecord record;
        auto const blank = line.find(' ');
        record.sample = parse_integer(line.substr(0, blank)).value_or(-1);
        if (blank != std::string_view::npos && line.size() > blank + 3)
            record.name = line.substr(blank + 2, line.size() - blank - 3);
        if (lines.next(line) && line.starts_with("# ")) record.reason = line.substr(2);
        add(std::move(record), records);
    }
}

}  // namespace

void read_log_rows(std::filesystem::path const& path, StageRecords& stage, RowLimits const& limits,
                   CampaignRecords& records) {
    LineReader lines(path);
    std::string_view line;
    std::vector<std::string> fields;
    if (lines.next(line)) split_csv(line, fields);
    LogColumns const columns = columns_of(fields);
    if (!columns.step || !columns.sample)
        throw InputError(fmt::format("{}: is no log of a stage", path.string()));
    while (lines.next(line)) {
        if (lines.byte_offset() > limits.log_bytes) {
            records.notes.push_back(fmt::format("{}: the first {} MiB are read", path.string(),
                                                limits.log_bytes >> 20));
            break;
        }
        split_csv(line, fields);
        if (fields.size() == columns.count) add_log_row(fields, columns, stage, records);
    }
}

void read_quarantine_rows(std::filesystem::path const& path, CampaignRecords& records) {
    std::filesystem::path const rejects = path.string() + ".rejects.txt";
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) read_quarantined_frames(path, records);
    if (std::filesystem::exists(rejects, ignored)) read_rejects(rejects, records);
}

}  // namespace athanor
