// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/run.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "launch/campaign.hpp"
#include "launch/nearest_word.hpp"
#include "launch/placement.hpp"
#include "launch/report_error.hpp"
#include "launch/shared_plan.hpp"
#include "launch/sink_set.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

ProgressMode progress_mode(std::string const& word) {
    if (word == "auto") return ProgressMode::automatic;
    if (word == "plain") return ProgressMode::plain;
    if (word == "off") return ProgressMode::off;
    throw ConfigError(fmt::format("--progress: \"{}\" is no way to show progress; give {}", word,
                                  known_words(word, {"auto", "plain", "off"})));
}

CampaignPlan make_plan(RunCommand const& command, std::vector<int> const& nodes) {
    Config const config = load_config(command.config, command.overrides);
    static_cast<void>(Placement(config.pipeline, nodes));
    CampaignPlan plan = make_campaign_plan(config);
    clear_outputs(config, command.overwrite);
    for (std::string const& note : plan.notes)
        std::fprintf(stderr, "athanor: note: %s\n", note.c_str());
    return plan;
}

}  // namespace

int run(RunCommand const& command) {
    RunOptions const options{.overwrite = command.overwrite,
                             .progress = progress_mode(command.progress),
                             .metrics = command.metrics};
    int no_arguments = 0;
    char** none = nullptr;
    MpiEnvironment const mpi(no_arguments, none);
    std::optional<CampaignPlan> plan;
    try {
        plan = shared_plan(mpi, [&] { return make_plan(command, mpi.nodes()); });
    } catch (std::exception const& error) {
        // Said before MPI ends: the launcher stops the others when the first of them is gone.
        return report_error(error);
    }
    try {
        return run_campaign(mpi, *plan, options);
    } catch (std::exception const& error) {
        if (mpi.size() == 1) throw;
        // Whoever aborts ends all: after a signal each closes its files first. The launcher's last
        // call comes a second after the signal.
        if (dynamic_cast<InterruptedError const*>(&error) != nullptr)
            static_cast<void>(mpi.all_arrive_within(std::chrono::milliseconds(800)));
        // The others are in the middle of their work and hear of it through MPI alone.
        auto const* const ours = dynamic_cast<Error const*>(&error);
        std::fprintf(stderr, "athanor: rank %d: %s\n", mpi.rank().value(), error.what());
        mpi.abort(ours != nullptr ? ours->exit_code() : 4);
    }
}

}  // namespace athanor
