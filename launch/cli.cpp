// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/cli.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "comm/describe_transports.hpp"
#include "launch/commands/convert.hpp"
#include "launch/commands/doctor.hpp"
#include "launch/commands/help.hpp"
#include "launch/commands/inspect.hpp"
#include "launch/commands/merge.hpp"
#include "launch/commands/report.hpp"
#include "launch/commands/run.hpp"
#include "launch/commands/slurm.hpp"
#include "launch/commands/validate.hpp"
#include "launch/device_info.hpp"
#include "launch/nearest_word.hpp"
#include "launch/reference/command_facts.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

/// Looks at the command before the options are read, for a better message than the library's.
void check_command(CLI::App const& app, int argc, char const* const* argv) {
    std::vector<std::string> commands;
    for (CommandFacts const& command : facts_of_commands(app))
        if (!command.name.empty()) commands.push_back(command.name);
    if (argc < 2)
        throw ConfigError(fmt::format("there is no command; give {} (athanor help explains them)",
                                      any_of_words(commands)));
    std::string const word = argv[1];
    if (word.starts_with("-")) return;
    if (std::find(commands.begin(), commands.end(), word) != commands.end()) return;
    throw ConfigError(
        fmt::format("{}: unknown command; give {}", word, known_words(word, commands)));
}

/// The message for options that the command does not have.
std::string explain_extras(CLI::App& app) {
    CLI::App const* const command =
        app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    std::vector<std::string> options;
    for (CLI::Option const* option : command->get_options())
        for (std::string const& name : option->get_lnames()) options.push_back("--" + name);
    std::vector<std::string> const extras = app.remaining(/*recurse=*/true);
    std::string const word = extras.empty() ? "" : extras.front();
    if (!word.starts_with("-")) return fmt::format("{}: one argument too many; leave it out", word);
    std::string const name = word.substr(0, word.find('='));
    return fmt::format("{}: unknown option; give {}", name, known_words(name, options));
}

int parse_ranks(std::string const& option, std::string const& text) {
    int ranks = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), ranks);
    if (error != std::errc{} || end != text.data() + text.size() || ranks < 1)
        throw ConfigError(fmt::format(
            "{}: \"{}\" is no number of ranks; give an integer, 1 or above", option, text));
    return ranks;
}

/// What is in this build and on this machine. Asked for only when wanted: drivers take their time.
std::string version_text() {
    return fmt::format("athanor {} (revision {}; {})\n\nSamples travel\n{}", version(), revision(),
                       describe_cuda(), describe_transports());
}

/// The options that run and validate share.
struct ConfigOptions {
    std::string config;
    std::vector<std::string> settings;
    std::optional<std::string> device;

    void add_to(CLI::App& command, bool required = true) {
        command.add_option("CONFIG", config, "Configuration file")->required(required);
        command
            .add_option("--set", settings,
                        "Put a value in place of the file's: --set /buffers/slots=4")
            ->type_name("POINTER=VALUE")
            ->take_all()
            ->expected(1);
        command.add_option("--device", device, "What computes, in place of the file's")
            ->type_name("auto|cpu");
    }
    [[nodiscard]] std::vector<ConfigOverride> overrides() const {
        std::vector<ConfigOverride> changes;
        for (std::string const& setting : settings) changes.push_back(parse_override(setting));
        if (device) changes.push_back({"/device", fmt::format("\"{}\"", *device), "--device"});
        return changes;
    }
};

void add_run_options(CLI::App& command, RunCommand& run, ConfigOptions& config) {
    config.add_to(command);
    command.add_option("--progress", run.progress, "How to show progress")
        ->type_name("auto|live|plain|json|none");
    command.add_option("--metrics", run.metrics, "Write the figures of the run as JSON")
        ->type_name("FILE");
    command.add_flag("--retry-quarantine", run.retry_quarantine,
                     "With resume: samples in quarantine begin again");
    command.add_flag("--dry-run", run.dry_run, "Check everything, print the plan, compute nothing");
    command
        .add_option_function<std::string>(
            "--shard", [&run](std::string const& text) { run.shard = parse_shard(text); },
            "One of COUNT shares of the input, into files of its own")
        ->type_name("INDEX/COUNT");
}

void refuse_contradictions(RunCommand const& run) {
    if (run.resume && run.overwrite)
        throw ConfigError(
            "--resume keeps what is there and --overwrite replaces it; give one of the two");
    if (run.retry_quarantine && !run.resume)
        throw ConfigError(
            "--retry-quarantine: a campaign that begins has nobody in quarantine; give it to "
            "`athanor resume`");
}

CLI::App* add_convert(CLI::App& app, ConvertCommand& command) {
    CLI::App* const convert_app =
        app.add_subcommand("convert", "Copy the rows of a store to a file, or back");
    convert_app->add_option("IN", command.in, "Store, or extended XYZ file")->required();
    convert_app->add_option("OUT", command.out, "NAME.extxyz, .xyz, .lammpstrj, .dump or .zarr")
        ->required();
    convert_app
        ->add_option("--select", command.select,
                     "Rows that fit all of sample, stage, step, kind and outcome, as in "
                     "'sample=3:10,stage=1,outcome=converged|failed'")
        ->type_name("KEY=VALUE,...");
    convert_app->add_option("--format", command.format, "Format of OUT, whatever it ends in")
        ->type_name("extxyz|lammps|zarr");
    convert_app->add_flag("--overwrite", command.overwrite, "Replace OUT if it exists");
    return convert_app;
}

void add_slurm_options(CLI::App& app, SlurmCommand& command) {
    SlurmOptions& job = command.options;
    CLI::Range const amount(1, 1000000);
    app.add_option("--output,-o", command.output, "File of the script, not standard output")
        ->type_name("FILE");
    app.add_option("--nodes", job.nodes, "Nodes, 1 when left out")->check(amount);
    app.add_option("--ranks", command.ranks, "1: all stages in one process")->check(amount);
    app.add_option("--cpus-per-task", job.cpus_per_rank, "Cores of a rank")->check(amount);
    app.add_option("--gpus-per-node", command.gpus_per_node, "Devices of a node");
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

CLI::App* add_report(CLI::App& app, ReportCommand& command) {
    CLI::App* const report_app =
        app.add_subcommand("report", "Make a page with pictures of how a campaign went");
    report_app
        ->add_option("CAMPAIGN", command.places, "Configuration, metrics file or stores of one")
        ->required();
    report_app->add_option("--output", command.output, "The page, report.html when left out")
        ->type_name("FILE");
    report_app
        ->add_option("--metrics", command.metrics,
                     "What `athanor run --metrics` wrote, in place of the configuration's")
        ->type_name("FILE");
    return report_app;
}

CLI::App* add_doctor(CLI::App& app, DoctorCommand& command, ConfigOptions& config) {
    CLI::App* const doctor_app = app.add_subcommand(
        "doctor", "Say what this machine has, what would work, and what to mend");
    config.add_to(*doctor_app, /*required=*/false);
    doctor_app->add_flag("--json", command.json, "JSON on standard output");
    return doctor_app;
}

CLI::App* add_help(CLI::App& app, HelpCommand& command) {
    CLI::App* const help_app = app.add_subcommand(
        "help", "Say what a command, or a key or word of a configuration, means");
    help_app->add_option("KEY", command.topic,
                         "A command, or a key as in timestep_fs or pipeline.dynamics.timestep");
    help_app
        ->add_option("--write", command.write_folder,
                     "Write all of it: Markdown, JSON Schema, manual page, shell completion")
        ->type_name("FOLDER");
    return help_app;
}

int explain(CLI::App const& app, HelpCommand const& command) {
    for (CLI::App const* known : app.get_subcommands([](CLI::App const*) { return true; }))
        if (command.write_folder.empty() && known->get_name() == command.topic) {
            fmt::print("{}", known->help("athanor"));
            return 0;
        }
    return help(command, facts_of_commands(app));
}

}  // namespace

int run_command_line(int argc, char const* const* argv) {
    CLI::App app(
        "Athanor runs campaigns of many small atomistic samples through a pipeline of "
        "dynamics stages.",
        "athanor");
    app.set_version_flag("--version", version_text);
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done, 2 bad usage or configuration, 3 no usable input, 4 the campaign\n"
        "failed, 5 done with samples in quarantine, 6 storage failed, 75 interrupted after a\n"
        "checkpoint.");

    RunCommand run_command;
    ConfigOptions run_config;
    CLI::App* const run_app = app.add_subcommand("run", "Run a campaign");
    CLI::App* const resume_app =
        app.add_subcommand("resume", "Go on with a campaign that did not come to its end");
    for (CLI::App* const command : {run_app, resume_app})
        add_run_options(*command, run_command, run_config);
    run_app->add_flag("--overwrite", run_command.overwrite, "Replace outputs that exist");
    run_app->add_flag("--resume", run_command.resume, "The same as the command resume");

    ValidateCommand validate_command;
    ConfigOptions validate_config;
    CLI::App* const validate_app =
        app.add_subcommand("validate", "Check a configuration and print the plan");
    validate_config.add_to(*validate_app);
    std::string ranks, ranks_per_node;
    validate_app->add_option("--ranks", ranks, "Ranks that the job will have")->type_name("N");
    validate_app->add_option("--ranks-per-node", ranks_per_node, "Ranks that one node will have")
        ->type_name("N");

    InspectCommand inspect_command;
    CLI::App* const inspect_app =
        app.add_subcommand("inspect", "Say what is in a store, and whether it is whole");
    inspect_app->add_option("STORE", inspect_command.store, "Folder of the store")->required();
    inspect_app->add_flag("--json", inspect_command.json, "JSON on standard output");
    inspect_app->add_flag("--quick", inspect_command.quick, "Do not decode the chunks");

    ConvertCommand convert_command;
    CLI::App* const convert_app = add_convert(app, convert_command);
    ReportCommand report_command;
    CLI::App* const report_app = add_report(app, report_command);

    SlurmCommand slurm_command;
    ConfigOptions slurm_config;
    CLI::App* const slurm_app =
        app.add_subcommand("slurm", "Write a batch script for Slurm that fits a campaign");
    MergeCommand merge_command;
    ConfigOptions merge_config;
    CLI::App* const merge_app =
        app.add_subcommand("merge", "Join what the shards of a campaign have written");
    merge_config.add_to(*merge_app);
    merge_app->add_option("--shards", merge_command.shards, "How many there are")
        ->type_name("COUNT")
        ->required()
        ->check(CLI::Range(1, 1000000));
    merge_app->add_flag("--overwrite", merge_command.overwrite, "Replace outputs that exist");
    slurm_config.add_to(*slurm_app);
    add_slurm_options(*slurm_app, slurm_command);

    DoctorCommand doctor_command;
    ConfigOptions doctor_config;
    CLI::App* const doctor_app = add_doctor(app, doctor_command, doctor_config);

    HelpCommand help_command;
    CLI::App* const help_app = add_help(app, help_command);
    CLI::App* const schema_app =
        app.add_subcommand("schema", "Print the JSON Schema of a configuration, for editors");

    check_command(app, argc, argv);
    try {
        app.parse(argc, argv);
    } catch (CLI::ExtrasError const&) {
        throw ConfigError(explain_extras(app));
    } catch (CLI::ParseError const& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        throw ConfigError(fmt::format("{} (athanor {} --help explains)", error.what(), argv[1]));
    }
    if (run_app->parsed() || resume_app->parsed()) {
        run_command.resume = run_command.resume || resume_app->parsed();
        refuse_contradictions(run_command);
        run_command.config = run_config.config;
        run_command.overrides = run_config.overrides();
        return run(run_command);
    }
    if (validate_app->parsed()) {
        validate_command.config = validate_config.config;
        validate_command.overrides = validate_config.overrides();
        if (!ranks.empty()) validate_command.ranks = parse_ranks("--ranks", ranks);
        if (!ranks_per_node.empty())
            validate_command.ranks_per_node = parse_ranks("--ranks-per-node", ranks_per_node);
        return validate(validate_command);
    }
    if (slurm_app->parsed()) {
        slurm_command.config = slurm_config.config;
        slurm_command.overrides = slurm_config.overrides();
        return slurm(slurm_command);
    }
    if (merge_app->parsed()) {
        merge_command.config = merge_config.config;
        merge_command.overrides = merge_config.overrides();
        return merge(merge_command);
    }
    if (convert_app->parsed()) return convert(convert_command);
    if (report_app->parsed()) return report(report_command);
    if (doctor_app->parsed()) {
        doctor_command.config = doctor_config.config;
        doctor_command.overrides = doctor_config.overrides();
        return doctor(doctor_command);
    }
    if (schema_app->parsed()) return schema();
    if (help_app->parsed()) return explain(app, help_command);
    return inspect(inspect_command);
}

}  // namespace athanor
