// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/report.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "launch/report/page.hpp"
#include "runtime/error.hpp"
#include "sinks/output_file.hpp"

namespace athanor {

int report(ReportCommand const& command) {
    std::error_code ignored;
    std::vector<std::string> sources = command.places;
    sources.push_back(command.metrics);
    for (std::string const& place : sources)
        if (std::filesystem::equivalent(place, command.output, ignored))
            throw ConfigError(
                fmt::format("--output: {} is what the report is made from; give "
                            "another name",
                            command.output));
    CampaignRecords const records = read_campaign({command.places, command.metrics});
    std::string const page = report_page(records);
    OutputFile file(command.output, /*overwrite=*/true);
    file.append(page);
    file.publish();
    fmt::print("{}\n", verdict_of(records));
    for (std::string const& line : records.missing) fmt::print("  missing: {}\n", line);
    fmt::print("written: {}\n", command.output);
    return 0;
}

}  // namespace athanor
