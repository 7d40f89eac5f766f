// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/final_table.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(FinalTable, HasThroughputTimePerPartAndOutcomes) {
    StageSummary const relax{.figures = {.name = "relax",
                                         .rank = 0,
                                         .in = 100,
                                         .active = 0,
                                         .out = 98,
                                         .failed = 2,
                                         .steps = 1000,
                                         .atom_steps = 640'000,
                                         .seconds = 10.0,
                                         .waiting_input_seconds = 0.1,
                                         .waiting_room_seconds = 1.9},
                             .parts = {.forces = 6,
                                       .neighbors = 1,
                                       .update = 0.25,
                                       .hooks = 0.25,
                                       .pack = 0.1,
                                       .wait = 2,
                                       .write = 0},
                             .converged = 90,
                             .budget_spent = 8,
                             .fill = 0.966};
    StageSummary const idle{.figures = {.name = "md", .rank = 1}, .parts = {}};

    // 8 s without waiting over 640,000 atom·steps are 12.5 µs; 0.4 s are claimed by no part.
    EXPECT_EQ(
        final_table({relax, idle}, 10.5),
        "Throughput, over 10.5 s\n"
        "  stage  rank   in  active  out  failed  steps/s  atom·steps/s  µs/atom/step  batch full  "
        "wait "
        "input  wait room\n"
        "  relax     0  100       0   98       2      100        64.0 k          12.5        97 %  "
        "       "
        "1 %       19 %\n"
        "  md        1    0       0    0       0        0             0             -           -  "
        "       "
        "  -          -\n"
        "\n"
        "Time per part\n"
        "  stage  forces  neighbors  update   hooks    pack    wait   write   other    total\n"
        "  relax  6.00 s     1.00 s  0.25 s  0.25 s  0.10 s  2.00 s  0.00 s  0.40 s  10.00 s\n"
        "           60 %       10 %     2 %     2 %     1 %    20 %     0 %     4 %    100 %\n"
        "  md     0.00 s     0.00 s  0.00 s  0.00 s  0.00 s  0.00 s  0.00 s  0.00 s   0.00 s\n"
        "              -          -       -       -       -       -       -       -        -\n"
        "\n"
        "Time per part over 2 instances\n"
        "       forces  neighbors  update   hooks    pack    wait   write   other\n"
        "  min  0.00 s     0.00 s  0.00 s  0.00 s  0.00 s  0.00 s  0.00 s  0.00 s\n"
        "  avg  3.00 s     0.50 s  0.12 s  0.12 s  0.05 s  1.00 s  0.00 s  0.20 s\n"
        "  max  6.00 s     1.00 s  0.25 s  0.25 s  0.10 s  2.00 s  0.00 s  0.40 s\n"
        "\n"
        "Samples per outcome\n"
        "  stage  converged  steps done  failed\n"
        "  relax         90           8       2\n"
        "  md             0           0       0\n");
}

}  // namespace
}  // namespace athanor::test
