// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

namespace athanor {

/// Prints the message on standard error, the program's name before each of its lines, and returns
/// the exit code that goes with it (4 for what is none of our errors). An error without a message
/// prints nothing: somebody else has said it.
int report_error(std::exception const& error);

}  // namespace athanor
