// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/deadline.hpp"
#include "comm/rank_agreement.hpp"
#include "comm/wire_format.hpp"
#include "launch/campaign.hpp"
#include "launch/checkpoint_folder.hpp"
#include "launch/commands/dry_run.hpp"
#include "launch/joint_end.hpp"
#include "launch/metrics_file.hpp"
#include "launch/nearest_word.hpp"
#include "launch/placement.hpp"
#include "launch/progress_json.hpp"
#include "launch/rank_transport.hpp"
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
    if (word == "live") return ProgressMode::live;
    if (word == "plain") return ProgressMode::plain;
    if (word == "json") return ProgressMode::json;
    if (word == "none" || word == "off") return ProgressMode::off;
    throw ConfigError(fmt::format("--progress: \"{}\" is no way to show progress; give {}", word,
                                  known_words(word, {"auto", "live", "plain", "json", "none"})));
}

void add_notes(Resumption const& resumption, std::vector<std::string>& notes) {
    notes.insert(notes.end(), resumption.notes.begin(), resumption.notes.end());
    notes.push_back(fmt::format(
        "goes on: {} samples are finished, {} in quarantine, {} in the middle; the others begin",
        resumption.finished, resumption.quarantined, resumption.restored));
}

/// The configuration, of a shard where the command says so; the frames of all shards then.
struct LoadedConfig {
    Config config;
    std::optional<std::string> whole_select;
};

LoadedConfig load(RunCommand const& command) {
    LoadedConfig loaded{load_config(command.config, command.overrides), {}};
    if (!command.shard) return loaded;
    loaded.whole_select = loaded.config.input.select;
    loaded.config = config_of_shard(std::move(loaded.config), *command.shard);
    return loaded;
}

/// What a dry run checks as well; nothing is written yet.
CampaignPlan make_checked_plan(RunCommand const& command, LoadedConfig const& loaded,
                               Placement const& placement) {
    refuse_shared_files(loaded.config, placement);
    if (!command.resume && !command.overwrite) refuse_existing_outputs(loaded.config);
    return make_campaign_plan(loaded.config, loaded.whole_select);
}

/// Of the command line; empty: the configuration may name one.
std::string metrics_option(RunCommand const& command) {
    if (!command.shard || command.metrics.empty()) return command.metrics;
    return path_of_shard(command.metrics, *command.shard).string();
}

std::filesystem::path metrics_file(RunCommand const& command, Config const& config) {
    if (!command.metrics.empty()) return metrics_option(command);
    return config.metrics ? config.metrics->path : std::filesystem::path{};
}

CampaignPlan make_plan(RunCommand const& command, LoadedConfig const& loaded,
                       std::vector<int> const& nodes) {
    Config const& config = loaded.config;
    Placement const placement(config.pipeline, nodes);
    CampaignPlan plan = make_checked_plan(command, loaded, placement);
    if (command.resume) {
        plan.resumption =
            prepare_resumption(plan, placement, {.retry_quarantine = command.retry_quarantine});
        add_notes(*plan.resumption, plan.notes);
    } else {
        clear_outputs(config, command.overwrite);
        if (config.checkpoint) CheckpointFolder(config.checkpoint->path).begin(campaign_text(plan));
    }
    if (auto const metrics = metrics_file(command, config); !metrics.empty())
        prepare_metrics(metrics);
    for (std::string const& note : plan.notes) {
        std::string const line =
            command.progress == "json" ? note_line(note) : "athanor: note: " + note;
        std::fprintf(stderr, "%s\n", line.c_str());
    }
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

/// Nothing where it is not known: another rank's build may know it.
std::string known_revision() {
    return revision() == "unknown" ? std::string() : std::string(revision());
}

/// FNV-1a of the bytes of a file; nothing where it cannot be read, for only rank 0 has to.
std::string sum_of_file(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return "";
    std::uint64_t sum = 14695981039346656037U;
    for (char byte = 0; file.get(byte);)
        sum = (sum ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    return fmt::format("{:016x}", sum);
}

/// Before anything else is sent: another build would not understand it.
void expect_same_build(MpiEnvironment const& mpi, RunCommand const& command) {
    std::string settings = command.config;
    for (ConfigOverride const& change : command.overrides)
        settings += fmt::format(" {} {}={}", change.option, change.pointer, change.value);
    if (command.shard)
        settings += fmt::format(" --shard {}/{}", command.shard->index, command.shard->count);
    expect_same_on_all_ranks(mpi,
                             {{"version of athanor", std::string(version())},
                              {"revision of athanor", known_revision()},
                              {"version of the wire format", std::to_string(wire_version)},
                              {"configuration on its command line", settings},
                              {"checksum of " + command.config, sum_of_file(command.config)}},
                             "start the same build with the same arguments and the same files on "
                             "all ranks");
}

/// Rank 0's configuration; on the others none, but all agree on the time limit.
LoadedConfig load_shared_config(MpiEnvironment const& mpi, RunCommand const& command) {
    LoadedConfig loaded;
    loaded.config.stall_timeout_seconds = std::stod(shared_text(mpi, [&] {
        loaded = load(command);
        return fmt::format("{}", loaded.config.stall_timeout_seconds);
    }));
    return loaded;
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
                             .metrics = metrics_option(command)};
    // A warning that comes early is heard when the campaign begins, rather than end the process.
    StopSignals const warnings{SIGUSR1, SIGUSR2};
    int no_arguments = 0;
    char** none = nullptr;
    double const own_limit =
        MpiEnvironment::launched() ? limit_of_mpi(own_stall_timeout(command)) : 0.0;
    std::optional<Deadline> start(
        std::in_place, std::chrono::duration<double>(own_limit),
        fmt::format("not all ranks have started within {:.0f} s", own_limit));
    MpiEnvironment mpi(no_arguments, none);
    mpi.limit_end(own_limit);
    std::optional<JointEnd> ending;
    std::optional<CampaignPlan> plan;
    try {
        expect_threads(mpi);
        expect_same_build(mpi, command);
        LoadedConfig const loaded = load_shared_config(mpi, command);
        double const stall_timeout = loaded.config.stall_timeout_seconds;
        mpi.limit_end(limit_of_mpi(stall_timeout));
        if (command.dry_run) {
            start.reset();
            dry_run(mpi, command.config, [&] {
                Placement const placement(loaded.config.pipeline, mpi.nodes());
                return make_checked_plan(command, loaded, placement);
            });
            return 0;
        }
        ending.emplace(mpi, stall_timeout);
        start.reset();  // from here on silent ranks are watched for
        plan = shared_plan(mpi, [&] { return make_plan(command, loaded, mpi.nodes()); });
        expect_rank_transport(mpi, plan->config.buffers);
    } catch (std::exception const& error) {
        // What rank 0 says all have heard of; the others say nothing, unless they failed alone.
        if (mpi.rank() != Rank{0} && *error.what() != '\0') end_alone(mpi, ending, error);
        start.reset();  // the end has a limit of its own
        // Said before MPI ends: the launcher stops the others when the first of them is gone.
        return report_error(error);
    }
    return run_campaign(mpi, *ending, *plan, options);
}

}  // namespace athanor
