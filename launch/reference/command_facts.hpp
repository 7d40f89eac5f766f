// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launch/reference/command_pages.hpp"

namespace CLI {
class App;
}

namespace athanor {

/// What a command line says of itself: the program first, then its commands as they were added.
/// Commands and options of no group are for no one to see, and left out.
[[nodiscard]] std::vector<CommandFacts> facts_of_commands(CLI::App const& app);

}  // namespace athanor
