// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "launch/cli.hpp"
#include "launch/report_error.hpp"

/// The one place that ends a run.
int main(int argc, char** argv) {
    try {
        return athanor::run_command_line(argc, argv);
    } catch (std::exception const& error) {
        return athanor::report_error(error);
    }
}
