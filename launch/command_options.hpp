// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>

namespace CLI {
class App;
}

namespace athanor {

/// Runs a command with the options that were given; returns the program's exit code.
/// Throws: as the functions of launch/commands.
using CommandAction = std::function<int()>;

/// Gives the program its commands, each with its options. `app` must outlive what is returned: what
/// runs each command, once `app` has parsed a command line.
[[nodiscard]] std::map<CLI::App const*, CommandAction> add_commands(CLI::App& app);

}  // namespace athanor
