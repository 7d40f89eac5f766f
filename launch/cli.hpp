// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// Reads the command line and does what it says; returns the exit code of the program.
/// Throws: ConfigError for words that it does not know, and whatever the command throws.
[[nodiscard]] int run_command_line(int argc, char const* const* argv);

}  // namespace athanor
