// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/doctor.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/doctor/check_campaign.hpp"
#include "launch/doctor/check_folder.hpp"
#include "launch/doctor/check_machine.hpp"
#include "launch/version.hpp"

namespace athanor {
namespace {

std::string_view word_of_level(FindingLevel level) {
    switch (level) {
        case FindingLevel::good:
            return "good";
        case FindingLevel::note:
            return "note";
        case FindingLevel::warning:
            return "warning";
        case FindingLevel::failure:
            return "failure";
    }
    return "";
}

void print_for_people(Findings const& findings, bool can_run) {
    fmt::print("athanor {}\n\n", version());
    std::string topic;
    for (Finding const& finding : findings) {
        if (finding.topic != topic) fmt::print("{}\n", finding.topic);
        topic = finding.topic;
        fmt::print("  {:<8} {}\n", word_of_level(finding.level), finding.text);
        if (!finding.cure.empty()) fmt::print("           -> {}\n", finding.cure);
    }
    auto const count = [&](FindingLevel level) {
        return std::count_if(findings.begin(), findings.end(),
                             [&](Finding const& finding) { return finding.level == level; });
    };
    fmt::print("\n{}: {} failures, {} warnings\n",
               can_run ? "a campaign can run" : "no campaign can run so",
               count(FindingLevel::failure), count(FindingLevel::warning));
}

void print_json(Findings const& findings, bool can_run) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (Finding const& finding : findings)
        list.push_back({{"level", word_of_level(finding.level)},
                        {"topic", finding.topic},
                        {"text", finding.text},
                        {"cure", finding.cure}});
    nlohmann::ordered_json const document{
        {"athanor", version()}, {"can_run", can_run}, {"findings", list}};
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int doctor(DoctorCommand const& command) {
    Findings findings = check_machine();
    for (Findings const& more :
         {check_transports(), check_credentials(),
          command.config.empty() ? check_folder(std::filesystem::current_path())
                                 : check_campaign(command.config, command.overrides)})
        findings.insert(findings.end(), more.begin(), more.end());
    bool const can_run = std::none_of(findings.begin(), findings.end(), [](Finding const& finding) {
        return finding.level == FindingLevel::failure;
    });
    if (command.json)
        print_json(findings, can_run);
    else
        print_for_people(findings, can_run);
    return can_run ? 0 : 1;
}

}  // namespace athanor
