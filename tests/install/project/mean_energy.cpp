// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// usage: mean_energy STRUCTURES.extxyz: the mean energy of its relaxed argon clusters [eV].
#include <cstdio>
#include <memory>

#include "kernels/lennard_jones.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/host_memory_sink.hpp"
#include "stages/fire.hpp"
#include "stages/run_samples.hpp"
using namespace athanor;

int main(int, char** argv) {
    ExtxyzReader structures(argv[1]);
    LennardJones argon({.cutoff = 8.5, .species = {{18, {.epsilon = 0.0104, .sigma = 3.40}}}});
    HostMemorySink finished(1000);
    SubStage relax{.dynamics = std::make_unique<Fire>(FireOptions{.timestep_fs = 5.0}),
                   .criteria = {{.field = "forces", .threshold = 1e-6}}};
    run_samples(structures, std::move(relax), argon, finished);
    double sum = 0.0;
    auto const rows = finished.drain();
    for (KeptRow const& row : rows) sum += row.sample.values<double>(Fields::energy)[0];
    std::printf("%.6f\n", sum / static_cast<double>(rows.size()));
}
