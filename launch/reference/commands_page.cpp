// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launch/reference/command_pages.hpp"

namespace athanor {
namespace {

std::string code(std::string const& text) {
    std::string escaped;
    for (char const c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
    return "`" + escaped + "`";
}

std::string names_of(OptionFacts const& option) {
    std::string const names = fmt::format("{}", fmt::join(option.names, ", "));
    return code(option.value.empty() ? names : names + " " + option.value);
}

std::string usage(CommandFacts const& command) {
    std::string line = "athanor " + command.name;
    for (OptionFacts const& option : command.options)
        if (option.argument)
            line +=
                option.required ? " " + option.names.front() : " [" + option.names.front() + "]";
    return line + " [OPTIONS]";
}

}  // namespace

std::string commands_page(std::vector<CommandFacts> const& commands) {
    std::string text =
        "# Commands\n"
        "Written by `athanor help --write docs/reference` from the command line itself; changes "
        "belong there.\n";
    for (CommandFacts const& command : commands) {
        text += command.name.empty() ? "\n## athanor\n" + command.help + "\n"
                                     : fmt::format("\n## {}\n{}.\n\n    {}\n", command.name,
                                                   command.help, usage(command));
        text += "\n| argument or option | says |\n|---|---|\n";
        for (OptionFacts const& option : command.options)
            if (command.name.empty() || option.names.back() != "--help")
                text += fmt::format("| {} | {}{} |\n", names_of(option), option.help,
                                    option.required ? " (required)" : "");
        if (!command.footer.empty()) text += "\n" + command.footer + "\n";
    }
    return text;
}

}  // namespace athanor
