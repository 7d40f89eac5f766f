// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/command_facts.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace athanor {
namespace {

OptionFacts facts_of_option(CLI::Option const& option) {
    OptionFacts facts;
    facts.argument = option.get_positional();
    facts.help = option.get_description();
    facts.required = option.get_required();
    if (facts.argument) {
        facts.names = {option.get_name(/*positional=*/true)};
        return facts;
    }
    for (std::string const& name : option.get_snames()) facts.names.push_back("-" + name);
    for (std::string const& name : option.get_lnames()) facts.names.push_back("--" + name);
    if (option.get_items_expected_max() == 0) return facts;
    facts.value = option.get_type_name();
    facts.value.resize(std::min(facts.value.find(':'), facts.value.size()));  // a check's words
    return facts;
}

CommandFacts facts_of_command(CLI::App const& command) {
    CommandFacts facts{command.get_name(), command.get_description(), command.get_footer(), {}};
    bool const inherited =
        command.get_parent() != nullptr && facts.footer == command.get_parent()->get_footer();
    if (inherited) facts.footer.clear();
    // Arguments first: they are what a command is about.
    for (bool const arguments : {true, false})
        for (CLI::Option const* option : command.get_options())
            if (option->get_positional() == arguments && !option->get_group().empty())
                facts.options.push_back(facts_of_option(*option));
    return facts;
}

}  // namespace

std::vector<CommandFacts> facts_of_commands(CLI::App const& app) {
    std::vector<CommandFacts> commands{facts_of_command(app)};
    commands.front().name.clear();
    for (CLI::App const* command : app.get_subcommands([](CLI::App const*) { return true; }))
        if (!command->get_group().empty()) commands.push_back(facts_of_command(*command));
    return commands;
}

}  // namespace athanor
