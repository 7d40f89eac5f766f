// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report_error.hpp"

#include <cstdio>
#include <sstream>
#include <string>

#include "runtime/error.hpp"

namespace athanor {

int report_error(std::exception const& error) {
    auto const* const ours = dynamic_cast<Error const*>(&error);
    std::istringstream lines((ours == nullptr ? "internal error: " : "") +
                             std::string(error.what()));
    for (std::string line; std::getline(lines, line);)
        std::fprintf(stderr, "athanor: %s\n", line.c_str());
    return ours == nullptr ? 4 : ours->exit_code();
}

}  // namespace athanor
