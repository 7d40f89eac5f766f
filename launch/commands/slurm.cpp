// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/slurm.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "launch/batch_size.hpp"
#include "launch/campaign_plan.hpp"
#include "launch/nearest_word.hpp"
#include "launch/placement.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

constexpr double mebibyte = 1024.0 * 1024.0;
/// Of a rank beside its batch and slots: the program, its libraries, rows that wait to be written.
constexpr double base_mebibytes = 512.0;

std::string own_program() {
    std::error_code error;
    fs::path const path = fs::read_symlink("/proc/self/exe", error);
    if (error) throw ConfigError("this program cannot say where it is; give --program PATH");
    return path.string();
}

/// Of one rank: its batches, both sides of its channels, and the rest. An estimate from above, but
/// for very many rows: rank 0 takes 48 bytes for each when it joins the parts of a store.
double rank_mebibytes(CampaignPlan const& plan, Placement const& placement) {
    Config const& config = plan.config;
    double const batch =
        largest_batch_bytes(plan).of(config.sampler.max_systems, config.sampler.max_atoms);
    SlotRoom const room = slot_room(*plan.schema, checked(buffer_config(plan)));
    double const channel = static_cast<double>(room.payload_bytes) * room.slots;
    double most = 0.0;
    for (int rank = 0; rank < placement.ranks(); ++rank) {
        double bytes = 0.0;
        for (int const instance : placement.instances_of(Rank{rank}))
            bytes += batch + channel * static_cast<double>(placement.edges_to(instance).size() +
                                                           placement.edges_from(instance).size());
        most = std::max(most, bytes);
    }
    return base_mebibytes + most / mebibyte;
}

int ranks_per_node(SlurmOptions const& options) {
    return (options.ranks + options.nodes - 1) / options.nodes;
}

/// Nodes in the order in which Slurm fills them, so many ranks each.
std::vector<int> nodes_of_ranks(SlurmOptions const& options) {
    std::vector<int> nodes;
    for (int rank = 0; rank < options.ranks; ++rank)
        nodes.push_back(rank / ranks_per_node(options));
    return nodes;
}

std::string plain_name(fs::path const& config) {
    std::string name = config.stem().string();
    return name.empty() ? "athanor" : name;
}

/// The name of a file as Slurm takes it, with its own percent signs doubled.
std::string log_name(std::string const& name, bool array) {
    std::string log;
    for (char const c : name)
        log += c == '%' ? std::string("%%") : std::string(1, c == '/' ? '_' : c);
    return log + (array ? "-%A_%a.log" : "-%j.log");
}

void expect_possible(SlurmCommand const& command, SlurmOptions const& options) {
    std::vector<std::string> const launchers{"srun-pmix", "srun-pmi2", "mpirun"};
    if (std::ranges::find(launchers, options.launcher) == launchers.end())
        throw ConfigError(fmt::format("--launcher: \"{}\" is no launcher; give {}",
                                      options.launcher, known_words(options.launcher, launchers)));
    if (options.nodes > options.ranks)
        throw ConfigError(fmt::format(
            "--nodes: {} nodes for {} rank{}, one for each stage instance; give {} or fewer, or "
            "\"replicas\" in a stage",
            options.nodes, options.ranks, options.ranks == 1 ? "" : "s", options.ranks));
    if (options.shards > 0 && command.output.empty())
        throw ConfigError(
            "--array: two scripts are written, that of the array and that of the job which joins "
            "its shards; give --output FILE.sbatch");
}

/// What follows from the plan, where the command line does not say it.
SlurmOptions fitted_options(SlurmCommand const& command, Config const& config,
                            CampaignPlan const& plan) {
    SlurmOptions options = command.options;
    options.ranks = command.ranks.value_or(instance_count(config.pipeline));
    expect_possible(command, options);
    Placement const placement(config.pipeline, nodes_of_ranks(options));
    if (options.name.empty()) options.name = plain_name(command.config);
    if (options.log.empty()) options.log = log_name(options.name, options.shards > 0);
    bool const on_devices =
        config.device == DeviceChoice::cuda || config.buffers.transport == SlotTransport::nccl;
    int const devices = on_devices ? ranks_per_node(options) : 0;
    options.gpus_per_node = command.gpus_per_node.value_or(devices);
    // What a batch of automatic size takes is what the job is given.
    if (options.memory_per_node.empty() && !config.sampler.automatic)
        options.memory_per_node = fmt::format(
            "{}M", static_cast<long>(std::ceil(rank_mebibytes(plan, placement) *
                                               static_cast<double>(ranks_per_node(options)))));
    return options;
}

std::vector<std::string> facts_about(SlurmOptions const& options, Config const& config,
                                     CampaignPlan const& plan) {
    std::string stages;
    for (ElementSpec const& element : config.pipeline.elements)
        stages += fmt::format("{}{}{}", stages.empty() ? "" : " | ", element_name(element),
                              element.replicas > 1 ? fmt::format(" x{}", element.replicas) : "");
    std::vector<std::string> facts{fmt::format("Written by athanor {}: {} of {} frames through {}",
                                               version(), plan.selected_count, plan.frame_count,
                                               stages)};
    if (!config.checkpoint)
        facts.emplace_back(
            "There is no /checkpoint in the configuration: samples under way begin anew after a "
            "requeue.");
    if (options.memory_per_node.empty())
        facts.emplace_back("No memory is asked for: the batch takes half of what there is.");
    return facts;
}

void write_file(std::string const& path, std::string const& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw StorageError(fmt::format("{}: cannot be written", path));
}

/// "job.sbatch" gives "job.merge.sbatch".
std::string merge_path(std::string const& path) {
    fs::path const file = path;
    return (file.parent_path() / (file.stem().string() + ".merge" + file.extension().string()))
        .string();
}

void write_array(SlurmCommand const& command, SlurmOptions const& options,
                 std::string const& program, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--shards", std::to_string(options.shards)});
    SlurmOptions merge = options;
    merge.name += "-merge";
    merge.log = log_name(merge.name, false);
    std::string const path = merge_path(command.output);
    write_file(path, slurm_merge_script(merge, program, arguments));
    fmt::print("job=$(sbatch --parsable {}) && sbatch --dependency=afterany:$job {}\n",
               shell_quoted(command.output), shell_quoted(path));
}

}  // namespace

int slurm(SlurmCommand const& command) {
    std::error_code ignored;
    if (!command.output.empty() && fs::equivalent(command.output, command.config, ignored))
        throw ConfigError(fmt::format(
            "--output: {} is the configuration; give another name for the script", command.output));
    Config const config = load_config(command.config, command.overrides);
    CampaignPlan const plan = make_campaign_plan(config);
    SlurmOptions const options = fitted_options(command, config, plan);
    std::string const program = command.program.empty() ? own_program() : command.program;
    std::vector<std::string> arguments{fs::absolute(command.config).string()};
    for (ConfigOverride const& change : command.overrides)
        arguments.insert(arguments.end(),
                         {"--set", fmt::format("{}={}", change.pointer, change.value)});
    std::string const script =
        slurm_script(options, program, arguments, facts_about(options, config, plan));
    if (command.output.empty()) {
        std::fputs(script.c_str(), stdout);
        return 0;
    }
    write_file(command.output, script);
    if (options.shards > 0)
        write_array(command, options, program, arguments);
    else
        fmt::print("sbatch {}\n", shell_quoted(command.output));
    return 0;
}

}  // namespace athanor
