// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/command_options.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "launch/commands/convert.hpp"
#include "launch/commands/doctor.hpp"
#include "launch/commands/help.hpp"
#include "launch/commands/inspect.hpp"
#include "launch/commands/merge.hpp"
#include "launch/commands/report.hpp"
#include "launch/commands/run.hpp"
#include "launch/commands/slurm.hpp"
#include "launch/commands/validate.hpp"
#include "launch/reference/command_facts.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

// Each add_...() gives a command its options and returns what runs it. Options are held by the
// action, since the library writes into them when it parses.

int parse_ranks(std::string const& option, std::string const& text) {
    int ranks = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), ranks);
    if (error != std::errc{} || end != text.data() + text.size() || ranks < 1)
        throw ConfigError(fmt::format(
            "{}: \"{}\" is no number of ranks; give an integer, 1 or above", option, text));
    return ranks;
}

/// A command that has a configuration, which the command line may change.
template <class Command>
class Configured {
public:
    void add_to(CLI::App& app, bool required = true) {
        app.add_option("CONFIG", command.config, "Configuration file")->required(required);
        app.add_option("--set", settings_,
                       "Put a value in place of the file's: --set /buffers/slots=4")
            ->type_name("POINTER=VALUE")
            ->take_all()
            ->expected(1);
        app.add_option("--device", device_, "What computes, in place of the file's")
            ->type_name("auto|cpu");
    }
    /// The command, once the line was parsed.
    [[nodiscard]] Command const& parsed() {
        for (std::string const& setting : settings_)
            command.overrides.push_back(parse_override(setting));
        if (device_)
            command.overrides.push_back({"/device", fmt::format("\"{}\"", *device_), "--device"});
        return command;
    }

    Command command;

private:
    std::vector<std::string> settings_;
    std::optional<std::string> device_;
};

void refuse_contradictions(RunCommand const& run) {
    if (run.resume && run.overwrite)
        throw ConfigError(
            "--resume keeps what is there and --overwrite replaces it; give one of the two");
    if (run.retry_quarantine && !run.resume)
        throw ConfigError(
            "--retry-quarantine: a campaign that begins has nobody in quarantine; give it to "
            "`athanor resume`");
}

CommandAction add_running(CLI::App& app, std::shared_ptr<Configured<RunCommand>> const& options) {
    RunCommand& run_command = options->command;
    options->add_to(app);
    app.add_option("--progress", run_command.progress, "How to show progress")
        ->type_name("auto|live|plain|json|none");
    app.add_option("--metrics", run_command.metrics, "Write the figures of the run as JSON")
        ->type_name("FILE");
    app.add_flag("--retry-quarantine", run_command.retry_quarantine,
                 "With resume: samples in quarantine begin again");
    app.add_flag("--dry-run", run_command.dry_run,
                 "Check everything, print the plan, compute nothing");
    app.add_option_function<std::string>(
           "--shard",
           [&run_command](std::string const& text) { run_command.shard = parse_shard(text); },
           "One of COUNT shares of the input, into files of its own")
        ->type_name("INDEX/COUNT");
    return [options] {
        refuse_contradictions(options->command);
        return run(options->parsed());
    };
}

CommandAction add_run(CLI::App& app) {
    auto const options = std::make_shared<Configured<RunCommand>>();
    CommandAction action = add_running(app, options);
    app.add_flag("--overwrite", options->command.overwrite, "Replace outputs that exist");
    app.add_flag("--resume", options->command.resume, "The same as the command resume");
    return action;
}

CommandAction add_resume(CLI::App& app) {
    auto const options = std::make_shared<Configured<RunCommand>>();
    options->command.resume = true;
    return add_running(app, options);
}

CommandAction add_validate(CLI::App& app) {
    struct Options : Configured<ValidateCommand> {
        std::string ranks, ranks_per_node;
    };
    auto const options = std::make_shared<Options>();
    options->add_to(app);
    app.add_option("--ranks", options->ranks, "Ranks that the job will have")->type_name("N");
    app.add_option("--ranks-per-node", options->ranks_per_node, "Ranks that one node will have")
        ->type_name("N");
    return [options] {
        ValidateCommand& command = options->command;
        if (!options->ranks.empty()) command.ranks = parse_ranks("--ranks", options->ranks);
        if (!options->ranks_per_node.empty())
            command.ranks_per_node = parse_ranks("--ranks-per-node", options->ranks_per_node);
        return validate(options->parsed());
    };
}

CommandAction add_inspect(CLI::App& app) {
    auto const command = std::make_shared<InspectCommand>();
    app.add_option("STORE", command->store, "Folder of the store")->required();
    app.add_flag("--json", command->json, "JSON on standard output");
    app.add_flag("--quick", command->quick, "Do not decode the chunks");
    return [command] { return inspect(*command); };
}

CommandAction add_convert(CLI::App& app) {
    auto const command = std::make_shared<ConvertCommand>();
    app.add_option("IN", command->in, "Store, or extended XYZ file")->required();
    app.add_option("OUT", command->out, "NAME.extxyz, .xyz, .lammpstrj, .dump or .zarr")
        ->required();
    app.add_option("--select", command->select,
                   "Rows that fit all of sample, stage, step, kind and outcome, as in "
                   "'sample=3:10,stage=1,outcome=converged|failed'")
        ->type_name("KEY=VALUE,...");
    app.add_option("--format", command->format, "Format of OUT, whatever it ends in")
        ->type_name("extxyz|lammps|zarr");
    app.add_flag("--overwrite", command->overwrite, "Replace OUT if it exists");
    return [command] { return convert(*command); };
}

CommandAction add_report(CLI::App& app) {
    auto const command = std::make_shared<ReportCommand>();
    app.add_option("CAMPAIGN", command->places, "Configuration, metrics file or stores of one")
        ->required();
    app.add_option("--output", command->output, "The page, report.html when left out")
        ->type_name("FILE");
    app.add_option("--metrics", command->metrics,
                   "What `athanor run --metrics` wrote, in place of the configuration's")
        ->type_name("FILE");
    return [command] { return report(*command); };
}

void add_job_options(CLI::App& app, SlurmCommand& command) {
    SlurmOptions& job = command.options;
    CLI::Range const amount(1, 1000000);
    app.add_option("--output,-o", command.output, "File of the script, not standard output")
        ->type_name("FILE");
    app.add_option("--nodes", job.nodes, "Nodes, 1 when left out")->check(amount);
    app.add_option("--ranks", command.ranks, "1: all stages in one process")->check(amount);
    app.add_option("--cpus-per-task", job.cpus_per_rank, "Cores of a rank")->check(amount);
    app.add_option("--gpus-per-node", command.gpus_per_node, "Devices of a node")
        ->check(CLI::Range(0, 1000));
    app.add_option("--memory", job.memory_per_node, "Of a node, in place of an estimate: 16G");
    app.add_option("--time", job.time, "Limit: 30, 04:00:00, 2-12");
    app.add_option("--partition", job.partition, "Partition");
    app.add_option("--account", job.account, "Account");
    app.add_option("--name", job.name, "Name of the job, that of CONFIG when left out");
    app.add_option("--log", job.log, "File for what the job prints; %j is its number");
    app.add_option("--launcher", job.launcher, "srun-pmix, srun-pmi2 or mpirun")->type_name("WORD");
    app.add_option("--warning", job.warning_seconds,
                   "Seconds before the limit at which the campaign saves and ends, 180 when left "
                   "out")
        ->check(CLI::Range(1, 65535));
    app.add_option("--max-requeues", job.max_requeues, "20 when left out")
        ->check(CLI::Range(0, 1000000));
    app.add_option("--array", job.shards, "Split the input into N shards, a job each")
        ->type_name("N")
        ->check(amount);
    app.add_option("--sbatch", job.directives, "Another option of sbatch: --sbatch=--qos=low")
        ->type_name("OPTION")
        ->take_all()
        ->expected(1);
    app.add_option("--line", job.shell_lines, "Line of the shell before it starts")
        ->type_name("LINE")
        ->take_all()
        ->expected(1);
    app.add_option("--program", command.program, "athanor on the nodes, this one when left out")
        ->type_name("PATH");
}

CommandAction add_slurm(CLI::App& app) {
    auto const options = std::make_shared<Configured<SlurmCommand>>();
    options->add_to(app);
    add_job_options(app, options->command);
    return [options] { return slurm(options->parsed()); };
}

CommandAction add_merge(CLI::App& app) {
    auto const options = std::make_shared<Configured<MergeCommand>>();
    options->add_to(app);
    app.add_option("--shards", options->command.shards, "How many there are")
        ->type_name("COUNT")
        ->required()
        ->check(CLI::Range(1, 1000000));
    app.add_flag("--overwrite", options->command.overwrite, "Replace outputs that exist");
    return [options] { return merge(options->parsed()); };
}

CommandAction add_doctor(CLI::App& app) {
    auto const options = std::make_shared<Configured<DoctorCommand>>();
    options->add_to(app, /*required=*/false);
    app.add_flag("--json", options->command.json, "JSON on standard output");
    return [options] { return doctor(options->parsed()); };
}

int explain(CLI::App const& app, HelpCommand const& command) {
    for (CLI::App const* known : app.get_subcommands([](CLI::App const*) { return true; }))
        if (command.write_folder.empty() && known->get_name() == command.topic) {
            fmt::print("{}", known->help("athanor"));
            return 0;
        }
    return help(command, facts_of_commands(app));
}

CommandAction add_help(CLI::App& app) {
    auto const command = std::make_shared<HelpCommand>();
    app.add_option("KEY", command->topic,
                   "A command, or a key as in timestep_fs or pipeline.dynamics.timestep");
    app.add_option("--write", command->write_folder,
                   "Write all of it: Markdown, JSON Schema, manual page, shell completion")
        ->type_name("FOLDER");
    return [&app, command] { return explain(*app.get_parent(), *command); };
}

CommandAction add_schema(CLI::App&) {
    return [] { return schema(); };
}

struct Entry {
    char const* name;
    char const* about;
    CommandAction (*add)(CLI::App&);
};
constexpr Entry entries[] = {
    {"run", "Run a campaign", add_run},
    {"resume", "Go on with a campaign that did not come to its end", add_resume},
    {"validate", "Check a configuration and print the plan", add_validate},
    {"inspect", "Say what is in a store, and whether it is whole", add_inspect},
    {"convert", "Copy the rows of a store to a file, or back", add_convert},
    {"report", "Make a page with pictures of how a campaign went", add_report},
    {"slurm", "Write a batch script for Slurm that fits a campaign", add_slurm},
    {"merge", "Join what the shards of a campaign have written", add_merge},
    {"doctor", "Say what this machine has, what would work, and what to mend", add_doctor},
    {"help", "Say what a command, or a key or word of a configuration, means", add_help},
    {"schema", "Print the JSON Schema of a configuration, for editors", add_schema},
};

}  // namespace

std::map<CLI::App const*, CommandAction> add_commands(CLI::App& app) {
    std::map<CLI::App const*, CommandAction> actions;
    for (Entry const& entry : entries) {
        CLI::App* const command = app.add_subcommand(entry.name, entry.about);
        actions.emplace(command, entry.add(*command));
    }
    return actions;
}

}  // namespace athanor
