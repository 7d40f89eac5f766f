// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launch/reference/command_pages.hpp"

namespace athanor {

/// `athanor help`, and what may follow it.
struct HelpCommand {
    std::string topic;         ///< a key, word or path; commands are answered by the command line
    std::string write_folder;  ///< for the whole reference, when given
};

/// Prints a page of help, or writes the reference; returns the exit code.
[[nodiscard]] int help(HelpCommand const& command, std::vector<CommandFacts> const& commands);

/// `athanor schema`: prints the JSON Schema of a configuration.
[[nodiscard]] int schema();

}  // namespace athanor
