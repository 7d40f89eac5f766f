// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/cli.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "comm/describe_transports.hpp"
#include "launch/command_options.hpp"
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

/// What is in this build and on this machine. Asked for only when wanted: drivers take their time.
std::string version_text() {
    return fmt::format("athanor {} (revision {}; {})\n\nSamples travel\n{}", version(), revision(),
                       describe_cuda(), describe_transports());
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

    auto const actions = add_commands(app);
    check_command(app, argc, argv);
    try {
        app.parse(argc, argv);
    } catch (CLI::ExtrasError const&) {
        throw ConfigError(explain_extras(app));
    } catch (CLI::ParseError const& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        throw ConfigError(fmt::format("{} (athanor {} --help explains)", error.what(), argv[1]));
    }
    return actions.at(app.get_subcommands().front())();
}

}  // namespace athanor
