// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/expects.hpp"

#include <cstdio>
#include <cstdlib>

namespace athanor::detail {

void contract_violated(char const* kind, char const* condition, char const* file, int line) {
    std::fprintf(stderr, "athanor: %s:%d: %s: %s (a defect in the program, not in its input)\n",
                 file, line, kind, condition);
    std::abort();
}

}  // namespace athanor::detail
