// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include "launch/cli.hpp"
#include "runtime/error.hpp"

namespace {

/// One line per line of the message, each with the program's name in front.
void print_error(std::string const& message) {
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);)
        std::fprintf(stderr, "athanor: %s\n", line.c_str());
}

}  // namespace

/// The one place that ends a run.
int main(int argc, char** argv) {
    try {
        return athanor::run_command_line(argc, argv);
    } catch (athanor::Error const& error) {
        print_error(error.what());
        return error.exit_code();
    } catch (std::exception const& error) {
        print_error(std::string("internal error: ") + error.what());
        return 4;
    }
}
