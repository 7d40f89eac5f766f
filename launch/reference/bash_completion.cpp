// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launch/reference/command_pages.hpp"
#include "launch/reference/key_index.hpp"

namespace athanor {
namespace {

constexpr char const* any_file = "files='!*'";

/// What completes a value or argument of this name; shell code that sets words or files.
std::string completion_of(std::string const& value) {
    if (value.find('|') != std::string::npos) {
        std::string words = value;
        std::replace(words.begin(), words.end(), '|', ' ');
        return fmt::format("words='{}'", words);
    }
    if (value == "CONFIG") return "files='!*.json'";
    if (value == "STORE" || value == "FOLDER") return "files='*'";  // folders alone
    if (value == "KEY") return "words=$(_athanor_keys)";
    if (value == "FILE" || value == "PATH") return any_file;
    return ":";
}

std::string names_of_keys() {
    std::set<std::string> names;
    for (KeyEntry const& entry : key_index())
        if (entry.path.back().front() != '$') names.insert(entry.path.back());
    return fmt::format("{}", fmt::join(names, " "));
}

std::string case_of(CommandFacts const& command) {
    std::string options, text = fmt::format("            {})\n", command.name);
    std::string values, argument = ":";
    for (OptionFacts const& option : command.options) {
        if (option.argument) {
            if (argument != ":") continue;
            argument = completion_of(option.names.front());
            if (argument == ":") argument = any_file;  // an argument is most often a place
            continue;
        }
        options += fmt::format("{}{}", options.empty() ? "" : " ", fmt::join(option.names, " "));
        if (!option.value.empty())
            values += fmt::format("                    {}) {} ;;\n", fmt::join(option.names, " | "),
                                  completion_of(option.value));
    }
    text += "                case \"$before\" in\n" + values;
    text += "                    *)\n";
    text +=
        fmt::format("                        if [[ \"$word\" == -* ]]; then words='{}'\n", options);
    text += fmt::format("                        else {}; fi ;;\n", argument);
    return text + "                esac ;;\n";
}

/// What may stand behind the program's name: its own options, and the commands.
std::string first_words(std::vector<CommandFacts> const& commands) {
    std::vector<std::string> words;
    for (CommandFacts const& command : commands) {
        if (!command.name.empty()) {
            words.push_back(command.name);
            continue;
        }
        for (OptionFacts const& option : command.options)
            words.insert(words.end(), option.names.begin(), option.names.end());
    }
    return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

std::string bash_completion(std::vector<CommandFacts> const& commands) {
    std::string cases;
    for (CommandFacts const& command : commands)
        if (!command.name.empty()) cases += case_of(command);
    return fmt::format(
        R"(# Completion of athanor(1), by `athanor help --write` from the command line itself.
# In zsh: autoload -U bashcompinit && bashcompinit && source THIS-FILE
_athanor_keys() {{
    echo '{}'
}}

_athanor() {{
    local IFS=$' \t\n' words='' files=''
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    if ((COMP_CWORD == 1)); then
        words='{}'
    else
        case "${{COMP_WORDS[1]}}" in
{}        esac
    fi
    COMPREPLY=()
    if [[ -n "$words" ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$word"))
    elif [[ -n "$files" ]]; then
        IFS=$'\n'
        COMPREPLY=($(compgen -f -X "$files" -- "$word"; compgen -d -- "$word"))
        COMPREPLY=($(printf '%s\n' "${{COMPREPLY[@]}}" | sort -u))
        type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
    fi
}}
complete -F _athanor athanor
)",
        names_of_keys(), first_words(commands), cases);
}

}  // namespace athanor
