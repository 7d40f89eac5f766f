// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "launch/reference/command_pages.hpp"

namespace athanor {
namespace {

/// Text as roff takes it: no control lines, minus signs that stay minus signs.
std::string roff(std::string const& text) {
    std::string out;
    for (char const c : text) {
        if (c == '-' || c == '\\')
            out += c == '-' ? "\\-" : "\\e";
        else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
            out += std::string("\\&") + c;
        else
            out += c;
    }
    return out;
}

std::string list_of(CommandFacts const& command) {
    std::string text;
    for (OptionFacts const& option : command.options) {
        if (!command.name.empty() && option.names.back() == "--help") continue;
        text += ".TP\n";
        for (std::size_t n = 0; n < option.names.size(); ++n)
            text += fmt::format("{}\\fB{}\\fR", n > 0 ? ", " : "", roff(option.names[n]));
        if (!option.value.empty()) text += fmt::format(" \\fI{}\\fR", roff(option.value));
        text += fmt::format("\n{}.\n", roff(option.help));
    }
    return text;
}

}  // namespace

std::string man_page(std::vector<CommandFacts> const& commands) {
    CommandFacts const& program = commands.front();
    std::string text =
        ".\\\" Written by `athanor help --write` from the command line itself.\n"
        ".TH ATHANOR 1 \"\" \"Athanor\" \"User Commands\"\n"
        ".SH NAME\nathanor \\- pipelines of batched atomistic dynamics over MPI ranks\n"
        ".SH SYNOPSIS\n.B athanor\n.I COMMAND\n[\\fIARGUMENT\\fR ...] [\\fIOPTION\\fR ...]\n.br\n"
        ".B mpirun \\-n\n.I RANKS\n.B athanor run\n.I CONFIG\n";
    text += fmt::format(".SH DESCRIPTION\n{}\n.SH OPTIONS\n{}.SH COMMANDS\n", roff(program.help),
                        list_of(program));
    for (CommandFacts const& command : commands) {
        if (command.name.empty()) continue;
        text += fmt::format(".SS {}\n{}.\n{}", roff(command.name), roff(command.help),
                            list_of(command));
        if (!command.footer.empty()) text += ".PP\n" + roff(command.footer) + "\n";
    }
    text += fmt::format(".SH EXIT STATUS\n{}\n", roff(program.footer));
    text +=
        ".SH CONFIGURATION\nA campaign is one JSON file.\n.B athanor help\n.I KEY\nprints what a "
        "key means, its unit, its range and its default.\n";
    return text;
}

}  // namespace athanor
