// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>

#include "kernels/lennard_jones.hpp"
#include "sinks/extxyz_reader.hpp"
#include "sinks/host_memory_sink.hpp"
#include "stages/nve.hpp"
#include "stages/run_samples.hpp"
using namespace athanor;

struct EndToEndDistance final : Hook {
    std::string name() const override { return "end_to_end_distance"; }
    bool runs_at(HookPoint point) const override { return point == HookPoint::after_step; }
    int frequency() const override { return 10; }
    void fire(HookContext& context) override {
        for (SystemIndex const system : context.systems) {
            auto const r = context.batch.values<double>(Fields::positions, system);
            double const d =
                std::hypot(r[r.size() - 3] - r[0], r[r.size() - 2] - r[1], r.back() - r[2]);
            std::printf("%s %.17g\n", context.batch.name(system).c_str(), d);
        }
    }
};

int main(int, char** argv) {
    ExtxyzReader structures(argv[1]);
    HostMemorySink finished(1'000'000);
    LennardJones argon({.cutoff = 8.5, .species = {{18, {.epsilon = 0.0104, .sigma = 3.40}}}});
    SubStage md{.dynamics = std::make_unique<Nve>(NveOptions{}), .step_budget = 1000};
    md.hooks = {std::make_shared<EndToEndDistance>()};
    run_samples(structures, std::move(md), argon, finished);
}
