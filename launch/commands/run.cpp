// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "comm/deadline.hpp"
#include "comm/rank_agreement.hpp"
#include "comm/wire_format.hpp"
#include "launch/campaign.hpp"
#include "launch/checkpoint_folder.hpp"
#include "launch/joint_end.hpp"
#include "launch/nearest_word.hpp"
#include "launch/placement.hpp"
#include "launch/report_error.hpp"
#include "launch/resumption.hpp"
#include "launch/shared_plan.hpp"
#include "launch/sink_set.hpp"
#include "launch/stop_signals.hpp"
#include "launch/version.hpp"
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

void add_notes(Resumption const& resumption, std::vector<std::string>& notes) {
    notes.insert(notes.end(), resumption.notes.begin(), resumption.notes.end());
    notes.push_back(fmt::format(
        "goes on: {} samples are finished, {} in quarantine, {} in the middle; the others begin",
        resumption.finished, resumption.quarantined, resumption.restored));
}

CampaignPlan make_plan(RunCommand const& command, Config const& config,
                       std::vector<int> const& nodes) {
    Placement const placement(config.pipeline, nodes);
    refuse_shared_files(config, placement);
    CampaignPlan plan = make_campaign_plan(config);
    if (command.resume) {
        plan.resumption =
            prepare_resumption(plan, placement, {.retry_quarantine = command.retry_quarantine});
        add_notes(*plan.resumption, plan.notes);
    } else {
        clear_outputs(config, command.overwrite);
        if (config.checkpoint) CheckpointFolder(config.checkpoint->path).begin(campaign_text(plan));
    }
    for (std::string const& note : plan.notes)
        std::fprintf(stderr, "athanor: note: %s\n", note.c_str());
    return plan;
}

/// The start of MPI and its end wait for all ranks on machines that may be crowded.
double limit_of_mpi(double stall_timeout_seconds) {
    constexpr double least_seconds = 60.0;
    return std::max(stall_timeout_seconds, least_seconds);
}

/// For the start, which comes before rank 0 has told anybody the right one.
double own_stall_timeout(RunCommand const& command) {
    try {
        return load_config(command.config, command.overrides).stall_timeout_seconds;
    } catch (Error const&) {
        // Rank 0 says what is wrong, and another host may not have the file.
        return Config{}.stall_timeout_seconds;
    }
}

/// Stages, their display and the watch call MPI from threads of their own.
void expect_threads(MpiEnvironment const& mpi) {
    if (mpi.size() == 1 || mpi.has_thread_multiple()) return;
    std::string const message =
        "this MPI lets only one thread of a process call it; start an MPI with "
        "MPI_THREAD_MULTIPLE, or one process without mpirun";
    throw Error(mpi.rank() == Rank{0} ? message : "", 2);  // rank 0 says it for all
}

/// Before anything else is sent: another build would not understand it.
void expect_same_build(MpiEnvironment const& mpi, RunCommand const& command) {
    std::string settings = command.config;
    for (ConfigOverride const& change : command.overrides)
        settings += fmt::format(" {} {}={}", change.option, change.pointer, change.value);
    expect_same_on_all_ranks(mpi,
                             {{"version of athanor", std::string(version())},
                              {"version of the wire format", std::to_string(wire_version)},
                              {"configuration on its command line", settings}},
                             "start the same build with the same arguments on all ranks");
}

/// Rank 0's configuration; on the others none, but all agree on the time limit.
Config load_shared_config(MpiEnvironment const& mpi, RunCommand const& command) {
    Config config;
    config.stall_timeout_seconds = std::stod(shared_text(mpi, [&] {
        config = load_config(command.config, command.overrides);
        return fmt::format("{}", config.stall_timeout_seconds);
    }));
    return config;
}

/// For a rank that cannot go on while the others do, and which they would wait for.
[[noreturn]] void end_alone(MpiEnvironment const& mpi, std::optional<JointEnd>& ending,
                            std::exception const& error) {
    if (ending) ending->end(error);
    mpi.abort(report_error(error));  // nobody watches yet
}

}  // namespace

int run(RunCommand const& command) {
    RunOptions const options{.overwrite = command.overwrite,
                             .progress = progress_mode(command.progress),
                             .metrics = command.metrics};
    // A warning that comes early is heard when the campaign begins, rather than end the process.
    StopSignals const warnings{SIGUSR1, SIGUSR2};
    int no_arguments = 0;
    char** none = nullptr;
    std::optional<Deadline> start;
    if (MpiEnvironment::launched()) {
        double const limit = limit_of_mpi(own_stall_timeout(command));
        start.emplace(std::chrono::duration<double>(limit),
                      fmt::format("not all ranks have started within {:.0f} s", limit));
    }
    MpiEnvironment mpi(no_arguments, none);
    std::optional<JointEnd> ending;
    std::optional<CampaignPlan> plan;
    try {
        expect_threads(mpi);
        expect_same_build(mpi, command);
        Config const config = load_shared_config(mpi, command);
        mpi.limit_end(limit_of_mpi(config.stall_timeout_seconds));
        ending.emplace(mpi, config.stall_timeout_seconds);
        start.reset();  // from here on silent ranks are watched for
        plan = shared_plan(mpi, [&] { return make_plan(command, config, mpi.nodes()); });
    } catch (std::exception const& error) {
        // What rank 0 says all have heard of; the others say nothing, unless they failed alone.
        if (mpi.rank() != Rank{0} && *error.what() != '\0') end_alone(mpi, ending, error);
        // Said before MPI ends: the launcher stops the others when the first of them is gone.
        return report_error(error);
    }
    return run_campaign(mpi, *ending, *plan, options);
}

}  // namespace athanor
