// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include <malloc.h>

#include "launch/cli.hpp"
#include "launch/report_error.hpp"

/// The one place that ends a run.
int main(int argc, char** argv) {
    // Otherwise the C library comes to take buffers of up to 32 MiB from its heaps, which do not
    // shrink below what is still in use: a rank that compresses 60000 rows peaks at 55 MiB, and at
    // 30 where large buffers go back to the system at once. It is no slower.
    constexpr int large_buffer = 128 * 1024;
    mallopt(M_MMAP_THRESHOLD, large_buffer);
    try {
        return athanor::run_command_line(argc, argv);
    } catch (std::exception const& error) {
        return athanor::report_error(error);
    }
}
