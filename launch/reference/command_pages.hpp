// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// One option or argument of a command.
struct OptionFacts {
    std::vector<std::string> names;  ///< "--set", "-h"; for an argument its one name, "CONFIG"
    std::string value;               ///< "FILE"; empty: a switch
    std::string help;
    bool argument = false;  ///< known by its place
    bool required = false;
};

/// One command of the command line; the program itself is the one without a name.
struct CommandFacts {
    std::string name, help, footer;
    std::vector<OptionFacts> options;
};

/// docs/reference/commands.md.
[[nodiscard]] std::string commands_page(std::vector<CommandFacts> const& commands);
/// The manual page athanor(1), in roff.
[[nodiscard]] std::string man_page(std::vector<CommandFacts> const& commands);
/// Completion for bash; zsh reads it too, by bashcompinit.
[[nodiscard]] std::string bash_completion(std::vector<CommandFacts> const& commands);

}  // namespace athanor
